import Actors
import Curl
import Testing

@testable import paceline

@Suite("The doctor's conclusions")
struct DiagnosisTests {
    private let now = UTCInstant(seconds: 1_795_000_000)

    @Test(arguments: [(0, true), (59, true), (-60, true), (61, false), (-3600, false)])
    func aClockMayBeAMinuteOff(seconds: Int64, isGood: Bool) {
        let finding = Diagnosis.clock(now - .seconds(seconds), at: now)
        #expect((finding.verdict == .good) == isGood)
        if seconds == 61 { #expect(finding.text == "61 s ahead of Strava's") }
        if seconds == -3600 { #expect(finding.text == "3600 s behind Strava's") }
    }

    @Test(
        "each state of the server that a person must mend is a problem",
        arguments: [
            ("needs_authorization", Finding.Verdict.problem), ("missing_scope", .problem), ("app_inactive", .problem),
            ("failing", .problem), ("waiting_for_budget", .note), ("idle", .good), ("syncing", .good),
        ])
    func states(state: String, verdict: Finding.Verdict) {
        let finding = Diagnosis.server(ServerStatus(state: state), connect: "https://a/strava/authorize")
        #expect(finding.verdict == verdict)
        #expect(verdict != .problem || finding.cure != nil)
    }

    @Test func aDatabaseThatRefusesIsNotToldToBeStarted() throws {
        let away = Diagnosis.database(StoreFailure(.unavailable, "connection refused"))
        #expect(try #require(away.cure).contains("Start the database"))
        let denied = Diagnosis.database(StoreFailure(.denied, "password authentication failed; correct the password"))
        #expect(denied.verdict == .problem)
        #expect(denied.text.contains("correct the password"))
        #expect(try #require(denied.cure).contains("The server runs"))
        let foreign = Diagnosis.database(StoreFailure(.corrupt, "no such column"))
        #expect(try #require(foreign.cure).contains("backup"))
    }

    @Test func theLastErrorIsTold() {
        let error = ServerStatus.Problem(code: "x", message: "The box was unticked.", at: "2026-11-26T10:00:00Z")
        let finding = Diagnosis.server(ServerStatus(state: "missing_scope", last_error: error), connect: "c")
        #expect(finding.text == "The box was unticked. (2026-11-26T10:00:00Z)")
        let past = Diagnosis.server(ServerStatus(state: "idle", last_error: error), connect: "c")
        #expect(past.verdict == .note)
        #expect(past.text.contains("The box was unticked."))
    }

    @Test func aSpentBudgetSaysWhenItGoesOn() throws {
        let fresh = Diagnosis.budget(nil, at: now)
        #expect(fresh.verdict == .good)
        #expect(fresh.text == "0 of 100 in this quarter of an hour, 0 of 1000 today")
        var machine = BudgetMachine(ledger: nil, at: now)
        var ledger = machine.ledgerToWrite(at: now)
        ledger.readQuarter.used = ledger.readQuarter.limit
        let spent = Diagnosis.budget(ledger, at: now)
        #expect(spent.verdict == .note)
        #expect(spent.cure?.contains("goes on by itself") == true)
    }

    @Test func whoeverAnswersAtTheCallbackMustBePaceline() {
        func finding(_ answer: Result<CurlResponse, CurlFailure>) -> Finding {
            Diagnosis.callback(answer, address: "https://a.example/strava/callback", local: "http://127.0.0.1:5001")
        }
        let ours = CurlResponse(status: 400, body: Array(#"{"detail":"Invalid or expired state parameter"}"#.utf8))
        #expect(finding(.success(ours)).verdict == .good)
        let other = finding(.success(CurlResponse(status: 404, body: Array("<html>".utf8))))
        #expect(other.verdict == .problem)
        #expect(other.cure?.contains("http://127.0.0.1:5001/strava/callback") == true)
        let expired = finding(.failure(CurlFailure(.tls, "certificate has expired", wasSent: false)))
        #expect(expired.cure?.contains("certificate") == true)
    }

    @Test func aLineHasItsCureBelow() {
        #expect(Finding.good("clock", "agrees").lines == "ok       clock          agrees")
        #expect(
            Finding.problem("key", "is wrong", cure: "Mend it.").lines
                == "PROBLEM  key            is wrong\n                        → Mend it.")
    }
}
