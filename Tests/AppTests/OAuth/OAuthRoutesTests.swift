import Actors
import HTTP
import HTTPTypes
import TestSupport
import Testing

@testable import paceline

@Suite("Connecting an athlete")
struct OAuthRoutesTests {
    private let site = "https://example.org/run"
    private let granted = "read,activity:read_all"

    private func makeApp(_ environment: [String: String] = [:], isConnected: Bool = false) async throws -> TestApp {
        try await TestApp(
            isConnected: isConnected, environment: ["FRONTEND_URL": site].merging(environment) { $1 })
    }

    /// Comes back from Strava as the browser that began.
    private func comeBack(
        _ app: TestApp, scope: String? = "read,activity:read_all", extra: String = "&code=\(TestApp.code)"
    )
        async throws -> Response
    {
        let (state, cookie) = try await app.begin()
        let scope = scope.map { "&scope=\($0)" } ?? ""
        return await app.get("/strava/callback?state=\(state)\(scope)\(extra)", ["Cookie": cookie])
    }

    /// Nothing was stored, asked, or let out.
    private func expectUntouched(_ app: TestApp, tokenCalls: Int = 0, at location: SourceLocation = #_sourceLocation)
        async
    {
        #expect(await app.store.savedAuthorizations.isEmpty, sourceLocation: location)
        #expect(app.strava.tokenCalls == tokenCalls, sourceLocation: location)
        #expect(await !app.engine.vault.hasOwner, sourceLocation: location)
    }

    // MARK: Setting out

    @Test func authorizeSendsTheBrowserToStravaWithAStateOfItsOwn() async throws {
        let app = try await makeApp()
        let first = await app.get("/strava/authorize")
        let second = await app.get("/strava/authorize")
        #expect(first.status == .temporaryRedirect)
        #expect(first.body.isEmpty)
        #expect(first.field("cache-control") == "no-store")
        let location = try #require(first.field("location"))
        #expect(location.hasPrefix("https://strava.test/oauth/authorize?state="))
        #expect(location != second.field("location"))
        #expect(first.field("set-cookie") != second.field("set-cookie"))
    }

    @Test func aBrowserThatHasACookieKeepsIt() async throws {
        let app = try await makeApp()
        let (state, cookie) = try await app.begin()
        let again = await app.get("/strava/authorize", ["Cookie": cookie])
        #expect(try #require(again.field("set-cookie")).hasPrefix(cookie + ";"))
        // So the first tab's state is still good.
        let response = await app.get("/strava/callback?state=\(state)&error=access_denied", ["Cookie": cookie])
        #expect(response.status == .temporaryRedirect)
    }

    @Test(
        "the cookie insists on TLS when browsers come that way",
        arguments: [
            ("http://127.0.0.1:5001/strava/callback", nil, "127.0.0.1", "/strava", false),
            ("https://stats.example.org/strava/callback", nil, "127.0.0.1", "/strava", true),
            ("https://stats.example.org/pace/strava/callback", nil, "127.0.0.1", "/pace/strava", true),
            ("http://127.0.0.1:5001/strava/callback", "https", "127.0.0.1", "/strava", true),
            ("http://127.0.0.1:5001/strava/callback", "http", "127.0.0.1", "/strava", false),
            ("http://127.0.0.1:5001/strava/callback", "https", "192.0.2.1", "/strava", false),
        ] as [(String, String?, String, String, Bool)])
    func cookie(redirect: String, proto: String?, peer: String, path: String, isSecure: Bool) async throws {
        let app = try await makeApp(["STRAVA_REDIRECT_URI": redirect])
        let fields = proto.map { ["X-Forwarded-Proto": $0] } ?? [:]
        let cookie = try #require(await app.get("/strava/authorize", fields, peer: peer).field("set-cookie"))
        #expect(cookie.hasSuffix("; Path=\(path); Max-Age=600; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "")))
    }

    @Test func withoutAnAppThereIsNowhereToGo() async throws {
        let app = try await makeApp()
        var router = Router()
        OAuthRoutes(
            desk: StateDesk(signer: StateSigner(secret: Secret("s")), clock: app.clock), strava: app.engine.strava,
            vault: app.engine.vault, coordinator: app.engine.coordinator, authorizeURL: nil, serverURL: "http://x",
            frontendURL: site, proxies: TrustedProxies(blocks: []),
            errors: ErrorBook(logger: app.logs.logger(), clock: app.clock)
        ).add(to: &router)
        let response = await router.respond(to: Request(method: .get, target: "/strava/authorize"))
        #expect(response.status == .serviceUnavailable)
        #expect(
            response.text == #"{"detail":"Strava is not configured. Set STRAVA_CLIENT_ID and STRAVA_CLIENT_SECRET."}"#)
        #expect(response.field("set-cookie") == nil)
    }

    // MARK: Coming back

    @Test(arguments: [
        "read,activity:read_all", "read,activity:read", "read%2Cactivity%3Aread_all", "activity:read%20read",
    ])
    func successStoresTheTokensEncryptedAndBeginsToFetch(scope: String) async throws {
        let app = try await makeApp()
        let response = try await app.whileRunning { try await comeBack(app, scope: scope) }
        #expect(response.status == .temporaryRedirect)
        #expect(response.field("location") == "\(site)/?strava=success")
        #expect(app.strava.refreshTokensSent == [Secret(TestApp.code)])
        let stored = try #require(await app.store.savedAuthorizations.last)
        #expect(stored.athleteID == TestApp.athlete)
        for text in [stored.accessToken, stored.refreshToken] { #expect(!text.contains("secret")) }
        #expect(await app.engine.coordinator.status().isConnected)
    }

    @Test func theFirstSyncRunsInTheBackgroundWhileTheBrowserIsAlreadyOnItsWay() async throws {
        let app = try await makeApp()
        let gate = Gate()
        app.strava.holdLists(gate)
        try await app.whileRunning {
            let response = try await comeBack(app)
            #expect(response.field("location") == "\(site)/?strava=success")
            await gate.arrivals(1)
            #expect(await app.engine.coordinator.status().state == .syncing)
            gate.open()
        }
    }

    @Test func aStateWorksOnceOnly() async throws {
        let app = try await makeApp()
        let (state, cookie) = try await app.begin()
        let target = "/strava/callback?state=\(state)&error=access_denied"
        #expect(await app.get(target, ["Cookie": cookie]).status == .temporaryRedirect)
        let second = await app.get(target, ["Cookie": cookie])
        #expect(second.status == .badRequest)
        #expect(second.text == #"{"detail":"Invalid or expired state parameter"}"#)
        #expect(app.logs.lines("a callback was refused").map { $0.metadata["reason"] } == ["the state is used"])
    }

    @Test func aStateThatIsMissingForeignForgedOrOldIsRefusedInOneSentence() async throws {
        let app = try await makeApp()
        let (state, cookie) = try await app.begin()
        let (_, other) = try await app.begin()
        let code = "code=\(TestApp.code)&scope=\(granted)"
        var answers = [
            await app.get("/strava/callback"),
            await app.get("/strava/callback?\(code)", ["Cookie": cookie]),
            await app.get("/strava/callback?\(code)&state=", ["Cookie": cookie]),
            await app.get("/strava/callback?\(code)&state=\(state)"),
            await app.get("/strava/callback?\(code)&state=\(state)", ["Cookie": other]),
            await app.get("/strava/callback?\(code)&state=\(state)x", ["Cookie": cookie]),
            await app.get("/strava/callback?\(code)&state=%00%FF", ["Cookie": cookie]),
        ]
        app.clock.advance(by: .seconds(600))
        answers.append(await app.get("/strava/callback?\(code)&state=\(state)", ["Cookie": cookie]))
        for answer in answers {
            #expect(answer.status == .badRequest)
            #expect(answer.text == #"{"detail":"Invalid or expired state parameter"}"#)
        }
        // The log tells them apart, and holds neither code nor state.
        #expect(
            app.logs.lines("a callback was refused").map { $0.metadata["reason"] } == [
                "it carries no state", "it carries no state", "it carries no state",
                "the browser sent no cookie of this server", "the state is forged", "the state is malformed",
                "the state is malformed", "the state is expired",
            ])
        #expect(!app.logs.lines.contains { $0.text.contains(TestApp.code) || $0.text.contains(state) })
        await expectUntouched(app)
    }

    @Test func whoPressesCancelIsSentHome() async throws {
        let app = try await makeApp()
        let response = try await comeBack(app, extra: "&error=access_denied")
        #expect(response.status == .temporaryRedirect)
        #expect(response.field("location") == "\(site)/?strava=denied")
        await expectUntouched(app)
    }

    @Test(arguments: [nil, "", "read", "read,profile:read_all", "activity:write", "xactivity:read_all"])
    func withoutTheActivityScopeNothingIsStored(scope: String?) async throws {
        let app = try await makeApp()
        let response = try await comeBack(app, scope: scope)
        #expect(response.field("location") == "\(site)/?strava=missing_scope")
        await expectUntouched(app)
    }

    @Test func aCallbackWithNeitherCodeNorErrorIsRefused() async throws {
        let app = try await makeApp()
        let response = try await comeBack(app, extra: "")
        #expect(response.status == .badRequest)
        #expect(response.text == #"{"detail":"The callback has neither a code nor an error parameter"}"#)
        await expectUntouched(app)
    }

    @Test(arguments: [["ATHLETE_ID": "43"], [:]])
    func anotherAthleteThanTheOwnerIsSentHome(environment: [String: String]) async throws {
        let isConnected = environment.isEmpty
        let app = try await makeApp(environment, isConnected: isConnected)
        app.strava.grant(
            TokenGrant(
                accessToken: Secret("a"), refreshToken: Secret("r"), expiresAt: app.clock.now() + .seconds(21_600),
                athleteID: isConnected ? 4711 : TestApp.athlete))
        let response = try await app.whileRunning { try await comeBack(app) }
        #expect(response.field("location") == "\(site)/?strava=wrong_athlete")
        #expect(await app.store.savedAuthorizations.isEmpty)
        #expect(await app.engine.vault.storedAthlete == (isConnected ? TestApp.athlete : nil))
    }

    @Test(
        "when Strava fails, the person gets an id and the log gets the cause",
        arguments: [StravaFailure.Kind.unavailable, .codeRefused, .misconfigured, .rejected, .unauthorized, .inactive])
    func stravaFails(kind: StravaFailure.Kind) async throws {
        let app = try await makeApp()
        app.strava.failTokens(StravaFailure(kind, "Strava's own words"))
        let response = try await app.whileRunning { try await comeBack(app) }
        #expect(response.status == .badGateway)
        let line = try #require(app.logs.lines("OAuth authorization failed").first)
        #expect(line.metadata["id"] == app.logs.lines("request").last?.metadata["id"])
        let id = try #require(line.metadata["error-id"])
        #expect(response.text == #"{"detail":"OAuth authorization failed. Please try again. (Error ID: \#(id))"}"#)
        #expect(line.metadata["cause"] == "\(kind): Strava's own words")
        for secret in [TestApp.code, "client-secret", "access-secret", "refresh-secret", TestApp.encryptionKey] {
            #expect(!response.text.contains(secret))
            #expect(!app.logs.lines.contains { $0.text.contains(secret) })
        }
        await expectUntouched(app, tokenCalls: 1)
    }

    @Test func aReplyThatNamesNoAthleteIsAFailure() async throws {
        let app = try await makeApp()
        app.strava.grant(
            TokenGrant(
                accessToken: Secret("a"), refreshToken: Secret("r"), expiresAt: app.clock.now() + .seconds(21_600)))
        #expect(try await app.whileRunning { try await comeBack(app) }.status == .badGateway)
        await expectUntouched(app, tokenCalls: 1)
    }

    @Test func aSpentBudgetIs429() async throws {
        let app = try await makeApp()
        app.strava.failTokens(StravaFailure(.limited, "429"))
        let response = try await comeBack(app)
        #expect(response.status == .tooManyRequests)
        #expect(response.field("retry-after").flatMap { Int($0) } ?? 0 > 0)
        await expectUntouched(app, tokenCalls: 1)
    }

    @Test func tokensThatCannotBeStoredAre503() async throws {
        let app = try await makeApp()
        await app.store.failSaves(StoreFailure(.unavailable, "the disk is full"))
        let response = try await app.whileRunning { try await comeBack(app) }
        #expect(response.status == .serviceUnavailable)
        #expect(response.text.contains("The database is not available."))
        #expect(
            app.logs.lines("the tokens of the athlete could not be stored").first?.metadata["cause"]
                == "the disk is full")
        #expect(await !app.engine.coordinator.status().isConnected)
    }

    @Test func aServerThatStopsSaysSo() async throws {
        let app = try await makeApp()
        try await app.whileRunning {}
        let response = try await comeBack(app)
        #expect(response.status == .serviceUnavailable)
        #expect(response.text == #"{"detail":"The server is stopping. Please try again."}"#)
    }

    @Test(arguments: [
        ("read,activity:read_all", "activity:read_all"), ("activity:read read", "activity:read"),
        ("activity:read,activity:read_all,read", "activity:read_all"), ("read", nil), ("activity:write", nil),
        (nil, nil),
    ])
    func theWiderActivityScopeIsWhatWasGranted(_ granted: String?, _ scope: String?) {
        #expect(OAuthRoutes.activityScope(in: granted) == scope)
    }

    @Test func theGrantedScopeIsStoredWithTheTokens() async throws {
        let app = try await TestApp()
        try await app.whileRunning {
            let (state, cookie) = try await app.begin()
            let response = await app.get(
                "/strava/callback?state=\(state)&code=\(TestApp.code)&scope=read,activity:read", ["Cookie": cookie])
            #expect(response.field("location")?.hasSuffix("/?strava=success") == true)
        }
        #expect(await app.store.authorization_?.scope == "activity:read")
    }
}
