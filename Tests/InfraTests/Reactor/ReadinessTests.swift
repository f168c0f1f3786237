import CLinux
import Glibc
import Testing

@testable import Reactor

@Suite struct ReadinessTests {
    private let input = EPOLLIN.rawValue
    private let output = EPOLLOUT.rawValue

    @Test func aReportLastsUntilItIsUsedUp() {
        var readiness = Readiness()
        #expect(!readiness.canRead)
        #expect(readiness.canWrite)
        readiness.report(input)
        #expect(readiness.canRead)
        readiness.readExhausted()
        #expect(!readiness.canRead)
        readiness.writeExhausted()
        readiness.report(input)
        #expect(!readiness.canWrite)
        readiness.report(output)
        #expect(readiness.canWrite)
    }

    @Test func afterAHangUpReadingIsAlwaysPossible() {
        var readiness = Readiness()
        readiness.report(input | EPOLLRDHUP.rawValue)
        readiness.readExhausted()
        #expect(readiness.canRead)
    }

    @Test func anErrorWakesBothDirections() {
        var readiness = Readiness()
        readiness.writeExhausted()
        readiness.report(EPOLLERR.rawValue)
        #expect(readiness.canRead)
        #expect(readiness.canWrite)
    }
}
