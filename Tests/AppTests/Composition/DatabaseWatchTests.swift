import Actors
import Logging
import TestSupport
import Testing

@testable import paceline

@Suite("What the log says of the database", .timeLimit(.minutes(15)))
struct DatabaseWatchTests {
    private let refused = StoreFailure(.denied, "password authentication failed")
    private let away = StoreFailure(.unavailable, "connection refused")

    @Test func aChangeIsALineAndTheSameAgainIsNone() {
        var news = DatabaseNews()
        #expect(news.looked(nil) == nil)
        #expect(news.looked(away) == .lost(away))
        #expect(news.looked(away) == nil)
        #expect(news.looked(refused) == .lost(refused), "another reason")
        #expect(news.looked(refused) == nil)
        #expect(news.looked(nil) == .back)
        #expect(news.looked(nil) == nil)
    }

    @Test func theReasonIsInTheLogAfterHalfAMinute() async throws {
        let app = try await TestApp(pingFailure: refused)
        let (clock, book) = (app.clock, app.logs)
        let watch = DatabaseWatch(store: app.engine.store, clock: clock, logger: book.logger())
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await watch.run() }
            for _ in 0..<3 {
                await clock.untilSomeoneSleeps(until: clock.now() + DatabaseWatch.interval)
                clock.advance(by: DatabaseWatch.interval)
            }
            await clock.untilSomeoneSleeps(until: clock.now() + DatabaseWatch.interval)
            group.cancelAll()
        }
        let lines = book.lines("The database refuses Paceline. What is in memory is served, and it is asked again.")
        #expect(lines.map(\.metadata) == [["cause": "password authentication failed"]])
        #expect(lines.map(\.level) == [.warning])
    }
}
