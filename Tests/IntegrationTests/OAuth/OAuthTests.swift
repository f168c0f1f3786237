import Sandbox
import TestSupport
import Testing

/// Connecting, and every way in which it does not work.
@Suite(.serialized, .timeLimit(.minutes(15))) struct OAuthTests {
    private static let badState = #"{"detail":"Invalid or expired state parameter"}"#

    /// A stage with one Paceline at the most talkative log level; the stage looks for secrets in what it wrote.
    private func withServer(
        _ changes: [String: String?] = [:], athletes: [SandboxAthlete]? = nil,
        _ body: (Stage, Paceline, Browser) async throws -> Void
    ) async throws {
        let now = StageClock().now
        try await withStage(athletes ?? [.standard(count: 30, endingAt: now), .other(endingAt: now)]) { stage in
            let server = try await stage.serve(changes.merging(["LOG_LEVEL": "trace"]) { own, _ in own })
            try await body(stage, server, Browser())
            #expect(await server.stop() == .exited(0))
        }
    }

    private func expectNothingStored(_ server: Paceline) async throws {
        let status = try await server.status()
        #expect(!status.athlete_connected)
        #expect(status.activities == 0)
        #expect(try await server.refresh().status == 409)
    }

    @Test func approvingConnectsTheAthlete() async throws {
        try await withServer { stage, server, browser in
            let callback = try await browser.callback(from: server)
            #expect(Secrets.found(in: callback) != [], "the code is a secret that the test can recognise")
            let answer = try await browser.open(callback)
            #expect(answer.status == 307)
            #expect(answer["location"] == "\(server.address)/?strava=success")
            let status = try await server.untilComplete()
            #expect(status.athlete_connected)
            #expect(status.activities == 30)
            #expect(await server.transcript.line(containing: "All Strava data cached successfully") != nil)
            let page = try await browser.open("\(server.address)/?strava=success")
            #expect(page.text.contains("Connected."))
        }
    }

    @Test func theRoundTripEndsAtTheFrontEnd() async throws {
        try await withServer(["FRONTEND_URL": "https://site.example/app"]) { _, server, browser in
            let answer = try await browser.connect(to: server)
            #expect(answer["location"] == "https://site.example/app/?strava=success")
        }
    }

    @Test func everyParameterOfTheRequestIsEncodedAndTheCookieIsTheBrowsersOwn() async throws {
        try await withServer { stage, server, browser in
            let answer = try await browser.open("\(server.address)/strava/authorize")
            let address = try #require(answer["location"])
            #expect(address.contains("scope=read%2Cactivity%3Aread_all"))
            #expect(address.contains("redirect_uri=http%3A%2F%2F127.0.0.1%3A\(server.port)%2Fstrava%2Fcallback"))
            let cookie = try #require(answer["set-cookie"])
            #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"))
        }
    }

    @Test func aStateIsGoodOnce() async throws {
        try await withServer { stage, server, browser in
            let callback = try await browser.callback(from: server)
            #expect(try await browser.open(callback)["location"]?.hasSuffix("success") == true)
            let replayed = try await browser.open(callback)
            #expect(replayed.status == 400)
            #expect(replayed.text == Self.badState)
            #expect(await stage.sandbox.counts.codeExchanges == 1)
        }
    }

    @Test func aTamperedStateIsRefused() async throws {
        try await withServer { stage, server, browser in
            let callback = try await browser.callback(from: server)
            let state = try #require(callback.firstMatch(of: /state=([^&]*)/)?.1)
            for forged in ["A" + state.dropFirst(), state.dropLast(2) + "", state + "AA", "", "x"]
            where forged != state {
                let answer = try await browser.open(callback.replacing(state, with: forged))
                #expect(answer.status == 400)
                #expect(answer.text == Self.badState)
            }
            #expect(await stage.sandbox.counts.codeExchanges == 0)
            try await expectNothingStored(server)
        }
    }

    @Test func anotherBrowserCannotFinishWhatOneBegan() async throws {
        try await withServer { stage, server, browser in
            let callback = try await browser.callback(from: server)
            let bare = try await Browser().open(callback)
            #expect(bare.status == 400)
            #expect(bare.text == Self.badState)
            let other = Browser()
            _ = try await other.open("\(server.address)/strava/authorize")
            let foreign = try await other.open(callback)
            #expect(foreign.status == 400)
            #expect(foreign.text == Self.badState)
            #expect(await stage.sandbox.counts.codeExchanges == 0)
            #expect(try await browser.open(callback)["location"]?.hasSuffix("success") == true)
        }
    }

    @Test func aStateOutlivesARestart() async throws {
        try await withStage(activities: 10) { stage in
            let first = try await stage.serve()
            let browser = Browser()
            let callback = try await browser.callback(from: first)
            #expect(await first.stop() == .exited(0))
            // On another port: the first one may have been taken meanwhile, and a state does not name it.
            let second = try await stage.serve()
            let moved = callback.replacing(first.address, with: second.address)
            #expect(try await browser.open(moved)["location"] == "\(second.address)/?strava=success")
        }
    }

    @Test func cancellingConnectsNobody() async throws {
        try await withServer { stage, server, browser in
            let answer = try await browser.connect(to: server, .init(decision: "cancel"))
            #expect(answer.status == 307)
            #expect(answer["location"] == "\(server.address)/?strava=denied")
            #expect(await stage.sandbox.requests(to: .token).isEmpty)
            try await expectNothingStored(server)
        }
    }

    @Test func withoutTheActivityScopeNothingIsStored() async throws {
        try await withServer { stage, server, browser in
            let answer = try await browser.connect(to: server, .init(unticked: ["activity:read_all"]))
            #expect(answer.status == 307)
            #expect(answer["location"] == "\(server.address)/?strava=missing_scope")
            try await expectNothingStored(server)
            #expect(await stage.listRequests() == 0)
        }
    }

    @Test func anotherAthleteOverwritesNothing() async throws {
        try await withServer { stage, server, browser in
            _ = try await browser.connect(to: server)
            try await server.untilComplete()
            let before = try await server.allActivities()
            await stage.sandbox.signIn(SandboxAthlete.otherID)
            let answer = try await Browser().connect(to: server, .init(athlete: SandboxAthlete.otherID))
            #expect(answer.status == 307)
            #expect(answer["location"] == "\(server.address)/?strava=wrong_athlete")
            #expect(try await server.allActivities() == before)
            await stage.sandbox.signIn(SandboxAthlete.standardID)
            #expect(try await server.refresh().status == 200)
            #expect(try await server.allActivities() == before)
        }
    }

    @Test func onlyTheConfiguredAthleteMayConnect() async throws {
        try await withServer(["ATHLETE_ID": "\(SandboxAthlete.otherID)"]) { stage, server, browser in
            let first = try await browser.connect(to: server)
            #expect(first["location"]?.hasSuffix("/?strava=wrong_athlete") == true)
            try await expectNothingStored(server)
            await stage.sandbox.signIn(SandboxAthlete.otherID)
            let second = try await Browser().connect(to: server, .init(athlete: SandboxAthlete.otherID))
            #expect(second["location"]?.hasSuffix("/?strava=success") == true)
            #expect(try await server.untilComplete().activities == 40)
        }
    }

    @Test func theOwnerMayConnectAgain() async throws {
        try await withServer { stage, server, browser in
            _ = try await browser.connect(to: server)
            try await server.untilComplete()
            let again = try await Browser().connect(to: server)
            #expect(again["location"]?.hasSuffix("/?strava=success") == true)
            #expect(try await server.refresh().status == 200)
            #expect(try await server.untilComplete().activities == 30)
        }
    }

    @Test func aCodeThatIsTooFreshIsTriedAgain() async throws {
        try await withServer { stage, server, browser in
            await stage.sandbox.refuseFreshCodes(times: 1)
            let answer = try await browser.connect(to: server)
            #expect(answer["location"] == "\(server.address)/?strava=success")
            #expect(await stage.sandbox.requests(to: .token).map(\.status).prefix(2) == [400, 200])
        }
    }

    @Test(arguments: [
        Fault.serverError(status: 503), .htmlPage, .emptyBody, .truncatedJSON, .reset, .limitedWithoutHeaders,
    ])
    func whenStravaFailsThePersonGetsAnIdAndTheLogTheCause(fault: Fault) async throws {
        try await withServer { stage, server, browser in
            await stage.sandbox.inject(fault, on: .token)
            let answer = try await browser.connect(to: server)
            if fault == .limitedWithoutHeaders {
                #expect(answer.status == 429)
                #expect(answer["retry-after"] != nil)
            } else {
                #expect(answer.status == 502)
                let form = /^OAuth authorization failed\. Please try again\. \(Error ID: ([0-9a-f]{8})\)$/
                let id = try #require(answer.detail?.wholeMatch(of: form)?.1)
                let line = try #require(await server.transcript.line(containing: String(id)))
                #expect(line.contains(try #require(answer["x-request-id"])), "the log line has both ids of the answer")
            }
            #expect(Secrets.found(in: answer.text) == [])
            try await expectNothingStored(server)
        }
    }
}
