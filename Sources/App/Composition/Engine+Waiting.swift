import Actors
import Logging

extension Engine {
    private static let firstPause = Duration.milliseconds(250)
    private static let longestPause = Duration.seconds(5)

    /// Makes the engine; nil when its database server is away.
    ///
    /// A server is often started together with Paceline and takes longer, and one that restarts comes back. What does not mend itself
    /// ends the start, with the reason: a file that cannot be opened, and a server that is there and refuses us, because the password
    /// is wrong, or the user or the database unknown. Should somebody make those a moment later, systemd, Compose and Kubernetes start
    /// Paceline again; waiting here would hide from all others what only they can correct. A process that runs goes on with what it
    /// has in memory, and tries again.
    static func ifStoreAnswers(
        _ configuration: Configuration, gateway: any StravaGateway, clock: any WallClock, logger: Logger
    ) async throws -> Engine? {
        do {
            return try await Engine(configuration, gateway: gateway, clock: clock, logger: logger)
        } catch let failure as StoreFailure {
            guard failure.kind == .unavailable, case .postgres = configuration.database else { throw failure }
            logger.warning(
                "The database is away. Paceline starts when it answers.", metadata: ["cause": "\(failure.message)"])
            return nil
        }
    }

    /// Makes the engine, and waits for a database server that is away instead of failing.
    static func whenStoreAnswers(
        _ configuration: Configuration, gateway: any StravaGateway, clock: any WallClock, logger: Logger
    ) async throws -> Engine {
        var pause = firstPause
        var told: String?
        while true {
            do {
                return try await Engine(configuration, gateway: gateway, clock: clock, logger: logger)
            } catch let failure as StoreFailure where failure.kind == .unavailable {
                // Once for each cause: the same line every five seconds helps nobody.
                if let told, told != failure.message {
                    logger.warning("The database is still away.", metadata: ["cause": "\(failure.message)"])
                }
                told = failure.message
            }
            try await clock.sleep(until: clock.now() + pause)
            pause = min(pause * 2, longestPause)
        }
    }
}
