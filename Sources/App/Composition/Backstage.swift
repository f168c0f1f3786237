import Actors
import Logging
import ServiceLifecycle

/// Everything behind the front door, as one service: made when its database answers, then run, and the store closed at the end.
///
/// A stop meanwhile ends the wait.
struct Backstage: Service {
    let logger: Logger
    /// Makes the engine, and the services in the order of who needs whom.
    let make: @Sendable () async throws -> (engine: Engine, services: [any Service])

    func run() async throws {
        let engine: Engine
        let services: [any Service]
        do {
            (engine, services) = try await cancelWhenGracefulShutdown { try await make() }
        } catch is CancellationError {
            return
        }
        let group = ServiceGroup(configuration: .paceline(services, isInner: true, logger: logger))
        do {
            try await group.run()
            await engine.store.close()
        } catch {
            await engine.store.close()
            throw error
        }
    }
}
