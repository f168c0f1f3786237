import Actors
import Curl
import Strava
import Testing

/// What each refusal on record means.
@Suite struct StravaFailureTests {
    private static func fault(_ message: String, _ resource: String, _ field: String, _ code: String) -> String {
        #"{"message":"\#(message)","errors":[{"resource":"\#(resource)","field":"\#(field)","code":"\#(code)"}]}"#
    }

    private static func classify(_ status: Int, _ body: String) -> StravaFailure {
        StravaFailure(CurlResponse(status: status, body: Array(body.utf8)))
    }

    @Test(
        "a fault has a meaning",
        arguments: [
            (400, fault("Bad Request", "Application", "client_id", "missing"), .misconfigured),
            (400, fault("Bad Request", "Application", "client_id", "invalid"), .misconfigured),
            (400, fault("Bad Request", "Application", "redirect_uri", "invalid"), .misconfigured),
            (400, fault("Bad Request", "Application", "", "invalid"), .misconfigured),
            (400, fault("Bad Request", "Application", "after", "future"), .rejected),
            (400, fault("Bad Request", "Authorize", "scope", "invalid"), .rejected),
            (400, fault("Bad Request", "AuthorizationCode", "code", "invalid"), .codeRefused),
            (400, fault("Bad Request", "AuthorizationCode", "", "expired"), .codeRefused),
            (400, fault("Bad Request", "RefreshToken", "refresh_token", "invalid"), .refreshTokenDead),
            (400, #"{"message":"Bad Request"}"#, .rejected),
            (400, #"{"message":"Bad Request","errors":null}"#, .rejected),
            (400, #"{"message":null,"errors":[{"resource":null,"field":null,"code":null}]}"#, .rejected),
            (401, fault("Authorization Error", "Athlete", "access_token", "invalid"), .unauthorized),
            (401, fault("Authorization Error", "AccessToken", "activity:read_permission", "missing"), .scopeMissing),
            (
                401, fault("Authorization Error", "AccessToken", "activity:read_all_permission", "missing"),
                .scopeMissing
            ),
            (401, fault("Authorization Error", "Application", "", "invalid"), .misconfigured),
            (401, #"{"message":"Authorization Error","errors":[]}"#, .unauthorized),
            (401, "", .unauthorized),
            (403, fault("Forbidden", "Application", "Status", "Inactive"), .inactive),
            (403, fault("Forbidden", "application", "status", "inactive"), .inactive),
            (403, fault("Rate Limit Exceeded", "Application", "rate limit", "exceeded"), .limited),
            (403, #"{"message":"Forbidden","errors":[]}"#, .rejected),
            (403, "<html>Request blocked</html>", .unavailable),
            (404, #"{"message":"Resource Not Found","errors":[]}"#, .rejected),
            (404, fault("Record Not Found", "Activity", "id", "invalid"), .rejected),
            (408, "", .unavailable),
            (429, fault("Rate Limit Exceeded", "Application", "rate limit", "exceeded"), .limited),
            (429, fault("Rate Limit Exceeded", "Application", "client_id", "invalid"), .limited),
            (429, "", .limited),
            (429, "<html>slow down</html>", .limited),
            (500, #"{"message":"error"}"#, .unavailable),
            (500, fault("Bad Request", "RefreshToken", "refresh_token", "invalid"), .unavailable),
            (502, "<html>Bad Gateway</html>", .unavailable),
            (503, "", .unavailable),
            (597, "", .unavailable),
            (302, "", .unavailable),
            (204, "", .unavailable),
        ] as [(Int, String, StravaFailure.Kind)])
    func meaning(status: Int, body: String, kind: StravaFailure.Kind) {
        let failure = Self.classify(status, body)
        #expect(failure.kind == kind)
        #expect(failure.wasSent)
    }

    @Test func theMessageIsOneLineInStravasWords() {
        let failure = Self.classify(
            401, Self.fault("Authorization Error", "AccessToken", "activity:read_permission", "missing"))
        #expect(failure.message == "401 Authorization Error: AccessToken/activity:read_permission/missing")
        #expect(Self.classify(503, "").message == "503 an empty body")
        #expect(Self.classify(502, "<html>").message == "502 a body that is not JSON")
        #expect(Self.classify(404, #"{"message":"a\nb\tc\u0007"}"#).message == "404 a b c ")
    }

    @Test func theMessageIsBounded() {
        let failure = Self.classify(404, #"{"message":"\#(String(repeating: "x", count: 100_000))"}"#)
        #expect(failure.message.count == 300)
    }

    @Test func aSecretThatStravaRepeatsIsCutOut() {
        let filler = String(repeating: "x", count: 270)
        let body = #"{"message":"\#(filler) token 0123456789abcdef0123456789abcdef is bad"}"#
        let failure = StravaFailure(
            CurlResponse(status: 401, body: Array(body.utf8)),
            hiding: [Secret("0123456789abcdef0123456789abcdef"), Secret("")])
        #expect(!"\(failure)".contains("0123"))
        #expect(failure.message.contains("token <redacted>"))
    }

    @Test func budgetAndDateComeWithTheFailure() {
        let headers = CurlHeaders([
            "x-ratelimit-limit": "200, 2000", "X-RateLimit-Usage": "201,512", "x-READratelimit-limit": "100,1000",
            "X-ReadRateLimit-Usage": "not,numbers", "date": "Mon, 23 Nov 2026 03:00:00 GMT",
        ])
        let failure = StravaFailure(CurlResponse(status: 429, headers: headers))
        #expect(
            failure.usage
                == RateUsage(
                    overallLimit: .init(quarter: 200, day: 2000), overallUsage: .init(quarter: 201, day: 512),
                    readLimit: .init(quarter: 100, day: 1000)))
        #expect(failure.serverDate == UTCInstant(seconds: 1_795_402_800))
    }

    @Test func withoutHeadersThereIsNoUsageAndNoDate() {
        let failure = StravaFailure(CurlResponse(status: 429))
        #expect(failure.usage == nil)
        #expect(failure.serverDate == nil)
    }
}

@Suite struct HTTPDateTests {
    @Test func aDateIsRead() {
        #expect(HTTPDate.parse("Sun, 06 Nov 1994 08:49:37 GMT") == UTCInstant(seconds: 784_111_777))
        #expect(HTTPDate.parse("Thu, 29 Feb 2024 00:00:00 GMT") == UTCInstant(seconds: 1_709_164_800))
    }

    @Test(
        "what is no date",
        arguments: [
            "", "now", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        ])
    func refuses(text: String) {
        #expect(HTTPDate.parse(text) == nil)
    }
}
