import Glibc
import Sandbox
import TestSupport
import Testing

/// The first sync: how much it asks, what it serves meanwhile, and what becomes of it when the process dies.
@Suite(.serialized, .timeLimit(.minutes(15))) struct FirstSyncTests {
    /// Longer than any test; a reply so late is only ever ended by its client's death.
    private static let never = Fault.latency(.seconds(600))
    /// What 1,000 activities cost without a crash: each page begins with the last item of the one before, so that nothing slips
    /// through the seam, and an empty page ends the list.
    private static let undisturbed = 7

    /// How many activities so many pages hold.
    private static func stored(_ pages: Int) -> Int { pages == 0 ? 0 : min(1000, 200 + 199 * (pages - 1)) }

    /// Whether the mirror holds exactly what the sandbox has, each once.
    private func expectNothingLostOrDoubled(_ server: Paceline, _ stage: Stage) async throws {
        let served = try await server.allActivities()
        #expect(served.map(\.id).sorted() == (await stage.sandboxIDs()))
        #expect(served == (try Truth(await stage.sandbox.activities()).activities))
    }

    @Test func threeThousandActivitiesCostAtMostSeventeenRequests() async throws {
        try await withStage(activities: 3000) { stage in
            let server = try await stage.serveMirror()
            let requests = await stage.sandbox.requests(to: .activities)
            #expect(requests.count <= 17)
            #expect(requests.allSatisfy { $0.status == 200 })
            #expect(await server.transcript.line(containing: "All Strava data cached successfully") != nil)
            try await expectNothingLostOrDoubled(server, stage)
        }
    }

    @Test func shortPagesLoseNothing() async throws {
        try await withStage(activities: 1000, settings: { $0.shortPages = ShortPages(seed: 7, upTo: 50) }) { stage in
            let server = try await stage.serveMirror()
            try await expectNothingLostOrDoubled(server, stage)
        }
    }

    @Test func theFirstPageIsServedWhileTheSecondIsOnItsWay() async throws {
        try await withStage(activities: 1000) { stage in
            await stage.sandbox.inject(Self.never, on: .activities, after: 1)
            let server = try await stage.serveConnected()
            let status = try await eventually("the first page is stored") {
                try await server.status()
            } until: {
                $0.activities == 200
            }
            #expect(status.state == "syncing")
            #expect(!status.complete)
            #expect(status.progress?.fetched == 200)
            let newest = try Truth(await stage.sandbox.activities()).activities.prefix(200)
            #expect(try await server.allActivities() == Array(newest))
            for path in ["ytd", "activities", "monthly", "totals", "yearly"] {
                #expect(try await server.get("/strava/stats/\(path)").status == 200)
            }
            #expect(try await server.get("/readyz").status == 200)
        }
    }

    @Test(arguments: 0...6)
    func killedWhileAPageIsOnItsWayItGoesOnWithThatPage(stored: Int) async throws {
        try await withStage(activities: 1000) { stage in
            await stage.sandbox.inject(Self.never, on: .activities, after: stored)
            let first = try await stage.serveConnected()
            try await eventually("\(stored) pages are stored and one is on its way") {
                await stage.listRequests()
            } until: {
                $0 == stored + 1
            }
            #expect(await first.stop(SIGKILL) == .killed(signal: SIGKILL))
            await stage.sandbox.clearFaults()
            let second = try await stage.serve()
            // It has gone on since; what was stored must be there.
            #expect(try await second.status().activities >= Self.stored(stored))
            try await second.untilComplete()
            try await expectNothingLostOrDoubled(second, stage)
            #expect(await stage.listRequests() <= Self.undisturbed + 1, "only the page on its way came twice")
        }
    }

    @Test(arguments: 1...6)
    func killedTheMomentAPageArrivesItLosesNothing(page: Int) async throws {
        try await withStage(activities: 1000) { stage in
            let first = try await stage.serveConnected()
            try await eventually("page \(page) is asked for") {
                await stage.listRequests()
            } until: {
                $0 >= page
            }
            #expect(await first.stop(SIGKILL) == .killed(signal: SIGKILL))
            let second = try await stage.serve()
            try await second.untilComplete()
            try await expectNothingLostOrDoubled(second, stage)
            #expect(await stage.listRequests() <= Self.undisturbed + 1)
        }
    }

    @Test func killedAgainAndAgainItStillFinishes() async throws {
        try await withStage(activities: 1000) { stage in
            var server = try await stage.serveConnected()
            for kill in 1...4 {
                try await eventually("a page more") {
                    await stage.listRequests()
                } until: {
                    $0 >= kill
                }
                _ = await server.stop(SIGKILL)
                server = try await stage.serve()
            }
            try await server.untilComplete()
            try await expectNothingLostOrDoubled(server, stage)
            #expect(await stage.listRequests() <= Self.undisturbed + 4)
        }
    }

    @Test func stoppedPolitelyItEndsWithThePageAndResumes() async throws {
        try await withStage(activities: 1000) { stage in
            await stage.sandbox.inject(.latency(.seconds(2)), on: .activities, after: 1)
            let first = try await stage.serveConnected()
            try await eventually("the second page is on its way") {
                await stage.listRequests()
            } until: {
                $0 == 2
            }
            #expect(await first.stop() == .exited(0))
            #expect(await stage.listRequests() == 2)
            await stage.sandbox.clearFaults()
            let second = try await stage.serve()
            try await second.untilComplete()
            try await expectNothingLostOrDoubled(second, stage)
            #expect(await stage.listRequests() == Self.undisturbed, "no page came twice")
        }
    }

    @Test func stoppedWhileStravaHangsItStillEnds() async throws {
        try await withStage(activities: 1000) { stage in
            await stage.sandbox.inject(.hang, on: .activities, after: 2)
            let first = try await stage.serveConnected()
            try await eventually("the third page is on its way") {
                await stage.listRequests()
            } until: {
                $0 == 3
            }
            let asked = ContinuousClock.now
            #expect(await first.stop() == .exited(0))
            #expect(ContinuousClock.now - asked < .seconds(30))
            let second = try await stage.serve()
            try await second.untilComplete()
            try await expectNothingLostOrDoubled(second, stage)
        }
    }

    @Test func changesDuringTheWalkAreNotLost() async throws {
        try await withStage(activities: 1000) { stage in
            let known = await stage.sandbox.activities()
            let start = stage.clock.now / 1000 - 60
            let fresh = SandboxActivity(
                id: 92_000_000_001, athleteID: SandboxAthlete.standardID, start: start, startLocal: start + 3600)
            await stage.sandbox.plan(.insert(fresh), afterListReplies: 2)
            await stage.sandbox.plan(.delete(known[950].id), afterListReplies: 3)
            let server = try await stage.serveMirror()
            #expect(try await server.refresh().status == 200)
            try await expectNothingLostOrDoubled(server, stage)
        }
    }
}
