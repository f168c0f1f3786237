import Testing

@testable import Postgres

@Suite struct StatementMachineTests {
    private var machine = StatementMachine()

    @Test mutating func oneStatementAtATime() {
        #expect(machine.begin() == 1)
        #expect(machine.begin() == nil)
        machine.drained()
        #expect(machine.isResting)
        #expect(machine.begin() == 2)
    }

    @Test(arguments: [true, false])
    mutating func calledOffItRestsOnlyAfterTheAnswerAndTheRequestHaveEnded(answerFirst: Bool) {
        #expect(machine.begin() == 1)
        #expect(machine.interrupt(1, .cancelled) == true)
        #expect(machine.reason == .cancelled)
        if answerFirst { machine.drained() } else { machine.requestEnded(1) }
        #expect(!machine.isResting)
        #expect(machine.begin() == nil)
        if answerFirst { machine.requestEnded(1) } else { machine.drained() }
        #expect(machine.isResting)
        #expect(machine.reason == nil)
    }

    @Test mutating func itIsCalledOffOnceAndTheFirstReasonCounts() {
        #expect(machine.begin() == 1)
        #expect(machine.interrupt(1, .timedOut) == true)
        #expect(machine.interrupt(1, .cancelled) == false)
        #expect(machine.reason == .timedOut)
    }

    @Test mutating func whatComesLateIsHeldAgainstNobody() {
        #expect(machine.begin() == 1)
        machine.drained()
        #expect(machine.interrupt(1, .cancelled) == false)
        #expect(machine.begin() == 2)
        #expect(machine.interrupt(1, .cancelled) == false)
        machine.requestEnded(1)
        #expect(machine.reason == nil)
        #expect(machine.interrupt(2, .cancelled) == true)
        machine.requestEnded(1)
        machine.drained()
        #expect(!machine.isResting, "the request for the second is still on its way")
    }

    @Test mutating func closedStaysClosed() {
        #expect(machine.begin() == 1)
        machine.giveUp()
        machine.drained()
        machine.requestEnded(1)
        #expect(machine.isClosed)
        #expect(machine.begin() == nil)
        #expect(machine.interrupt(1, .cancelled) == false)
    }
}
