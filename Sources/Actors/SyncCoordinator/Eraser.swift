import ServiceLifecycle

/// Erases for good, once an hour, what was deleted two days ago.
///
/// Until then a deleted activity is kept apart: a person can still bring back what a sync took out by mistake. Strava's policy gives 48
/// hours (strava.com/legal/api_policy).
package struct Eraser: Service {
    /// How long a deleted activity is kept.
    package static let grace = Duration.seconds(48 * 3600)
    static let interval = Duration.seconds(3600)

    private let store: any Store
    private let clock: any WallClock

    package init(store: any Store, clock: any WallClock) {
        self.store = store
        self.clock = clock
    }

    /// Erases until the service shuts down.
    package func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let now = clock.now()
                // A store that does not answer is asked again in an hour; the sync is who reports it.
                _ = try? await store.erase(deletedBefore: now - Self.grace)
                do { try await clock.sleep(until: now + Self.interval) } catch { break }
            }
        }
    }
}
