import Actors
import Locking
import ServiceLifecycle
import TestSupport
import Testing

@testable import paceline

@Suite("The progress of paceline refresh")
struct SyncProgressTests {
    private let half = SyncProgress(
        pages: 8, pagesLeft: 8, activities: 1593, budgetLeft: 92, secondsLeft: 67)

    @Test func aBarTellsPagesActivitiesBudgetAndTime() {
        #expect(half.bar == "[######......] 8/16 pages | 1,593 activities | budget 92 | 1:07 to go")
    }

    @Test func aLineTellsTheSame() {
        #expect(half.line == "8/16 pages, 1,593 activities, budget 92, 1:07 to go")
    }

    @Test func whatNobodyKnowsIsLeftOut() {
        let first = SyncProgress(pages: 1, activities: 200, budgetLeft: 99)
        #expect(first.line == "1 page, 200 activities, budget 99")
        #expect(first.bar == "1 page | 200 activities | budget 99")
    }

    @Test func theLongestFitsATerminal() {
        let long = SyncProgress(
            pages: 199, pagesLeft: 2, activities: 40_000, budgetLeft: 1000, secondsLeft: 36_000)
        #expect(long.bar.utf8.count <= 80)
        #expect(long.bar.hasSuffix("10:00:00 to go"))
        #expect(long.bar.hasPrefix("[###########.]"))
        let done = SyncProgress(pages: 17, pagesLeft: 0, activities: 3000, budgetLeft: -3, secondsLeft: 0)
        #expect(done.bar == "[############] 17/17 pages | 3,000 activities | budget 0 | 0:00 to go")
    }

    @Test(arguments: [true, false])
    func eachPageIsShown(isTerminal: Bool) async throws {
        let app = try await TestApp(Activity.history(450), isConnected: true)
        let shown = WrittenText()
        let meter = ProgressMeter(
            events: await app.engine.broadcaster.subscribe(buffer: 256), coordinator: app.engine.coordinator,
            limiter: app.engine.limiter, clock: app.clock, isTerminal: isTerminal, write: { shown.add($0) })
        try await app.whileRunning {
            // Reads until its stream ends.
            let reading = Task { await meter.run() }
            #expect(await app.engine.coordinator.refresh(.full) == .succeeded)
            await app.engine.broadcaster.finish()
            await reading.value
        }
        if isTerminal {
            #expect(shown.text.contains("\r\u{1B}[2K["))
            #expect(shown.text.hasSuffix("\r\u{1B}[2K"))
            #expect(!shown.text.contains("\n"))
        } else {
            let lines = shown.text.split(separator: "\n")
            #expect(lines.count == 4)
            #expect(lines.first?.contains("450 activities, budget") == true)
        }
    }
}

/// What was written, all in a row.
private final class WrittenText: Sendable {
    private let written = Lock("")

    func add(_ more: String) { written.withLock { $0 += more } }

    var text: String { written.withLock { $0 } }
}
