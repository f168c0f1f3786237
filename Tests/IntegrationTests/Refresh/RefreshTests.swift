import Sandbox
import TestSupport
import Testing

/// `POST /strava/refresh-data` and the schedule.
@Suite(.serialized, .timeLimit(.minutes(15))) struct RefreshTests {
    private static let done = #"{"status":"success","message":"Data refreshed successfully"}"#

    /// A run that began an hour ago, unless told.
    private func run(_ id: Int64, _ stage: Stage, secondsAgo: Int64 = 3600, name: String = "New") -> SandboxActivity {
        let start = stage.clock.now / 1000 - secondsAgo
        return SandboxActivity(
            id: id, athleteID: SandboxAthlete.standardID, start: start, startLocal: start + 3600, name: name)
    }

    @Test func twentyRefreshesAtOnceAreOneTokenExchangeAndOneListRequest() async throws {
        try await withStage(activities: 300, settings: { $0.tokenLifetime = .seconds(1800) }) { stage in
            // So short a life that the token must be refreshed before the next use; a new process has forgotten that it tried.
            let first = try await stage.serveMirror()
            #expect(await first.stop() == .exited(0))
            let server = try await stage.serve()
            await stage.sandbox.killAccessTokens()
            await stage.sandbox.configure { $0.tokenLifetime = .seconds(21_600) }
            await stage.sandbox.clearLog()
            let minted = await stage.sandbox.counts.mintedTokens
            // Held at Strava's door until all twenty have asked, so that they are at once indeed.
            await stage.sandbox.inject(.latency(.seconds(3)), on: .token)
            try await withThrowingTaskGroup(of: TestResponse.self) { group in
                for _ in 0..<20 { group.addTask { try await server.refresh() } }
                for try await answer in group {
                    #expect(answer.status == 200)
                    #expect(answer.text == Self.done)
                }
            }
            #expect(await stage.sandbox.requests(to: .token).map(\.status) == [200])
            #expect(await stage.sandbox.requests(to: .activities).map(\.status) == [200])
            #expect(await stage.sandbox.counts.mintedTokens == minted + 1)
        }
    }

    @Test func aTokenThatDiesEarlyIsReplacedOnce() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            await stage.sandbox.killAccessTokens()
            await stage.sandbox.clearLog()
            #expect(try await server.refresh().status == 200)
            #expect(await stage.sandbox.requests(to: .activities).map(\.status) == [401, 200])
            #expect(await stage.sandbox.requests(to: .token).count == 1)
        }
    }

    @Test func aRefreshBringsWhatChangedInOneRequest() async throws {
        try await withStage(activities: 600) { stage in
            let server = try await stage.serveMirror()
            let known = await stage.sandbox.activities()
            await stage.sandbox.apply(.insert(run(90_000_000_001, stage)))
            // A late upload: new, and older than much of what is there.
            let late = stage.clock.now / 1000 - known[550].start + 1
            await stage.sandbox.apply(.insert(run(90_000_000_002, stage, secondsAgo: late, name: "Late")))
            await stage.sandbox.apply(.delete(known[590].id))
            await stage.sandbox.apply(
                .edit(known[580].id) {
                    $0.name = "Renamed"
                    $0.distance = 12_345.6
                })
            await stage.sandbox.clearLog()
            let answer = try await server.refresh()
            #expect(answer.status == 200)
            #expect(answer.text == Self.done)
            #expect(await stage.listRequests() == 1)
            let truth = try Truth(await stage.sandbox.activities())
            #expect(try await server.allActivities() == truth.activities)
            #expect(truth.activities.count == 601)
            let totals = try await server.get("/strava/stats/totals").decoded(Envelope<[String: Truth.Totals]>.self)
            #expect(totals.data == truth.totals)
        }
    }

    @Test func aRefreshWithoutNewsIsOneRequest() async throws {
        try await withStage(activities: 600) { stage in
            let server = try await stage.serveMirror()
            await stage.sandbox.clearLog()
            for expected in 1...3 {
                #expect(try await server.refresh().status == 200)
                #expect(await stage.listRequests() == expected)
            }
            #expect(await stage.sandbox.requests(to: .token).isEmpty)
        }
    }

    @Test func moreThanAPageOfNewActivitiesIsNoGap() async throws {
        try await withStage(activities: 300) { stage in
            let server = try await stage.serveMirror()
            for number in 0..<450 {
                await stage.sandbox.apply(
                    .insert(run(91_000_000_000 + Int64(number), stage, secondsAgo: 60 + Int64(number))))
            }
            #expect(try await server.refresh().status == 200)
            try await server.untilComplete()
            #expect(try await server.allActivities().map(\.id).sorted() == (await stage.sandboxIDs()))
        }
    }

    @Test func aFullRefreshFindsOldEditsAndDeletions() async throws {
        try await withStage(activities: 700) { stage in
            let server = try await stage.serveMirror()
            let known = await stage.sandbox.activities()
            await stage.sandbox.apply(.edit(known[10].id) { $0.name = "Edited long after" })
            await stage.sandbox.apply(.delete(known[20].id))
            #expect(try await server.refresh().status == 200)
            let before = try await server.allActivities()
            #expect(before.contains { $0.id == known[20].id })
            #expect(!before.contains { $0.name == "Edited long after" })
            let answer = try await server.refresh("?full=true")
            #expect(answer.status == 200)
            #expect(try await server.allActivities() == (try Truth(await stage.sandbox.activities()).activities))
        }
    }

    @Test func whoDoesNotWaitIsAnsweredAtOnce() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            await stage.sandbox.apply(.insert(run(90_000_000_001, stage)))
            await stage.sandbox.inject(.latency(.milliseconds(300)), on: .activities)
            let answer = try await server.refresh("?wait=false")
            #expect(answer.status == 202)
            #expect(answer.text == #"{"status":"accepted"}"#)
            try await eventually("the new activity is here") {
                try await server.status().activities
            } until: {
                $0 == 31
            }
        }
    }

    @Test func aSpentBudgetIsToldAtOnceAndStravaIsLeftAlone() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            // The whole day's, so that the next quarter of an hour does not change the answer.
            await stage.sandbox.spend(overall: 0, read: 1000)
            await stage.sandbox.clearLog()
            for _ in 0..<3 {
                let answer = try await server.refresh()
                #expect(answer.status == 429)
                let wait = try #require(answer["retry-after"].flatMap { Int($0) })
                #expect((1...86_410).contains(wait))
                #expect(answer.detail?.hasPrefix("Strava's rate limit is used up.") == true)
            }
            #expect(await stage.listRequests() == 1, "Strava told it once, and that was enough")
            let status = try await server.status()
            #expect(status.state == "waiting_for_budget")
            #expect(status.budget.day.used >= status.budget.day.limit)
            #expect(try await server.get("/strava/stats/ytd").status == 200)
        }
    }

    @Test func aSpentBudgetIsRememberedAcrossARestart() async throws {
        try await withStage(activities: 30) { stage in
            let first = try await stage.serveMirror()
            await stage.sandbox.spend(overall: 0, read: 1000)
            #expect(try await first.refresh().status == 429)
            #expect(await first.stop() == .exited(0))
            await stage.sandbox.clearLog()
            let second = try await stage.serve()
            #expect(try await second.refresh().status == 429)
            #expect(await stage.listRequests() == 0)
        }
    }

    @Test func whenStravaFailsThereIsAnIdAndThenARecovery() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            await stage.sandbox.inject(.serverError(status: 503), on: .activities)
            let failed = try await server.refresh()
            #expect(failed.status == 502)
            let id = try #require(failed.detail?.firstMatch(of: /\(Error ID: ([0-9a-f]{8})\)/)?.1)
            let line = try #require(await server.transcript.line(containing: String(id)))
            #expect(line.contains(try #require(failed["x-request-id"])), "the log line has both ids of the answer")
            let status = try await server.status()
            #expect(status.state == "failing")
            #expect(status.last_error?.code == "strava_unavailable")
            #expect(try await server.get("/strava/stats/ytd").status == 200)
            let recovered = try await server.refresh()
            #expect(recovered.text == Self.done)
            #expect(try await server.status().state == "idle")
            #expect(try await server.status().last_error == nil)
        }
    }

    @Test(arguments: [
        Fault.htmlPage, .truncatedJSON, .emptyBody, .truncated(afterBytes: 100), .emptyPage,
        .wrongContentType, .serverError(status: 597, html: false),
    ])
    func noSpoiltAnswerSpoilsTheMirror(fault: Fault) async throws {
        try await withStage(activities: 250) { stage in
            let server = try await stage.serveMirror()
            let before = try await server.allActivities()
            await stage.sandbox.inject(fault, on: .activities)
            #expect(try await server.refresh().status == 502)
            #expect(try await server.allActivities() == before)
            #expect(try await server.refresh().status == 200)
            #expect(try await server.allActivities() == before)
        }
    }

    @Test func aClientThatGoesAwayDoesNotStopTheSync() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            await stage.sandbox.apply(.insert(run(90_000_000_001, stage)))
            await stage.sandbox.clearLog()
            await stage.sandbox.inject(.latency(.seconds(2)), on: .activities)
            let client = try TestClient(port: server.port)
            try await client.send(
                "POST /strava/refresh-data HTTP/1.1\r\nHost: localhost\r\nX-API-Key: \(Stage.apiKey)\r\nContent-Length: 0\r\n\r\n"
            )
            try await eventually("the request has reached Strava") {
                await stage.listRequests()
            } until: {
                $0 == 1
            }
            #expect(try await server.status().activities == 30)
            await client.reset()
            try await eventually("the new activity is here") {
                try await server.status().activities
            } until: {
                $0 == 31
            }
            #expect(await stage.listRequests() == 1)
        }
    }

    @Test func anItemThatCannotBeReadIsNamedAndTheRestIsStored() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            // A date that no calendar here knows: the year has five digits.
            await stage.sandbox.apply(.insert(run(90_000_000_007, stage, secondsAgo: -300_000_000_000)))
            await stage.sandbox.apply(.insert(run(90_000_000_008, stage)))
            #expect(try await server.refresh().status == 200)
            #expect(await server.transcript.line(containing: "activity=90000000007") != nil)
            let ids = try await server.allActivities().map(\.id)
            #expect(ids.count == 31)
            #expect(ids.contains(90_000_000_008))
        }
    }

    @Test func anItemWithoutAnIdCostsNothingButItself() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            await stage.sandbox.apply(.insert(run(90_000_000_008, stage)))
            await stage.sandbox.inject(.undecodableItem, on: .activities)
            #expect(try await server.refresh().status == 200)
            #expect(await server.transcript.line(containing: "activity=unknown") != nil)
            #expect(try await server.status().activities == 31)
        }
    }

    @Test func aDeadGrantAsksForANewConnectionAndReadsGoOn() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            // Another grant ends the one that Paceline holds, refresh token and all.
            await stage.sandbox.startRunningToken(secondsLeft: 7200)
            await stage.sandbox.killAccessTokens()
            let refused = try await server.refresh()
            #expect(refused.status == 409)
            #expect(refused.detail?.contains("Connect again") == true)
            #expect(try await server.status().state == "needs_authorization")
            await stage.sandbox.clearLog()
            #expect(try await server.refresh().status == 409)
            #expect(await stage.sandbox.requests.isEmpty, "Strava is not asked what it has refused for good")
            #expect(try await server.get("/strava/stats/ytd").status == 200)
            #expect(try await Browser().connect(to: server)["location"]?.hasSuffix("success") == true)
            #expect(try await server.refresh().text == Self.done)
            #expect(try await server.status().state == "idle")
        }
    }

    @Test func aWrongClientSecretIsNoReasonToConnectAgain() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            await stage.sandbox.killAccessTokens()
            await stage.sandbox.configure { $0.clientSecret = "rotated" }
            #expect(try await server.refresh().status == 502)
            #expect(try await server.status().state == "failing")
        }
    }

    @Test func anInactiveAppIsCalledSo() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            await stage.sandbox.configure { $0.isAppInactive = true }
            #expect(try await server.refresh().status == 502)
            let status = try await server.status()
            #expect(status.state == "app_inactive")
            #expect(status.last_error?.message.contains("strava.com/settings/api") == true)
            await stage.sandbox.configure { $0.isAppInactive = false }
            #expect(try await server.refresh().status == 200)
            #expect(try await server.status().state == "idle")
        }
    }

    @Test func theScheduleRefreshesByItself() async throws {
        try await withStage(activities: 30, settings: { $0.limits = .generous }) { stage in
            let server = try await stage.serveMirror(["REFRESH_INTERVAL": "1"])
            await stage.sandbox.apply(.insert(run(90_000_000_001, stage)))
            try await eventually("the new activity is here") {
                try await server.status().activities
            } until: {
                $0 == 31
            }
            #expect(try await server.status().next_refresh_at != nil)
        }
    }
}
