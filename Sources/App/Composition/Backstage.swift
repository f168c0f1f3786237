import Actors
import Logging
import ServiceLifecycle

/// Everything behind the front door, as one service: made when its database answers, then run, and the store closed at the end.
///
/// A stop meanwhile ends the wait.
struct Backstage: Service {
    struct Cast: Sendable {
        var engine: Engine
        /// In the order of who needs whom.
        var services: [any Service]
    }

    /// What is there already; nil has to be waited for.
    let cast: Cast?
    let logger: Logger
    let whenStoreAnswers: @Sendable () async throws -> Cast

    func run() async throws {
        guard let cast = try await awaited() else { return }
        let group = ServiceGroup(configuration: .paceline(cast.services, isInner: true, logger: logger))
        do {
            try await group.run()
            await cast.engine.store.close()
        } catch {
            await cast.engine.store.close()
            throw error
        }
    }

    /// Nil when it is told to stop before.
    private func awaited() async throws -> Cast? {
        if let cast { return cast }
        do {
            return try await cancelWhenGracefulShutdown { try await whenStoreAnswers() }
        } catch is CancellationError {
            return nil
        }
    }
}
