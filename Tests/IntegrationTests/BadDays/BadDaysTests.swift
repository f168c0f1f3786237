import Sandbox
import TestSupport
import Testing

/// Everything that a bad day of Strava's may bring, once each, against a real process over real sockets.
///
/// The rows of docs/sync.md come from here: each run prints its own.
@Suite(.timeLimit(.minutes(15))) struct BadDaysTests {
    /// One kind of bad answer and what becomes of it.
    struct BadDay: Sendable, CustomTestStringConvertible {
        var name: String
        var fault: Fault
        /// What an admin who asked for the refresh is told.
        var answer = 502
        /// The state after the bad answer.
        var state = "failing"
        /// List requests until all is well again.
        var calls = 2

        var testDescription: String { name }
    }

    static let badDays = [
        BadDay(name: "503", fault: .serverError(status: 503)),
        BadDay(name: "597, empty", fault: .serverError(status: 597, html: false)),
        BadDay(name: "HTML with status 200", fault: .htmlPage),
        BadDay(name: "truncated JSON", fault: .truncatedJSON),
        BadDay(name: "an empty body", fault: .emptyBody),
        // Curl sends it again by itself: the connection was an old one, which may have died before.
        BadDay(name: "a reset", fault: .reset, answer: 200, state: "idle"),
        BadDay(name: "cut off after 100 bytes", fault: .truncated(afterBytes: 100)),
        BadDay(name: "a hang", fault: .hang),
        BadDay(name: "a drip of 5 bytes a second", fault: .drip(bytesPerStep: 5, every: .seconds(1))),
        BadDay(name: "the wrong content type", fault: .wrongContentType),
        BadDay(name: "`[]` on page one", fault: .emptyPage),
        BadDay(
            name: "a slow drip", fault: .drip(bytesPerStep: 2048, every: .milliseconds(20)), answer: 200, state: "idle",
            calls: 1),
        BadDay(name: "201 items", fault: .oversizedPage, answer: 200, state: "idle", calls: 1),
        BadDay(name: "an undecodable item", fault: .undecodableItem, answer: 200, state: "idle", calls: 1),
        BadDay(name: "the same id twice", fault: .repeatedItem, answer: 200, state: "idle", calls: 1),
    ]

    @Test(arguments: badDays)
    func aBadAnswerLosesNothingAndIsOvercomeWithoutAnybody(day: BadDay) async throws {
        try await withStage(activities: 450) { stage in
            let server = try await stage.serveMirror()
            let before = try await server.allActivities()
            await stage.sandbox.clearLog()
            await stage.sandbox.inject(day.fault, on: .activities)
            let answer = try await server.refresh()
            #expect(Int(answer.status) == day.answer)
            // It serves what it has, all the time.
            #expect(try await server.allActivities() == before)
            let recovered = try await eventually("it is well again by itself") {
                try await server.status()
            } until: {
                $0.state == "idle" && $0.last_error == nil
            }
            #expect(recovered.complete)
            let after = try await server.allActivities()
            #expect(after == before)
            let calls = await stage.listRequests()
            #expect(calls == day.calls)
            // Asked of the log: on a busy machine it may be well again before anybody has asked for its status.
            let failures = server.transcript.lines(containing: "to=failing").count
            #expect(failures == (day.state == "idle" ? 0 : 1))
            let state = failures == 0 ? "idle" : "failing"
            print(
                "| \(day.name) | \(state) | \(calls) | \(before.count - after.count) |",
                day.state == "failing"
                    ? "itself, after the back-off |" : day.calls == 1 ? "no need |" : "itself, at once |")
        }
    }

    @Test(arguments: badDays)
    func aBadAnswerInAFirstSyncLosesNothing(day: BadDay) async throws {
        try await withStage(activities: 450) { stage in
            await stage.sandbox.inject(day.fault, on: .activities, after: 1)
            let server = try await stage.serveMirror()
            #expect(try await server.allActivities() == (try Truth(await stage.sandbox.activities()).activities))
            // An empty page in the middle is no failure: the plan looks again from above the seam, and goes on.
            let calls = day.fault == .emptyPage ? 5 : 3 + day.calls
            #expect(await stage.listRequests() == calls)
        }
    }
}
