import Reactor
import Testing

@testable import Postgres

@Suite struct PoolMachineTests {
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000)
    private static let away = PostgresFailure(.unreachable, "nobody listens")
    private var machine = PoolMachine(size: 2)

    /// Takes every slot, each with a connection.
    private mutating func fill() {
        #expect(machine.acquire(at: Self.start) == .granted(.connect(0)))
        #expect(machine.connected(at: Self.start) == [])
        #expect(machine.acquire(at: Self.start) == .granted(.connect(1)))
        #expect(machine.connected(at: Self.start) == [])
    }

    @Test mutating func theWarmestConnectionIsUsedAgain() {
        fill()
        _ = machine.released(0, isUsable: true, at: Self.start)
        _ = machine.released(1, isUsable: true, at: Self.start)
        #expect(machine.acquire(at: Self.start) == .granted(.reuse(1)))
        #expect(machine.acquire(at: Self.start) == .granted(.reuse(0)))
    }

    @Test mutating func whoComesFirstIsServedFirst() {
        fill()
        #expect(machine.acquire(at: Self.start) == .queued(1))
        #expect(machine.acquire(at: Self.start) == .queued(2))
        #expect(machine.released(1, isUsable: true, at: Self.start).wake == [1])
        #expect(machine.collect(1) == .reuse(1))
        let (awake, closes) = machine.released(0, isUsable: false, at: Self.start)
        #expect(awake == [2])
        #expect(closes)
        #expect(machine.collect(2) == .connect(0))
        #expect(machine.leased == 2)
    }

    @Test mutating func aWaiterWhoLeavesCostsNothing() {
        fill()
        #expect(machine.acquire(at: Self.start) == .queued(1))
        #expect(machine.acquire(at: Self.start) == .queued(2))
        #expect(machine.collect(1) == nil)
        #expect(machine.released(0, isUsable: true, at: Self.start).wake == [2])
        #expect(machine.collect(2) == .reuse(0))
    }

    @Test mutating func aGrantThatMeetsACancellationIsStillThere() {
        fill()
        #expect(machine.acquire(at: Self.start) == .queued(1))
        #expect(machine.released(0, isUsable: true, at: Self.start).wake == [1])
        #expect(machine.collect(1) == .reuse(0), "whoever waited must give it back")
    }

    @Test mutating func whileTheDatabaseIsAwayEverybodyIsToldAtOnceAndOneTriesAfterTheBackoff() {
        #expect(machine.acquire(at: Self.start) == .granted(.connect(0)))
        #expect(machine.connectFailed(0, Self.away, countsAsAway: true, at: Self.start) == [])
        #expect(machine.acquire(at: Self.start) == .granted(.fail(Self.away)))
        let later = Self.start + PoolMachine.firstBackoff
        #expect(machine.acquire(at: later) == .granted(.connect(0)))
        _ = machine.connectFailed(0, Self.away, countsAsAway: true, at: later)
        #expect(machine.acquire(at: later + PoolMachine.firstBackoff) == .granted(.fail(Self.away)))
        #expect(machine.acquire(at: later + PoolMachine.firstBackoff * 2) == .granted(.connect(0)))
        #expect(machine.connected(at: Self.start) == [])
        #expect(machine.acquire(at: later + PoolMachine.firstBackoff * 2) == .granted(.connect(1)))
    }

    @Test mutating func theBackoffGrowsToFiveSecondsAndNoFurther() {
        var now = Self.start
        for _ in 0..<100 {
            #expect(machine.acquire(at: now) == .granted(.connect(0)))
            _ = machine.connectFailed(0, Self.away, countsAsAway: true, at: now)
            now = now + PoolMachine.longestBackoff
        }
    }

    @Test mutating func aHolderWhoGaveUpSaysNothingOfTheDatabase() {
        #expect(machine.acquire(at: Self.start) == .granted(.connect(0)))
        _ = machine.connectFailed(0, .cancelled, countsAsAway: false, at: Self.start)
        #expect(machine.acquire(at: Self.start) == .granted(.connect(0)))
    }

    @Test mutating func waitersGoOnWaitingWhileSomebodyHoldsAConnection() {
        #expect(machine.acquire(at: Self.start) == .granted(.connect(0)))
        #expect(machine.connected(at: Self.start) == [])
        #expect(machine.acquire(at: Self.start) == .granted(.connect(1)))
        #expect(machine.acquire(at: Self.start) == .queued(1))
        #expect(machine.connectFailed(1, Self.away, countsAsAway: true, at: Self.start) == [])
        #expect(machine.acquire(at: Self.start) == .queued(2))
        // The last one who could pass something on has lost it.
        #expect(machine.released(0, isUsable: false, at: Self.start).wake == [1, 2])
        #expect(machine.collect(1) == .fail(Self.away))
        #expect(machine.collect(2) == .fail(Self.away))
    }

    @Test mutating func whoWaitsOutTheBackoffGoesOnWithTheFirstConnectionThatIsMade() {
        #expect(machine.acquire(at: Self.start) == .granted(.connect(0)))
        #expect(machine.acquire(at: Self.start) == .granted(.connect(1)))
        #expect(machine.acquire(at: Self.start) == .queued(1))
        #expect(machine.connectFailed(1, Self.away, countsAsAway: true, at: Self.start) == [])
        #expect(machine.connected(at: Self.start) == [1])
        #expect(machine.collect(1) == .connect(1))
    }

    @Test mutating func whatRestsCanBeGivenUpAndIsMadeAnew() {
        fill()
        _ = machine.released(0, isUsable: true, at: Self.start)
        #expect(machine.giveUpResting() == [0])
        #expect(machine.giveUpResting() == [])
        #expect(machine.acquire(at: Self.start) == .granted(.connect(0)))
        #expect(machine.leased == 2)
    }

    @Test mutating func closedItGivesNothingOutAndTakesEverythingBack() {
        fill()
        _ = machine.released(1, isUsable: true, at: Self.start)
        #expect(machine.acquire(at: Self.start) == .granted(.reuse(1)))
        #expect(machine.acquire(at: Self.start) == .queued(1))
        _ = machine.released(1, isUsable: true, at: Self.start)
        #expect(machine.collect(1) == .reuse(1))
        _ = machine.released(1, isUsable: true, at: Self.start)
        #expect(machine.close().slots == [1])
        #expect(machine.acquire(at: Self.start) == .granted(.fail(.closed)))
        #expect(machine.released(0, isUsable: true, at: Self.start).closes)
        #expect(machine.leased == 0)
    }

    @Test mutating func whoWaitsWhenItClosesIsTold() {
        fill()
        #expect(machine.acquire(at: Self.start) == .queued(1))
        #expect(machine.close().wake == [1])
        #expect(machine.collect(1) == .fail(.closed))
    }

    /// Random inputs against a plain account of who holds what.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func noSlotHasTwoHoldersAndNobodyWaitsInVain(seed: UInt64) {
        var random = Lottery(state: seed)
        var machine = PoolMachine(size: 3)
        var now = Self.start
        var held: Set<Int> = []
        var connecting: Set<Int> = []
        var waiting: [Int] = []
        func take(_ grant: PoolMachine.Grant) {
            switch grant {
            case .fail: break
            case .reuse(let slot): #expect(held.insert(slot).inserted && !connecting.contains(slot), "seed \(seed)")
            case .connect(let slot): #expect(connecting.insert(slot).inserted && !held.contains(slot), "seed \(seed)")
            }
        }
        func wake(_ awake: [Int]) {
            #expect(awake == Array(waiting.prefix(awake.count)), "in order, seed \(seed)")
            waiting.removeFirst(awake.count)
            for waiter in awake { if let grant = machine.collect(waiter) { take(grant) } }
        }
        for _ in 0..<400 {
            now = now + .milliseconds(random.next(upTo: 60))
            switch random.next(upTo: 6) {
            case 0, 1:
                switch machine.acquire(at: now) {
                case .granted(let grant): take(grant)
                case .queued(let waiter): waiting.append(waiter)
                }
            case 2:
                guard let slot = held.sorted().first else { continue }
                held.remove(slot)
                wake(machine.released(slot, isUsable: random.next(upTo: 4) > 0, at: now).wake)
            case 3:
                guard let slot = connecting.sorted().first else { continue }
                connecting.remove(slot)
                held.insert(slot)
                wake(machine.connected(at: now))
            case 4:
                guard let slot = connecting.sorted().last else { continue }
                connecting.remove(slot)
                wake(machine.connectFailed(slot, Self.away, countsAsAway: random.next(upTo: 2) == 0, at: now))
            default:
                guard let waiter = waiting.last else { continue }
                waiting.removeLast()
                #expect(machine.collect(waiter) == nil, "seed \(seed)")
            }
            #expect(machine.leased == held.count + connecting.count, "seed \(seed)")
            #expect(waiting.isEmpty || machine.leased > 0, "somebody can pass a slot on, seed \(seed)")
        }
    }
}

/// Numbers that a seed repeats.
private struct Lottery {
    var state: UInt64

    mutating func next(upTo bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }
}
