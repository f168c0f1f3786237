import Actors
import Logging
import Reactor
import ServiceLifecycle

/// What `paceline refresh` does: one sync, without a web server.
enum OneRefresh {
    /// Syncs until all that is to be fetched has been, or cannot be now.
    static func run(_ configuration: Configuration, scope: SyncScope, logger: Logger) async throws -> SyncOutcome {
        let clock = SystemClock()
        let loops = try EventLoopGroup(count: 1)
        let provider = try Provider(
            configuration, redirectURI: configuration.redirectURI(port: configuration.port), loops: loops, clock: clock,
            logger: logger)
        let engine = try await Engine(configuration, gateway: provider.client, clock: clock, logger: logger)
        let group = ServiceGroup(configuration: .paceline(provider.services + engine.services, logger: logger))
        let outcome = try await withThrowingTaskGroup(of: SyncOutcome?.self) { tasks in
            tasks.addTask {
                try await group.run()
                return nil
            }
            tasks.addTask {
                let outcome = await engine.coordinator.refresh(scope)
                await group.triggerGracefulShutdown()
                return outcome
            }
            var outcome = SyncOutcome.shuttingDown
            for try await result in tasks { outcome = result ?? outcome }
            return outcome
        }
        await provider.shutdown()
        await loops.shutdown()
        await engine.store.close()
        return outcome
    }
}
