import Locking
import TestSupport
import Testing

@testable import Actors

@Suite("StatsCache")
struct StatsCacheTests {
    private final class Renderer: Sendable {
        let calls = Lock<[String: Int]>([:])

        func render(_ key: String, _ snapshot: Snapshot, _ now: UTCInstant) -> (answer: String, cost: Int) {
            calls.withLock { $0[key, default: 0] += 1 }
            let month = Month(snapshot.localTime(at: now).date)
            return ("\(key) \(snapshot.version) \(snapshot.activities.count) \(month)", key.utf8.count)
        }

        func count(_ key: String) -> Int { calls.withLock { $0[key] ?? 0 } }
    }

    private let clock = ManualClock()
    private let renderer = Renderer()

    private func cache(costLimit: Int = 1000) -> StatsCache<String, String> {
        StatsCache(clock: clock, costLimit: costLimit, render: { [renderer] in renderer.render($0, $1, $2) })
    }

    @Test func anAnswerIsRenderedOncePerKeyAndVersion() async {
        let cache = cache()
        await cache.publish(Snapshot(version: 1, activities: Activity.history(2)))
        for _ in 0..<5 {
            #expect(await cache.answer("a") == "a 1 2 2026-11")
            #expect(await cache.answer("b") == "b 1 2 2026-11")
        }
        #expect(renderer.count("a") == 1)
        await cache.publish(Snapshot(version: 2, activities: Activity.history(3)))
        #expect(await cache.answer("a") == "a 2 3 2026-11")
        #expect(renderer.count("a") == 2)
        #expect(renderer.count("b") == 1)
    }

    @Test func aConfirmationMovesTheTimeAndLeavesTheDataAlone() async {
        let cache = cache()
        await cache.publish(Snapshot(version: 1, activities: Activity.history(2), fetchedAt: UTCInstant(seconds: 1)))
        _ = await cache.answer("a")
        await cache.confirm(at: UTCInstant(seconds: 2))
        #expect(cache.current.fetchedAt == UTCInstant(seconds: 2))
        #expect(cache.current.version == 1)
        // Made by nobody until somebody asks; answers tell the time.
        #expect(renderer.count("a") == 1)
        #expect(cache.ready("a") == nil)
        #expect(await cache.answer("a") == "a 1 2 2026-11")
    }

    @Test func anOlderSnapshotIsIgnored() async {
        let cache = cache()
        await cache.publish(Snapshot(version: 5, activities: Activity.history(5)))
        await cache.publish(Snapshot(version: 4, activities: Activity.history(4)))
        #expect(await cache.answer("a") == "a 5 5 2026-11")
        #expect(cache.current.version == 5)
    }

    @Test func beforeTheFirstSnapshotThereIsAnAnswerForNothing() async {
        let cache = cache()
        #expect(await cache.answer("a") == "a 0 0 2026-11")
        await cache.publish(Snapshot(version: 0, activities: Activity.history(1)))
        #expect(await cache.answer("a") == "a 0 1 2026-11")
    }

    @Test func theMonthTurnsAtTheAthletesMidnight() async throws {
        let cache = cache()
        // The newest activity was an hour ahead of UTC.
        await cache.publish(Snapshot(version: 1, activities: Activity.history(2)))
        let midnight = try #require(ISO8601.instant("2026-11-30T23:00:00Z"))
        clock.advance(to: midnight - .milliseconds(1))
        #expect(await cache.answer("a") == "a 1 2 2026-11")
        clock.advance(to: midnight)
        #expect(await cache.answer("a") == "a 1 2 2026-12")
        #expect(await cache.answer("a") == "a 1 2 2026-12")
        #expect(renderer.count("a") == 2)
    }

    @Test func theOldestAnswersMakeRoomAndNoOthers() async {
        let cache = cache(costLimit: 10)
        await cache.publish(Snapshot(version: 1))
        for key in ["aaaa", "bbb", "ccc", "dddd"] { _ = await cache.answer(key) }
        #expect(["aaaa", "bbb", "ccc", "dddd"].map { cache.ready($0) != nil } == [false, true, true, true])
        #expect(await cache.keptCost == 10)
        // Two must go for one.
        _ = await cache.answer("eeeee")
        #expect(["bbb", "ccc", "dddd", "eeeee"].map { cache.ready($0) != nil } == [false, false, true, true])
        #expect(await cache.keptCost == 9)
        // Brought back, it is a new one.
        _ = await cache.answer("aaaa")
        _ = await cache.answer("f")
        #expect(["dddd", "eeeee", "aaaa", "f"].map { cache.ready($0) != nil } == [false, true, true, true])
    }

    @Test func theCostLimitBoundsWhatIsKeptAndNeverWhatIsTrue() async {
        let cache = cache(costLimit: 10)
        await cache.publish(Snapshot(version: 1))
        let keys = ["aaaa", "bbbb", "cccc", "dddd"]
        for _ in 0..<3 {
            for key in keys { #expect(await cache.answer(key) == "\(key) 1 0 2026-11") }
        }
        #expect(await cache.keptCost <= 10)
        let huge = String(repeating: "x", count: 11)
        _ = await cache.answer("aaaa")
        let before = renderer.count("aaaa")
        #expect(await cache.answer(huge) == "\(huge) 1 0 2026-11")
        #expect(await cache.keptCost <= 10)
        _ = await cache.answer("aaaa")
        #expect(renderer.count("aaaa") == before)
    }
}
