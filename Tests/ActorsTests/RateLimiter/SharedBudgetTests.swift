import TestSupport
import Testing

@testable import Actors

/// Two processes on one disk.
private struct Pair {
    var one: Budget
    var other: Budget

    init(_ now: UTCInstant) {
        one = Budget(now)
        other = Budget(now)
    }

    mutating func drainOne() -> Int {
        one.disk = other.disk
        defer { other.disk = one.disk }
        return one.drain()
    }

    mutating func drainOther() -> Int {
        swap(&one, &other)
        defer { swap(&one, &other) }
        return drainOne()
    }

    /// They send so many in all, by turns.
    mutating func send(_ count: Int) {
        for _ in 0..<count {
            one.disk = other.disk
            one.settle(RequestResult())
            other.disk = one.disk
            swap(&one, &other)
        }
    }

    mutating func pass(to now: UTCInstant) { (one.now, other.now) = (now, now) }
}

@Suite("One budget for several processes")
struct SharedBudgetTests {
    @Test func byTurnsTheySendAllThatStravaAllowsAndNoMore() {
        var pair = Pair(at("14:50:00"))
        pair.send(90)
        #expect(pair.one.machine.status(at: pair.one.now).quarter.used < 90 + 2 * BudgetMachine.reservation)
        #expect(pair.drainOne() + pair.drainOther() == 10)
        #expect(pair.drainOne() + pair.drainOther() == 0)
    }

    @Test func whatAnIdleProcessHasReservedIsAllThatIsLostToTheOther() {
        var pair = Pair(at("14:50:00"))
        pair.send(2)
        #expect(pair.drainOne() == 98 - BudgetMachine.reservation)
        pair.pass(to: at("15:00:10"))
        // It may still be sent after the boundary, and so it counts there too; and then never again.
        #expect(pair.drainOne() == 100 - 1 - BudgetMachine.reservation)
        pair.pass(to: at("15:15:10"))
        #expect(pair.drainOne() == 100)
        #expect(pair.one.machine.status(at: pair.one.now).day.used <= 1 + 1 + 98 + 100 + 100)
    }

    @Test func whatIsUnderWayAtABoundaryCountsInTheNewWindowThatAnotherProcessBegan() throws {
        var pair = Pair(at("14:59:58"))
        pair.send(2)
        let late = try [pair.one.granted(), pair.one.granted()]
        pair.other.disk = pair.one.disk
        pair.pass(to: at("15:00:10"))
        let sent = pair.drainOther()
        #expect(sent <= 98)
        // Strava counts both in the window that the other has spent.
        for permit in late { pair.one.settle(permit, RequestResult()) }
        #expect(pair.drainOne() <= 98 - sent)
        #expect(pair.drainOther() == 0)
    }

    @Test func whoeverFindsANewWindowKnowsThatItsOwnRequestsAreCountedThere() throws {
        var pair = Pair(at("14:59:58"))
        pair.send(2)
        _ = try pair.one.granted()
        pair.pass(to: at("15:00:10"))
        pair.other.settle(RequestResult())
        let counted = pair.other.disk.map { $0.readQuarter.used + $0.reserved }
        pair.one.machine.found(pair.other.disk, at: pair.one.now)
        #expect(pair.one.machine.status(at: pair.one.now).quarter.used == counted, "neither lost nor counted twice")
    }

    @Test func theFiguresOfRepliesAreNotAddedToWhatOthersHaveReserved() {
        var pair = Pair(at("14:50:00"))
        pair.send(10)
        // Strava has counted what both have sent.
        pair.one.settle(RequestResult(usage: usage(11, 11)))
        #expect(pair.one.machine.status(at: pair.one.now).quarter.used <= 11 + BudgetMachine.reservation)
        pair.one.settle(RequestResult(usage: usage(60, 60)))
        #expect(pair.one.machine.status(at: pair.one.now).quarter.used == 60, "another program's are counted once")
        pair.other.machine.found(pair.one.disk, at: pair.other.now)
        #expect(pair.other.machine.status(at: pair.other.now).quarter.used <= 60 + BudgetMachine.reservation)
    }

    @Test func a429StopsTheOthersWithTheirNextLook() {
        var pair = Pair(at("14:50:00"))
        pair.send(10)
        pair.one.settle(RequestResult(wasLimited: true))
        pair.other.machine.found(pair.one.disk, at: pair.other.now)
        #expect(pair.other.refusal() != nil)
        #expect(pair.drainOther() == 0)
    }

    @Test func aLimitThatOneLearntHoldsForTheOtherAndIsNotUnlearnt() {
        var pair = Pair(at("14:50:00"))
        pair.send(2)
        pair.one.settle(RequestResult(usage: usage(3, 3, limit: (30, 300))))
        pair.other.disk = pair.one.disk
        #expect(pair.drainOther() <= 27)
        #expect(pair.other.disk?.readQuarter.limit == 30)
        #expect(pair.other.machine.status(at: pair.other.now).quarter.limit == 30)
    }

    @Test func whoeverHasSentNothingWritesNothingAtItsEnd() {
        var pair = Pair(at("14:50:00"))
        pair.one.settle(RequestResult())
        pair.other.machine.found(pair.one.disk, at: pair.other.now)
        pair.pass(to: at("15:05:00"))
        #expect(pair.other.machine.lastLedger(at: pair.other.now) == nil)
        #expect(pair.other.machine.isWriting == false)
    }

    @Test func theLastLedgerLeavesWhatTheOthersHaveReserved() {
        var pair = Pair(at("14:50:00"))
        pair.send(6)
        pair.one.disk = pair.other.disk
        pair.one.stop()
        pair.other.machine.found(pair.one.disk, at: pair.other.now)
        #expect(pair.one.disk?.readQuarter.used == 3, "its own")
        #expect(pair.one.disk?.reserved == 1 + BudgetMachine.reservation, "the other's three, and two ahead")
    }

    @Test func aWriteThatWasMadeAndReportedAsFailedIsCountedTooMuchAndNeverTooLittle() {
        var pair = Pair(at("14:50:00"))
        pair.send(4)
        _ = pair.one.machine.lastLedger(at: pair.one.now).map { pair.one.disk = $0 }
        #expect(pair.one.machine.writeFailed() == [])
        pair.other.disk = pair.one.disk
        let sent = pair.drainOther() + pair.drainOne()
        #expect(sent <= 96)
        #expect(sent >= 96 - 2 * BudgetMachine.reservation)
    }
}
