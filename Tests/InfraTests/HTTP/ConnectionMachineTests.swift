import HTTPTypes
import Testing

@testable import HTTP

@Suite struct ConnectionMachineTests {
    private func answered(
        isHead: Bool = false, isVersion11: Bool = true, keepsAlive: Bool = true, wantsClose: Bool = false,
        status: HTTPResponse.Status = .ok
    ) -> ConnectionMachine.Plan {
        var machine = ConnectionMachine()
        machine.requestArrived(isHead: isHead, isVersion11: isVersion11, keepsAlive: keepsAlive)
        return machine.answerReady(status, wantsClose: wantsClose)
    }

    @Test func theHeaderHasOneDeadlineHoweverItDrips() {
        var machine = ConnectionMachine()
        #expect(machine.bytesRanOut(.none) == .wait(.opening))
        #expect(machine.bytesRanOut(.none) == .keepWaiting)
        #expect(machine.bytesRanOut(.head) == .keepWaiting)
        #expect(machine.bytesRanOut(.head) == .keepWaiting)
        #expect(machine.bytesRanOut(.body) == .wait(.body))
        #expect(machine.bytesRanOut(.body) == .keepWaiting)
    }

    @Test func aFurtherRequestHasItsOwnDeadlines() {
        var machine = ConnectionMachine()
        machine.requestArrived(isHead: false, isVersion11: true, keepsAlive: true)
        _ = machine.answerReady(.ok, wantsClose: false)
        #expect(machine.bytesRanOut(.none) == .wait(.idle))
        #expect(machine.bytesRanOut(.none) == .keepWaiting)
        #expect(machine.bytesRanOut(.head) == .wait(.head))
        #expect(machine.bytesRanOut(.head) == .keepWaiting)
    }

    @Test func onlyPartOfARequestIsAnsweredWhenTimeIsUp() {
        var machine = ConnectionMachine()
        #expect(machine.deadlinePassed(.none) == .close)
        #expect(machine.deadlinePassed(.head) == .reject(.requestTimeout))
        #expect(machine.deadlinePassed(.body) == .reject(.requestTimeout))
    }

    @Test func theClientDecidesWhetherTheConnectionStays() {
        #expect(answered() == .init(sendsBody: true, sendsLength: true, connection: .none, keepsOpen: true))
        #expect(answered(keepsAlive: false).connection == .close)
        #expect(!answered(keepsAlive: false).keepsOpen)
        #expect(answered(isVersion11: false).connection == .keepAlive)
        #expect(answered(isVersion11: false, keepsAlive: false).connection == .close)
        #expect(answered(wantsClose: true).connection == .close)
    }

    @Test func someAnswersHaveNoBody() {
        #expect(
            answered(isHead: true) == .init(sendsBody: false, sendsLength: true, connection: .none, keepsOpen: true))
        for status in [HTTPResponse.Status.noContent, .notModified] {
            #expect(
                answered(status: status)
                    == .init(sendsBody: false, sendsLength: false, connection: .none, keepsOpen: true))
        }
    }

    @Test func drainingEndsTheConnectionAfterTheAnswer() {
        var machine = ConnectionMachine()
        machine.requestArrived(isHead: false, isVersion11: true, keepsAlive: true)
        machine.drain()
        #expect(machine.answerReady(.ok, wantsClose: false).connection == .close)
        #expect(machine.bytesRanOut(.none) == .close)
    }

    @Test func drainingReadsAHalfRequestToItsEnd() {
        var machine = ConnectionMachine()
        _ = machine.bytesRanOut(.head)
        machine.drain()
        #expect(machine.bytesRanOut(.head) == .keepWaiting)
    }

    @Test func drainingGivesAnIdleConnectionAShortWhileForARequestThatIsOnItsWay() {
        var machine = ConnectionMachine()
        _ = machine.bytesRanOut(.none)
        machine.drain()
        #expect(machine.bytesRanOut(.none) == .wait(.farewell))
        #expect(machine.deadlinePassed(.none) == .close)
    }
}
