import Actors
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(15))) struct ManualClockTests {
    private let clock = ManualClock()

    @Test func itStandsWhereTestsAreSetAndMovesOnlyByHand() {
        #expect(clock.now().iso8601 == "2026-11-23T03:00:00Z")
        #expect(clock.now() == clock.now())
        clock.advance(by: .milliseconds(1500))
        #expect(clock.now().milliseconds == 1_795_402_801_500)
        clock.advance(to: UTCInstant(seconds: 5))
        #expect(clock.now() == UTCInstant(seconds: 5))
    }

    @Test func aDeadlineThatHasPassedIsNoSleep() async throws {
        try await clock.sleep(until: clock.now())
        try await clock.sleep(until: clock.now() - .seconds(1))
        #expect(clock.deadlines == [])
    }

    @Test func aSleeperWakesAtItsDeadlineAndNotBefore() async throws {
        let deadline = clock.now() + .seconds(10)
        let awake = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await clock.sleep(until: deadline)
                awake.increment()
            }
            await clock.untilSomeoneSleeps()
            clock.advance(by: .milliseconds(9999))
            #expect(clock.deadlines == [deadline])
            #expect(awake.value == 0)
            clock.advance(by: .milliseconds(1))
            #expect(clock.deadlines == [])
            try await group.waitForAll()
        }
        #expect(awake.value == 1)
    }

    @Test func advancingWakesThoseWhoseTimeHasComeAndNoOthers() async throws {
        let start = clock.now()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for seconds in [30, 10, 20, 40] {
                group.addTask {
                    try await clock.sleep(until: start + .seconds(seconds))
                    return seconds
                }
                await clock.untilSomeoneSleeps(until: start + .seconds(seconds))
            }
            #expect(clock.deadlines == [10, 20, 30, 40].map { start + .seconds($0) })
            clock.advance(by: .seconds(30))
            #expect(clock.deadlines == [start + .seconds(40)])
            var woken: Set<Int> = []
            for _ in 0..<3 { woken.insert(try await group.next() ?? 0) }
            #expect(woken == [10, 20, 30])
            clock.advance(by: .seconds(10))
            #expect(try await group.next() == 40)
        }
    }

    @Test func aCancelledSleeperWakesWithAnErrorAndIsForgotten() async {
        let task = Task { try await clock.sleep(until: clock.now() + .seconds(1)) }
        await clock.untilSomeoneSleeps()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.deadlines == [])
        clock.advance(by: .seconds(2))
    }

    @Test func whoIsCancelledBeforeDoesNotFallAsleep() async {
        let gate = Gate()
        let task = Task {
            await gate.pass()
            try await clock.sleep(until: clock.now() + .seconds(1))
        }
        task.cancel()
        gate.open()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.deadlines == [])
    }

    @Test func waitingForASleeperReturnsAtOnceWhenThereIsOne() async throws {
        let deadline = clock.now() + .seconds(1)
        async let sleeper: Void = clock.sleep(until: deadline)
        await clock.untilSomeoneSleeps(until: deadline)
        await clock.untilSomeoneSleeps(until: deadline)
        await clock.untilSomeoneSleeps()
        clock.advance(to: deadline)
        try await sleeper
    }
}
