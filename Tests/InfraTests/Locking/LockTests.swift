import Locking
import Testing

@Suite struct LockTests {
    private struct Refusal: Error {}
    private final class Thing: Sendable {}
    private final class Held: Sendable {
        let numbers = Lock([Int]())
    }

    @Test func whatManyDoAtOnceIsDoneOneAfterAnother() async {
        let held = Held()
        await withTaskGroup { group in
            for number in 0..<8 {
                group.addTask { for _ in 0..<1000 { held.numbers.withLock { $0.append(number) } } }
            }
        }
        let numbers = held.numbers.withLock { $0 }
        for number in 0..<8 { #expect(numbers.count { $0 == number } == 1000) }
    }

    @Test func anErrorComesOutAndLeavesTheLockFree() {
        let lock = Lock(1)
        #expect(throws: Refusal.self) {
            try lock.withLock { number in
                number = 2
                throw Refusal()
            }
        }
        #expect(lock.withLock { $0 } == 2)
    }

    @Test func theValueGoesWithTheLock() {
        weak var thing: Thing?
        do {
            let made = Thing()
            thing = made
            let lock = Lock(made)
            #expect(lock.withLock { $0 } === thing)
        }
        #expect(thing == nil)
    }
}
