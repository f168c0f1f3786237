import Actors
import ServiceLifecycle

/// Lets the coordinator and the budget know when another process on the same database has stored something.
///
/// The store tells at once where it can. It cannot everywhere: a pooler may keep notifications to itself, a connection may be dead without
/// anybody having said so, and SQLite has none. So there is a look now and then, too, which is two rows.
struct StoreWatch: Service {
    static let interval = Duration.seconds(30)

    let store: any Store
    let coordinator: SyncCoordinator
    let limiter: RateLimiter
    let clock: any WallClock

    func run() async {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await store.watch { await look() } }
                group.addTask { await lookNowAndThen() }
            }
        }
        // Services that end before the others would end them.
        try? await gracefulShutdown()
    }

    private func lookNowAndThen() async {
        while (try? await clock.sleep(until: clock.now() + Self.interval)) != nil { await look() }
    }

    private func look() async {
        // The budget first: whoever sees what the coordinator found sees what it cost.
        await limiter.storeChanged()
        await coordinator.storeChanged()
    }
}
