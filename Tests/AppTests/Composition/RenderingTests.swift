import Actors
import Locking
import Reactor
import TestSupport
import Testing

/// Where answers are made.
@Suite struct RenderingTests {
    /// A list takes milliseconds, and an actor's queue is worked off where it began: on a loop, its sockets would wait for all of them.
    @Test func noAnswerIsMadeOnAnEventLoop() async throws {
        let loops = try EventLoopGroup(count: 1)
        let loop = loops.loops[0]
        let places = Lock<[Bool]>([])
        let cache = StatsCache<Int, Int>(clock: ManualClock()) { key, _, _ in
            places.withLock { $0.append(loop.isCurrent) }
            return (key, 1)
        }
        await withTaskExecutorPreference(loop) {
            await cache.publish(Snapshot(version: 1))
            for key in 0..<100 { #expect(await cache.answer(key) == key) }
        }
        #expect(places.withLock { $0 } == Array(repeating: false, count: 100))
        await loops.shutdown()
    }
}
