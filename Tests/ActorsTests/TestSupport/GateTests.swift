import TestSupport
import Testing

@Suite(.timeLimit(.minutes(15))) struct GateTests {
    private let gate = Gate()

    @Test func whoComesBeforeWaitsUntilTheDoorIsOpened() async {
        let passed = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    await gate.pass()
                    passed.increment()
                }
            }
            await gate.arrivals(10)
            #expect(passed.value == 0)
            gate.open()
        }
        #expect(passed.value == 10)
    }

    @Test func whoComesAfterWalksThrough() async {
        gate.open()
        gate.open()
        await gate.pass()
        await gate.pass()
        await gate.arrivals(2)
    }

    @Test func cancellationDoesNotOpenTheDoor() async {
        let hasPassed = Counter()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await gate.pass()
                hasPassed.increment()
            }
            await gate.arrivals(1)
            group.cancelAll()
            #expect(hasPassed.value == 0)
            gate.open()
        }
        #expect(hasPassed.value == 1)
    }

    @Test func severalMayWaitForDifferentCounts() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await gate.arrivals(1) }
            group.addTask { await gate.arrivals(3) }
            for _ in 0..<3 { group.addTask { await gate.pass() } }
            await gate.arrivals(3)
            gate.open()
        }
    }
}
