import Actors
import Logging
import ServiceLifecycle

/// Decides what the log says of the database while Paceline runs: a line for each change, not one for each look; pure.
struct DatabaseNews {
    enum Line: Equatable {
        /// It cannot be used, for another reason than the last time.
        case lost(StoreFailure)
        case back
    }

    private var failure: StoreFailure?

    /// - Parameter failure: what came of asking it; nil when it answered.
    mutating func looked(_ failure: StoreFailure?) -> Line? {
        defer { self.failure = failure }
        guard failure != self.failure else { return nil }
        return failure.map(Line.lost) ?? .back
    }
}

/// Asks the database now and then, so that the log says why it cannot be used before somebody needs it.
///
/// A refresh that fails says so too; but the next may be an hour away, and a password that was changed underneath is to be found in
/// the log of that minute.
struct DatabaseWatch: Service {
    static let interval = Duration.seconds(30)

    let store: any Store
    let clock: any WallClock
    let logger: Logger

    func run() async {
        await cancelWhenGracefulShutdown { await lookNowAndThen() }
        // Services that end before the others would end them.
        try? await gracefulShutdown()
    }

    private func lookNowAndThen() async {
        var news = DatabaseNews()
        while (try? await clock.sleep(until: clock.now() + Self.interval)) != nil {
            let failure = await store.failure()
            // A look that a stop cut short says nothing about the database.
            guard !Task.isCancelled else { return }
            if let line = news.looked(failure) { write(line) }
        }
    }

    private func write(_ line: DatabaseNews.Line) {
        switch line {
        case .lost(let failure):
            logger.warning(
                "The database \(failure.kind.inWords). What is in memory is served, and it is asked again.",
                metadata: ["cause": "\(failure.message)"])
        case .back: logger.notice("The database answers again.")
        }
    }
}
