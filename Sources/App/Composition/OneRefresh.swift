import Actors
import Logging
import Reactor
import ServiceLifecycle

/// What `paceline refresh` does: one sync, without a web server.
enum OneRefresh {
    /// How the refresh ended, and what a person should know although it ended well.
    struct Ending: Sendable {
        var outcome: SyncOutcome
        var problem: SyncProblem?
    }

    /// Syncs until all that is to be fetched has been, or cannot be now.
    ///
    /// - Parameters:
    ///   - isTerminal: whether a person watches.
    ///   - write: shows how far it is.
    static func run(
        _ configuration: Configuration, scope: SyncScope, isTerminal: Bool, logger: Logger,
        write: @escaping @Sendable (String) -> Void
    ) async throws -> Ending {
        let clock = SystemClock()
        let loops = try EventLoopGroup(count: 1)
        let provider = try Provider(
            configuration, redirectURI: configuration.redirectURI(port: configuration.port), loops: loops, clock: clock,
            logger: logger)
        let engine = try await Engine(configuration, gateway: provider.client, clock: clock, logger: logger)
        let meter = ProgressMeter(
            events: await engine.broadcaster.subscribe(buffer: 256), coordinator: engine.coordinator,
            limiter: engine.limiter, clock: clock, isTerminal: isTerminal, write: write)
        let services = provider.services + engine.services + [meter]
        let group = ServiceGroup(configuration: .paceline(services, logger: logger))
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
        let problem = await engine.coordinator.status().problem
        await provider.shutdown()
        await loops.shutdown()
        await engine.store.close()
        return Ending(outcome: outcome, problem: problem)
    }
}
