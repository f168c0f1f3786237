import Actors
import Reactor

extension Operation {
    /// A job of a task that runs on the loop is enqueued there and run.
    static let jobOnReactor = Operation("job on the reactor") { count in
        await onLoop {
            for _ in 0..<count { await Task.yield() }
            return count
        }
    }

    /// A task on the loop asks the actor for an answer, which it has ready.
    static let actorRead = Operation("snapshot read through the actor") { count in
        let cache = makeCache()
        return await onLoop {
            var sum = 0
            for index in 0..<count { sum &+= await cache.answer(index % 8).count }
            return sum
        }
    }

    /// The same answer from where the actor has put it for all to see.
    static let readyRead = Operation("ready answer") { count in
        let cache = makeCache()
        for key in 0..<8 { _ = await cache.answer(key) }
        var sum = 0
        for index in 0..<count { sum &+= cache.ready(index % 8)?.count ?? 0 }
        return sum
    }

    private static func makeCache() -> StatsCache<Int, [UInt8]> {
        StatsCache(clock: SystemClock()) { key, _, _ in
            let answer = [UInt8](repeating: UInt8(key), count: 300)
            return (answer, answer.count)
        }
    }

    /// Runs `body` on an event loop of its own, which ends with it.
    private static func onLoop(_ body: @Sendable () async -> Int) async -> Int {
        guard let loops = try? EventLoopGroup(count: 1), let loop = loops.loops.first else { return 0 }
        let sum = await withTaskExecutorPreference(loop, operation: body)
        await loops.shutdown()
        return sum
    }
}
