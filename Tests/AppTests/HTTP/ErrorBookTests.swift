import Actors
import HTTP
import HTTPTypes
import Logging
import TestSupport
import Testing

@testable import paceline

@Suite("Answers for what went wrong behind the scenes")
struct ErrorBookTests {
    private let logs = LogBook()
    private let clock = ManualClock()
    private let request = Request(method: .post, target: "/strava/refresh-data", id: "0r2c8000000a1")
    private var book: ErrorBook { ErrorBook(logger: logs.logger(), clock: clock) }

    /// The id in the answer; the only line of the log must have the same, and the request's.
    private func sharedID(_ response: Response) throws -> String {
        let detail = try #require(try JSONValue.parse(response.body)["detail"].text)
        let match = try #require(try Regex(#"\(Error ID: ([0-9a-f]{8})\)$"#).firstMatch(in: detail))
        let id = String(try #require(match.output[1].substring))
        #expect(logs.lines.count == 1)
        #expect(logs.lines.first?.level == .error)
        #expect(logs.lines.first?.metadata["error-id"] == id)
        #expect(logs.lines.first?.metadata["id"] == request.id)
        return id
    }

    @Test func aFailedAuthorizationIsToldInTheOriginalsWords() throws {
        let response = book.authorizationFailed(request, cause: "503 from Strava")
        let id = try sharedID(response)
        #expect(response.status == .badGateway)
        #expect(response.text == #"{"detail":"OAuth authorization failed. Please try again. (Error ID: \#(id))"}"#)
        #expect(logs.lines.first?.metadata["cause"] == "503 from Strava")
        #expect(response.field("cache-control") == "no-store")
    }

    @Test func aFailedRefreshKeepsItsCauseInTheLog() throws {
        let response = book.stravaFailed(
            request, SyncProblem(code: .stravaUnavailable, message: "no route", at: clock.now()))
        let id = try sharedID(response)
        #expect(response.status == .badGateway)
        #expect(
            response.text
                == #"{"detail":"Strava could not be refreshed. Please try again later. (Error ID: \#(id))"}"#)
        #expect(logs.lines.first?.metadata["cause"] == "strava_unavailable: no route")
    }

    @Test func aDatabaseAwayIs503() throws {
        let response = book.databaseAway(request, "refresh failed", cause: "disk full")
        let id = try sharedID(response)
        #expect(response.status == .serviceUnavailable)
        #expect(
            response.text
                == #"{"detail":"The database is not available. Please try again later. (Error ID: \#(id))"}"#)
        #expect(logs.lines.first?.message == "refresh failed")
    }

    @Test(
        "Retry-After is in whole seconds, rounded up, and never zero",
        arguments: [(1, "1"), (999, "1"), (1000, "1"), (1001, "2"), (900_000, "900"), (0, "1"), (-5000, "1")])
    func retryAfter(milliseconds: Int, seconds: String) {
        let response = book.limited(until: clock.now() + .milliseconds(milliseconds))
        #expect(response.status == .tooManyRequests)
        #expect(response.field("retry-after") == seconds)
    }

    @Test func aSpentBudgetSaysUntilWhen() {
        #expect(
            book.limited(until: clock.now() + .seconds(900)).text
                == #"{"detail":"Strava's rate limit is used up. Try again after 2026-11-23T03:15:00Z."}"#)
        #expect(logs.lines.isEmpty)
    }

    @Test func noTwoErrorsShareAnID() throws {
        let texts = (0..<50).map { _ in book.authorizationFailed(request, cause: "x").text }
        #expect(Set(texts).count == 50)
    }
}
