import TestSupport
import Testing

@testable import Actors

private let people: [RequestPriority] = [.background, .interactive, .scheduled, .background, .interactive, .scheduled]

@Suite("The budget on disk")
struct BudgetJournalTests {
    @Test func nothingIsGrantedThatIsNotWrittenDown() {
        var machine = BudgetMachine(ledger: nil, random: NoJitter(), at: at("14:50:00"))
        #expect(machine.admit(.interactive, at: at("14:50:00")) == .queued(1))
        #expect(machine.beginWriting(at: at("14:50:00")) == true)
        #expect(machine.beginWriting(at: at("14:50:00")) == false, "one write at a time")
        let ledger = machine.ledgerToWrite(at: at("14:50:00"))
        #expect(ledger.readQuarter.used + ledger.reserved > 0)
        let answers = machine.written(ledger, at: at("14:50:00"))
        #expect(answers.map(\.waiter) == [1])
        #expect(machine.status(at: at("14:50:00")).quarter.used == 1)
    }

    @Test func whateverWasSentTheDiskCountsIt() {
        var budget = Budget(at("14:50:00"))
        for sent in 1...100 {
            guard let permit = budget.admit() else { continue }
            let disk = budget.disk?.readQuarter.used ?? 0
            #expect(disk + (budget.disk?.reserved ?? 0) >= sent)
            budget.settle(permit, RequestResult())
        }
        #expect(budget.writes < 40, "a few at a time")
    }

    @Test func anOrderlyStopForgetsAndLosesNothing() {
        var first = Budget(at("14:50:00"))
        for _ in 0..<60 { first.settle(RequestResult()) }
        first.stop()
        #expect(first.disk?.reserved == 0)
        var second = first.killed(at: at("14:51:00"))
        #expect(second.drain() == 40)
        var third = first.killed(at: at("15:05:00"))
        #expect(third.drain() == 100)
        #expect(third.machine.status(at: third.now).day.used == 160)
    }

    @Test func whoeverAsksDuringTheLastWriteWaitsForIt() throws {
        var budget = Budget(at("14:50:00"))
        budget.settle(RequestResult())
        let decided = budget.machine.lastLedger(at: budget.now)
        let last = try #require(decided)
        #expect(budget.machine.admit(.interactive, at: budget.now) == .queued(2))
        #expect(budget.machine.beginWriting(at: budget.now) == false)
        #expect(budget.machine.written(last, at: budget.now).isEmpty, "nothing is vouched for by that one")
        #expect(budget.write().map(\.waiter) == [2])
    }

    @Test(arguments: [0, 1, 7, 59, 60, 99])
    func aProcessThatIsKilledForgetsNothingAndLosesAFew(sent: Int) {
        var first = Budget(at("14:50:00"))
        for _ in 0..<sent { first.settle(RequestResult()) }
        var second = first.killed(at: at("14:51:00"))
        let left = second.drain()
        #expect(left <= 100 - sent)
        #expect(left >= 100 - sent - BudgetMachine.reservation)
    }

    @Test func requestsOfAKilledProcessThatComeLateAreExpectedInTheNewWindow() {
        var first = Budget(at("14:59:59"))
        for _ in 0..<10 { first.settle(RequestResult()) }
        var second = first.killed(at: at("15:00:01"))
        #expect(second.drain() == 100 - (first.disk?.reserved ?? 0))
        var later = first.killed(at: at("15:20:00"))
        #expect(later.drain() == 100)
    }

    @Test(arguments: [nil, usage(101, 300)])
    func a429IsOnDiskAndSurvivesARestart(_ usage: RateUsage?) {
        var first = Budget(at("14:50:00"))
        first.settle(RequestResult(usage: usage, wasLimited: true))
        var second = first.killed(at: at("14:51:00"))
        #expect(second.refusal() == at("15:02:03"), "its clock is not confirmed yet")
        #expect(second.drain() == 0)
    }

    @Test func afterARestartASpentWindowIsDoubtedAndAFreshOneIsNot() {
        var spent = Budget(at("14:50:00"))
        _ = spent.drain()
        var doubtful = spent.stopped(at: at("15:00:30"))
        #expect(doubtful.refusal() == at("15:02:03"))
        var half = Budget(at("14:50:00"))
        for _ in 0..<50 { half.settle(RequestResult()) }
        var usual = half.stopped(at: at("15:00:30"))
        #expect(usual.refusal() == nil)
        #expect(usual.drain() == 100, "the first reply says that the new window has begun")
    }

    @Test func limitsThatWereLearntAreThereAfterARestart() {
        var first = Budget(at("14:50:00"))
        first.settle(RequestResult(usage: usage(1, 1, limit: (30, 300))))
        var second = first.killed(at: at("15:20:00"))
        #expect(second.drain() == 30)
    }

    @Test func whatAnotherProcessOfOursSentCounts() {
        var server = Budget(at("14:50:00"))
        for _ in 0..<20 { server.settle(RequestResult()) }
        var cron = Budget(at("14:51:00"), ledger: server.disk)
        for _ in 0..<30 { cron.settle(RequestResult()) }
        server.disk = cron.disk
        #expect(server.drain() <= 50 + BudgetMachine.reservation)
        #expect(server.drain() == 0)
    }

    @Test func aDiskThatFailsLetsNobodyGoAndHoldsNobody() {
        var budget = Budget(at("14:50:00"))
        #expect(budget.machine.admit(.interactive, at: budget.now) == .queued(1))
        #expect(budget.machine.admit(.background, at: budget.now) == .queued(2))
        #expect(budget.machine.beginWriting(at: budget.now) == true)
        #expect(budget.machine.writeFailed() == [1, 2])
        #expect(budget.machine.status(at: budget.now).quarter.used == 0)
        #expect(budget.drain() == 100)
    }

    @Test func peopleGoFirstAndWithinAClassWhoeverCameFirst() {
        var budget = Budget(at("14:50:00"))
        for (index, priority) in people.enumerated() {
            #expect(budget.machine.admit(priority, at: budget.now) == .queued(index + 1))
        }
        #expect(budget.write().map(\.waiter) == [2, 5, 3, 6, 1, 4])
    }

    @Test func theLastRequestsOfAWindowGoToThoseWhoComeFirstInThatOrder() {
        var budget = Budget(at("14:50:00"), reserve: BudgetMachine.Reserve(quarter: 10, day: 50))
        #expect(budget.drain(.background) == 90)
        for _ in 0..<7 { budget.settle(RequestResult()) }
        // Three are left, and the disk has vouched for none of them.
        budget = budget.stopped(at: budget.now)
        for priority in people { _ = budget.machine.admit(priority, at: budget.now) }
        let answers = budget.write()
        #expect(answers.map(\.waiter) == [2, 5, 3, 6, 1, 4])
        let went = answers.filter { if case .granted = $0.admission { true } else { false } }
        #expect(went.map(\.waiter) == [2, 5, 3])
    }

    @Test(arguments: 1...6)
    func whoeverIsCancelledIsChargedNothingAndStandsInNobodysWay(waiter: Int) {
        var budget = Budget(at("14:50:00"))
        for priority in people { _ = budget.machine.admit(priority, at: budget.now) }
        budget.machine.cancelled(waiter)
        #expect(budget.write().map(\.waiter) == [2, 5, 3, 6, 1, 4].filter { $0 != waiter })
        #expect(budget.machine.status(at: budget.now).quarter.used == 5)
        budget.machine.cancelled(waiter)
        #expect(budget.drain() == 95)
    }

    @Test func aWindowThatBeganWithoutARequestIsNotWrittenDown() {
        var budget = Budget(at("14:50:00"))
        budget.settle(RequestResult())
        let writes = budget.writes
        budget.now = at("15:20:00")
        _ = budget.machine.status(at: budget.now)
        budget.settle(RequestResult())
        #expect(budget.writes == writes + 1, "one write for one request in a new window")
    }
}
