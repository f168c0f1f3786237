import Glibc
import TestSupport
import Testing

@Suite struct SubprocessTests {
    @Test func outputErrorsAndStatusComeBack() async throws {
        let outcome = try await Subprocess.run(
            "/bin/sh", ["-c", "cat; echo oops >&2; exit 7"], stdin: Array("in".utf8))
        #expect(outcome.status == .exited(7))
        #expect(outcome.output == "in")
        #expect(outcome.errors == "oops\n")
    }

    @Test func aMegabyteEachWayStopsNobody() async throws {
        let input = [UInt8](repeating: 120, count: 1 << 20)
        let outcome = try await Subprocess.run("cat", stdin: input)
        #expect(outcome.stdout == input)
    }

    @Test func inputThatNobodyReadsIsNoError() async throws {
        let outcome = try await Subprocess.run("true", stdin: [UInt8](repeating: 120, count: 1 << 20))
        #expect(outcome.status == .exited(0))
    }

    @Test func theEnvironmentIsTheOneGiven() async throws {
        let outcome = try await Subprocess.run("/usr/bin/env", environment: ["ONLY": "this"])
        #expect(outcome.output == "ONLY=this\n")
    }

    @Test func aMissingProgramIsAnError() async {
        await #expect(throws: Subprocess.Failure.self) { try await Subprocess.run("/nowhere/at/all") }
    }

    @Test func aLongRunningProgramIsReadLineByLineAndKilled() async throws {
        let process = try Subprocess.start("/bin/sh", ["-c", "echo ready; echo warn >&2; exec sleep 600"])
        var lines = process.lines.makeAsyncIterator()
        var errors = process.errorLines.makeAsyncIterator()
        #expect(await lines.next() == "ready")
        #expect(await errors.next() == "warn")
        process.kill()
        #expect(await process.wait() == .killed(signal: SIGKILL))
        #expect(await lines.next() == nil)
        process.terminate()
        #expect(await process.wait() == .killed(signal: SIGKILL))
    }

    @Test func aProgramMayEndItselfOnSIGTERM() async throws {
        let process = try Subprocess.start(
            "/bin/sh", ["-c", "trap 'exit 3' TERM; echo ready; while :; do sleep 0.01; done"])
        var lines = process.lines.makeAsyncIterator()
        #expect(await lines.next() == "ready")
        process.terminate()
        #expect(await process.wait() == .exited(3))
    }
}
