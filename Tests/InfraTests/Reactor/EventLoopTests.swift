import TestSupport
import Testing

@testable import Reactor

@Suite(.timeLimit(.minutes(15))) struct EventLoopTests {
    private func withLoop<Result: Sendable>(
        _ body: @Sendable @escaping (EventLoop) async throws -> Result
    ) async throws -> Result {
        let group = try EventLoopGroup(count: 1)
        let loop = group.loops[0]
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(loop))
        } catch {
            result = .failure(error)
        }
        await group.shutdown()
        return try result.get()
    }

    /// Runs `body` in a task on the loop.
    private func on<Result: Sendable>(
        _ loop: EventLoop, _ body: @Sendable @escaping () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask(executorPreference: loop) { try await body() }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }

    private actor Counter {
        var count = 0

        /// Whether it ran on the loop's thread.
        func add(on loop: EventLoop) -> Bool {
            count += 1
            return loop.isCurrent
        }
    }

    private actor Order {
        var numbers: [Int] = []

        func add(_ number: Int) { numbers.append(number) }
    }

    @Test func aTaskAndTheActorsItCallsRunOnTheLoop() async throws {
        try await withLoop { loop in
            let counter = Counter()
            let (isBefore, isInActor, isAfter) = try await on(loop) {
                let isBefore = loop.isCurrent
                let isInActor = await counter.add(on: loop)
                return (isBefore, isInActor, loop.isCurrent)
            }
            #expect(isBefore && isInActor && isAfter)
            #expect(!loop.isCurrent)
        }
    }

    @Test func tenThousandTasksFromManyThreadsAllRun() async throws {
        try await withLoop { loop in
            let counter = Counter()
            await withTaskGroup(of: Void.self) { group in
                for index in 0..<10_000 {
                    group.addTask(executorPreference: index.isMultiple(of: 2) ? loop : nil) {
                        _ = await counter.add(on: loop)
                    }
                }
            }
            #expect(await counter.count == 10_000)
        }
    }

    @Test func sleepersWakeInTheOrderOfTheirDeadlines() async throws {
        try await withLoop { loop in
            let order = Order()
            let start = MonotonicTime.now() + .milliseconds(20)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in [3, 1, 2, 0] {
                    group.addTask(executorPreference: loop) {
                        try await loop.sleep(until: start + .milliseconds(number))
                        #expect(MonotonicTime.now() >= start + .milliseconds(number))
                        await order.add(number)
                    }
                }
                try await group.waitForAll()
            }
            #expect(await order.numbers == [0, 1, 2, 3])
        }
    }

    @Test func aCancelledSleeperWakesAtOnce() async throws {
        try await withLoop { loop in
            for executor in [loop, nil] {
                let gate = Gate()
                await withTaskGroup(of: Void.self) { group in
                    group.addTask(executorPreference: executor) {
                        gate.open()
                        await #expect(throws: CancellationError.self) { try await loop.sleep(for: .seconds(3600)) }
                    }
                    await gate.pass()
                    group.cancelAll()
                }
            }
        }
    }

    @Test func aTaskCancelledBeforeItSleepsDoesNotSleep() async throws {
        try await withLoop { loop in
            await withTaskGroup(of: Void.self) { group in
                group.cancelAll()
                group.addTask(executorPreference: loop) {
                    await #expect(throws: CancellationError.self) { try await loop.sleep(for: .seconds(3600)) }
                }
            }
        }
    }

    @Test func aLoopThatEndedStillLetsTasksRun() async throws {
        let loop = try await withLoop { $0 }
        #expect(try await on(loop) { 7 } == 7)
    }

    @Test func theLagIsWhatAJobWaitsAndAnEndedLoopHasNone() async throws {
        let loop = try await withLoop { loop in
            let asked = MonotonicTime.now()
            let lag = try #require(await loop.lag())
            #expect(lag > 0)
            #expect(lag <= MonotonicTime.now().nanoseconds(since: asked))
            return loop
        }
        #expect(await loop.lag() == nil)
    }

    @Test func aLoopThatEndedPutsNobodyToSleep() async throws {
        let loop = try await withLoop { $0 }
        await #expect(throws: CancellationError.self) { try await loop.sleep(for: .zero) }
    }

    @Test func aForgottenGroupEndsItsThreads() async throws {
        var group: EventLoopGroup? = try EventLoopGroup(count: 1)
        let loop = try #require(group?.loops[0])
        group = nil
        // Returns only because the thread ended.
        await loop.ended()
    }
}
