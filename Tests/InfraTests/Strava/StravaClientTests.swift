import Actors
import Curl
import Strava
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(15))) struct StravaClientTests {
    private static let clientSecret = Secret("cl13nt-s3cr3t+/=&")
    private static let tokens =
        #"{"token_type":"Bearer","access_token":"acc","refresh_token":"ref","expires_at":1795424400,"expires_in":21600}"#
    private static let freshCode =
        #"{"message":"Bad Request","errors":[{"resource":"AuthorizationCode","field":"code","code":"invalid"}]}"#
    private static let budget: KeyValuePairs = [
        "Content-Type": "application/json; charset=utf-8", "x-ratelimit-limit": "200,2000",
        "x-ratelimit-usage": "3,40", "x-readratelimit-limit": "100,1000", "x-readratelimit-usage": "2,30",
        "date": "Mon, 23 Nov 2026 03:00:00 GMT",
    ]

    private func client(
        _ server: ScriptedServer, clock: ManualClock = ManualClock(), timeout: Duration = .seconds(600)
    ) -> StravaClient {
        var limits = CurlConfiguration.patient()
        limits.totalTimeout = timeout
        limits.maximumBodySize = 1 << 20
        let configuration = StravaConfiguration(
            apiURL: server.url + "/api/v3/", oauthURL: server.url + "/oauth", clientID: "12345",
            clientSecret: Self.clientSecret, redirectURI: "https://example.org/strava/callback?a=b c")
        return StravaClient(configuration, curl: CurlClient(limits), clock: clock)
    }

    private func failure<Value>(_ call: () async throws(StravaFailure) -> Value) async -> StravaFailure? {
        do throws(StravaFailure) {
            _ = try await call()
            return nil
        } catch {
            return error
        }
    }

    // MARK: the consent page

    @Test func theConsentURLEncodesEveryParameter() throws {
        let client = client(try ScriptedServer([[]]))
        let url = client.authorizeURL(state: "a&b=c é+%")
        let query = try #require(url.split(separator: "?").last)
        #expect(url.contains("/oauth/authorize?"))
        #expect(
            query.split(separator: "&") == [
                "client_id=12345", "redirect_uri=https%3A%2F%2Fexample.org%2Fstrava%2Fcallback%3Fa%3Db%20c",
                "response_type=code", "approval_prompt=auto", "scope=read%2Cactivity%3Aread_all",
                "state=a%26b%3Dc%20%C3%A9%2B%25",
            ])
        #expect(client.authorizeURL(state: "", isForced: true).contains("approval_prompt=force&"))
    }

    // MARK: tokens

    @Test func aCodeIsTradedForTokens() async throws {
        let body = Self.tokens.dropLast() + #","athlete":{"id":134815,"username":null},"scope":"read"}"#
        let server = try ScriptedServer([[.read, .answer(200, Self.budget, String(body))]])
        let reply = try await client(server).exchange(code: Secret("c&d e"))
        #expect(
            reply.value
                == TokenGrant(
                    accessToken: Secret("acc"), refreshToken: Secret("ref"),
                    expiresAt: UTCInstant(seconds: 1_795_424_400), athleteID: 134_815))
        #expect(reply.serverDate == UTCInstant(seconds: 1_795_402_800))
        let request = try #require(server.requests.first)
        #expect(request.head.hasPrefix("POST /oauth/token HTTP/1.1"))
        #expect(request.header("Content-Type") == "application/x-www-form-urlencoded")
        #expect(
            request.body
                == "client_id=12345&client_secret=cl13nt-s3cr3t%2B%2F%3D%26&code=c%26d%20e&grant_type=authorization_code"
        )
    }

    @Test func aRefreshTokenIsTradedForTokens() async throws {
        let server = try ScriptedServer([[.read, .answer(200, ["Content-Type": "application/json"], Self.tokens)]])
        let reply = try await client(server).refresh(Secret("old"))
        #expect(reply.value.refreshToken == Secret("ref"))
        #expect(reply.value.athleteID == nil)
        #expect(reply.usage == nil)
        let body = server.requests.first?.body
        #expect(
            body == "client_id=12345&client_secret=cl13nt-s3cr3t%2B%2F%3D%26&refresh_token=old&grant_type=refresh_token"
        )
    }

    @Test func aCodeThatIsTooFreshIsTriedAgainAfterTwoSeconds() async throws {
        let json: KeyValuePairs = ["Content-Type": "application/json"]
        let server = try ScriptedServer([
            [.read, .answer(400, json, Self.freshCode)], [.read, .answer(200, json, Self.tokens)],
        ])
        let clock = ManualClock()
        let client = client(server, clock: clock)
        async let reply = client.exchange(code: Secret("code"))
        await clock.untilSomeoneSleeps(until: clock.now() + .seconds(2))
        #expect(server.requests.count == 1)
        clock.advance(by: .seconds(2))
        #expect(try await reply.value.accessToken == Secret("acc"))
        #expect(server.requests.map(\.body).count == 2)
        #expect(Set(server.requests.map(\.body)).count == 1)
    }

    @Test func aCodeIsTriedAgainOnceOnly() async throws {
        let server = try ScriptedServer([[.read, .answer(400, ["Content-Type": "application/json"], Self.freshCode)]])
        let clock = ManualClock()
        let client = client(server, clock: clock)
        async let refusal = failure { () async throws(StravaFailure) in try await client.exchange(code: Secret("code"))
        }
        await clock.untilSomeoneSleeps()
        clock.advance(by: .seconds(2))
        #expect(await refusal?.kind == .codeRefused)
        #expect(server.requests.count == 2)
    }

    @Test func anExpiredCodeIsNotTriedAgain() async throws {
        let expired =
            #"{"message":"Bad Request","errors":[{"resource":"AuthorizationCode","field":"","code":"expired"}]}"#
        let server = try ScriptedServer([[.read, .answer(400, ["Content-Type": "application/json"], expired)]])
        let client = client(server)
        let refusal = await failure { () async throws(StravaFailure) in try await client.exchange(code: Secret("code"))
        }
        #expect(refusal?.kind == .codeRefused)
        #expect(server.requests.count == 1)
    }

    @Test func aCallerThatLeavesDuringThePauseGetsTheRefusal() async throws {
        let server = try ScriptedServer([[.read, .answer(400, ["Content-Type": "application/json"], Self.freshCode)]])
        let clock = ManualClock()
        let client = client(server, clock: clock)
        let task = Task {
            await failure { () async throws(StravaFailure) in try await client.exchange(code: Secret("code")) }
        }
        await clock.untilSomeoneSleeps()
        task.cancel()
        #expect(await task.value?.kind == .codeRefused)
        #expect(server.requests.count == 1)
    }

    @Test(
        "a token reply without tokens is no grant",
        arguments: [
            "", "{}", "[]", "null", "<html>", #"{"access_token":"a","refresh_token":"r"}"#,
            #"{"access_token":"","refresh_token":"r","expires_at":1}"#, #"{"refresh_token":"r","expires_at":1}"#,
            #"{"access_token":"a","expires_at":1}"#,
            #"{"access_token":"a\r\nX: y","refresh_token":"r","expires_at":1}"#,
            #"{"access_token":"a","refresh_token":"r","expires_at":1e30}"#,
            #"{"access_token":"a","refresh_token":"r","expires_at":-1}"#,
        ])
    func noGrant(body: String) async throws {
        let server = try ScriptedServer([[.read, .answer(200, ["Content-Type": "application/json"], body)]])
        let client = client(server)
        let refusal = await failure { () async throws(StravaFailure) in try await client.refresh(Secret("old")) }
        #expect(refusal?.kind == .unavailable)
        #expect(refusal?.message == "200, but the body has no tokens")
    }

    @Test("the expiry is read in every form", arguments: ["1795424400", "1795424400.0", #""1795424400""#])
    func expiry(text: String) async throws {
        let body = #"{"access_token":"a","refresh_token":"r","expires_at":\#(text),"athlete":null}"#
        let server = try ScriptedServer([[.read, .answer(200, ["Content-Type": "application/json"], body)]])
        #expect(try await client(server).refresh(Secret("old")).value.expiresAt == UTCInstant(seconds: 1_795_424_400))
    }

    // MARK: the list

    @Test func aPageComesWithItsBudget() async throws {
        let body = #"[{"id":1,"start_date":"2025-12-25T08:00:00Z"},{"id":2}]"#
        let server = try ScriptedServer([[.read, .answer(200, Self.budget, body)]])
        let query = ActivityQuery(before: UTCInstant(milliseconds: 1_766_649_600_999), page: 3, perPage: 200)
        let reply = try await client(server).activities(query, accessToken: Secret("t0ken"))
        #expect(reply.value.activities.map(\.id) == [1])
        #expect(reply.value.rejected.map(\.id) == [2])
        #expect(
            reply.usage
                == RateUsage(
                    overallLimit: .init(quarter: 200, day: 2000), overallUsage: .init(quarter: 3, day: 40),
                    readLimit: .init(quarter: 100, day: 1000), readUsage: .init(quarter: 2, day: 30)))
        #expect(reply.serverDate == UTCInstant(seconds: 1_795_402_800))
        let request = try #require(server.requests.first)
        #expect(request.target == "/api/v3/athlete/activities?before=1766649600&page=3&per_page=200")
        #expect(request.header("Authorization") == "Bearer t0ken")
        #expect(request.body.isEmpty)
    }

    @Test func withoutABoundNoneIsSentAndTheTokenIsInTheHeaderOnly() async throws {
        let server = try ScriptedServer([[.read, .answer(200, ["Content-Type": "application/json"], "[]")]])
        let reply = try await client(server).activities(ActivityQuery(), accessToken: Secret("t0ken"))
        #expect(reply.value.isEmpty)
        let request = try #require(server.requests.first)
        #expect(request.target == "/api/v3/athlete/activities?page=1&per_page=200")
        #expect(request.head.split(separator: "t0ken", omittingEmptySubsequences: false).count == 2)
    }

    @Test(
        "a success that is none",
        arguments: [
            (["Content-Type": "text/html"], "<html>We are down</html>", "200, but the content type is not JSON"),
            (["Content-Type": "text/html"], "[]", "200, but the content type is not JSON"),
            (["Content-Type": "application/json"], "<html>", "200, but the body is no list of activities"),
            (["Content-Type": "application/json"], "", "200, but the body is no list of activities"),
            (["Content-Type": "application/json"], #"[{"id":1,"#, "200, but the body is no list of activities"),
            (
                ["Content-Type": "application/json"], #"{"message":"error"}"#,
                "200, but the body is no list of activities"
            ),
            ([:], "", "200, but the body is no list of activities"),
        ] as [(KeyValuePairs<String, String>, String, String)])
    func falseSuccess(headers: KeyValuePairs<String, String>, body: String, message: String) async throws {
        let server = try ScriptedServer([[.read, .answer(200, headers, body)]])
        let client = client(server)
        let refusal = await failure { () async throws(StravaFailure) in
            try await client.activities(ActivityQuery(), accessToken: Secret("t0ken"))
        }
        #expect(refusal == StravaFailure(.unavailable, message))
    }

    // MARK: one activity

    @Test func oneActivityIsAskedForByItsID() async throws {
        let body = #"{"id":12345678901,"start_date":"2025-12-25T08:00:00Z","description":"more than a list tells"}"#
        let server = try ScriptedServer([[.read, .answer(200, Self.budget, body)]])
        let reply = try await client(server).activity(12_345_678_901, accessToken: Secret("t0ken"))
        #expect(reply.value?.startDate == UTCInstant(seconds: 1_766_649_600))
        #expect(reply.usage?.readUsage == RateUsage.Pair(quarter: 2, day: 30))
        let request = try #require(server.requests.first)
        #expect(request.target == "/api/v3/activities/12345678901")
        #expect(request.header("Authorization") == "Bearer t0ken")
    }

    @Test(
        "what Strava does not find is gone",
        arguments: [
            #"{"message":"Resource Not Found","errors":[]}"#,
            #"{"message":"Record Not Found","errors":[{"resource":"Activity","field":"id","code":"invalid"}]}"#,
        ])
    func notFound(body: String) async throws {
        let server = try ScriptedServer([[.read, .answer(404, Self.budget, body)]])
        let reply = try await client(server).activity(1, accessToken: Secret("t"))
        #expect(reply.value == nil)
        #expect(reply.usage?.readUsage == RateUsage.Pair(quarter: 2, day: 30))
    }

    @Test(
        "what is neither the activity nor a 404 proves nothing",
        arguments: [
            (200, #"{"id":2,"start_date":"2025-12-25T08:00:00Z"}"#), (200, #"{"id":1}"#), (200, "[]"), (200, ""),
            (500, #"{"message":"error"}"#), (204, ""), (404, "<html>"), (404, ""),
        ])
    func noProof(status: Int, body: String) async throws {
        let server = try ScriptedServer([[.read, .answer(status, Self.budget, body)]])
        let client = client(server)
        let refusal = await failure { () async throws(StravaFailure) in
            try await client.activity(1, accessToken: Secret("t0ken"))
        }
        #expect(refusal?.kind == .unavailable)
    }

    @Test(
        "a 404 in other words than Strava's for an activity does not say that it is gone",
        arguments: [
            "{}", #"{"message":"Not Found"}"#, #"{"message":"no Route matched with those values","errors":[]}"#,
            #"{"message":"Resource Not Found","errors":[{"resource":"resource","field":"path","code":"invalid"}]}"#,
        ])
    func otherWords(body: String) async throws {
        let server = try ScriptedServer([[.read, .answer(404, Self.budget, body)]])
        let client = client(server)
        let refusal = await failure { () async throws(StravaFailure) in
            try await client.activity(1, accessToken: Secret("t0ken"))
        }
        #expect(refusal?.kind == .rejected)
    }

    @Test func aListWithoutAContentTypeIsTaken() async throws {
        let server = try ScriptedServer([[.read, .answer(200, [:], "[]")]])
        #expect(try await client(server).activities(ActivityQuery(), accessToken: Secret("t")).value.isEmpty)
    }

    @Test func aRefusalIsClassifiedAndCarriesItsBudget() async throws {
        let fault =
            #"{"message":"Rate Limit Exceeded","errors":[{"resource":"Application","field":"rate limit","code":"exceeded"}]}"#
        let server = try ScriptedServer([[.read, .answer(429, Self.budget, fault)]])
        let client = client(server)
        let refusal = await failure { () async throws(StravaFailure) in
            try await client.activities(ActivityQuery(), accessToken: Secret("t"))
        }
        #expect(refusal?.kind == .limited)
        #expect(refusal?.usage?.readUsage == RateUsage.Pair(quarter: 2, day: 30))
        #expect(refusal?.serverDate == UTCInstant(seconds: 1_795_402_800))
    }

    @Test func aRedirectIsNotFollowed() async throws {
        let elsewhere = try ScriptedServer([[.read, .answer(200, [:], "[]")]])
        let server = try ScriptedServer([[.read, .answer(301, ["Location": elsewhere.url])]])
        let client = client(server)
        let refusal = await failure { () async throws(StravaFailure) in
            try await client.activities(ActivityQuery(), accessToken: Secret("t"))
        }
        #expect(refusal?.kind == .unavailable)
        #expect(elsewhere.connections == 0)
    }

    @Test(
        "a fault on the wire is an outage, and tells nothing secret",
        arguments: [
            [ScriptedServer.Step.read], [.read, .reset], [.read, .hang],
            [.read, .send("HTTP/1.1 200 OK\r\nContent-Le"), .reset],
            [.read, .send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{"), .reset],
            [.read, .send("HTTP/1.1 200 OK\r\n\r\n"), .drip(Array(repeating: 32, count: 1000), pause: 20)],
            [.read, .send("HTTP/1.1 200 OK\r\n\r\n"), .send([UInt8](repeating: 32, count: 2 << 20))],
            [.read, .send("garbage\r\n\r\n")],
            [.read, .answer(401, [:], #"{"message":"cl13nt-s3cr3t+/=& r3fresh t0ken"}"#)],
        ])
    func wireFaults(script: [ScriptedServer.Step]) async throws {
        let server = try ScriptedServer([script])
        let client = client(server, timeout: .milliseconds(300))
        let list = await failure { () async throws(StravaFailure) in
            try await client.activities(ActivityQuery(), accessToken: Secret("t0ken"))
        }
        let refresh = await failure { () async throws(StravaFailure) in try await client.refresh(Secret("r3fresh")) }
        for failure in [list, refresh] {
            let failure = try #require(failure)
            #expect(failure.kind == .unavailable || failure.message.hasPrefix("401"))
            #expect(failure.wasSent)
        }
        #expect(!"\(String(describing: list))".contains("t0ken"))
        #expect(!"\(String(describing: refresh))".contains("r3fresh"))
        #expect(!"\(String(describing: refresh))".contains("s3cr3t"))
    }

    @Test func aRequestThatNeverLeftIsNotCounted() async throws {
        let curl = CurlClient(CurlConfiguration(version: "1"))
        await curl.shutdown()
        let configuration = StravaConfiguration(
            apiURL: "http://127.0.0.1:1", oauthURL: "http://127.0.0.1:1", clientID: "1", clientSecret: Secret("s"),
            redirectURI: "")
        let client = StravaClient(configuration, curl: curl)
        let refusal = await failure { () async throws(StravaFailure) in
            try await client.activities(ActivityQuery(), accessToken: Secret("t"))
        }
        #expect(refusal?.kind == .unavailable)
        #expect(refusal?.wasSent == false)
    }

    @Test("what cannot be sent is a matter of settings", arguments: ["not a url", "ftp://example.org", ""])
    func badURL(url: String) async throws {
        let configuration = StravaConfiguration(
            apiURL: url, oauthURL: url, clientID: "1", clientSecret: Secret("s"), redirectURI: "")
        let client = StravaClient(configuration, curl: CurlClient(CurlConfiguration(version: "1")))
        let refusal = await failure { () async throws(StravaFailure) in
            try await client.activities(ActivityQuery(), accessToken: Secret("t"))
        }
        #expect(refusal?.kind == .misconfigured)
        #expect(refusal?.wasSent == false)
    }
}
