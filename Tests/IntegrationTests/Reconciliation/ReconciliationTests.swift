import Sandbox
import TestSupport
import Testing

/// Re-readings of the whole list, and deletions, by real processes.
@Suite(.serialized, .timeLimit(.minutes(15))) struct ReconciliationTests {
    @Test func anOldEditAndAnOldDeletionArriveByThemselves() async throws {
        try await withStage(activities: 450, settings: { $0.limits = .generous }) { stage in
            let server = try await stage.serveMirror(["RECONCILE_INTERVAL": "2"])
            let known = await stage.sandbox.activities()
            await stage.sandbox.apply(.edit(known[10].id) { $0.name = "Edited long after" })
            await stage.sandbox.apply(.delete(known[20].id))
            try await eventually("both have arrived") {
                try await server.allActivities()
            } until: { served in
                served.count == 449 && served.contains { $0.name == "Edited long after" }
            }
            #expect(try await server.allActivities() == (try Truth(await stage.sandbox.activities()).activities))
            // Nobody was told that anything is under way.
            #expect(server.transcript.lines(containing: "Strava's whole list compared").isEmpty == false)
        }
    }

    @Test func whatMovesWhileTheListIsReadIsNotDeleted() async throws {
        try await withStage(activities: 700) { stage in
            let server = try await stage.serveMirror()
            let known = await stage.sandbox.activities()
            // Up past the reading, after its second page; and down, off the newest page, before.
            let up = known[590].start + 60
            await stage.sandbox.plan(
                .edit(known[10].id) { ($0.start, $0.startLocal) = (up, up + 3600) }, afterListReplies: 3)
            let down = known[30].start + 60
            await stage.sandbox.apply(.edit(known[650].id) { ($0.start, $0.startLocal) = (down, down + 3600) })
            await stage.sandbox.apply(.delete(known[20].id))
            await stage.sandbox.clearLog()
            #expect(try await server.refresh().status == 200)
            let moved = await stage.sandbox.requests(to: .activity)
            #expect(moved.map(\.path) == ["/api/v3/activities/\(known[650].id)"])
            #expect(try await server.status().activities == 700)
            #expect(try await server.refresh("?full=true").status == 200)
            #expect(await stage.sandbox.requests(to: .activity).map(\.status).sorted() == [200, 200, 404])
            #expect(try await server.allActivities() == (try Truth(await stage.sandbox.activities()).activities))
        }
    }

    @Test func manyDeletionsWaitForAPersonAndThePersonsCommandReachesTheServer() async throws {
        try await withStage(activities: 450) { stage in
            let server = try await stage.serveMirror()
            for activity in await stage.sandbox.activities().prefix(100) {
                await stage.sandbox.apply(.delete(activity.id))
            }
            #expect(try await server.refresh("?full=true").status == 200)
            let held = try await server.status()
            #expect(held.activities == 450)
            #expect(held.state == "idle")
            #expect(held.last_error?.code == "deletions_held")
            #expect(held.last_error?.message.contains("paceline refresh --accept-deletions") == true)
            // Beside the server, as a person would.
            let told = try await stage.run(["refresh", "--full"])
            #expect(told.status == .exited(0))
            #expect(told.errors.contains("lacks 100 of 450"))
            #expect(try await stage.run(["refresh", "--accept-deletions"]).status == .exited(0))
            #expect(try await server.refresh().status == 200)
            let accepted = try await server.status()
            #expect(accepted.activities == 350)
            #expect(accepted.last_error == nil)
            #expect(try await server.allActivities() == (try Truth(await stage.sandbox.activities()).activities))
        }
    }

    @Test func theRouteAcceptsDeletionsToo() async throws {
        try await withStage(activities: 60) { stage in
            let server = try await stage.serveMirror()
            for activity in await stage.sandbox.activities() { await stage.sandbox.apply(.delete(activity.id)) }
            #expect(try await server.refresh().status == 502)
            #expect(try await server.status().activities == 60)
            #expect(try await server.refresh("?accept_deletions=true").status == 200)
            #expect(try await server.status().activities == 0)
        }
    }

    @Test func aRefreshBesideAFirstSyncIsAnsweredBeforeItsEnd() async throws {
        try await withStage(activities: 2000) { stage in
            // Each page after the first takes its time.
            await stage.sandbox.inject(.latency(.milliseconds(400)), on: .activities, times: 20, after: 1)
            let server = try await stage.serveConnected()
            try await eventually("the first page is stored") {
                try await server.status()
            } until: {
                $0.activities >= 200
            }
            #expect(try await server.refresh().status == 200)
            #expect(try await !server.status().complete)
            let complete = try await server.untilComplete()
            #expect(complete.activities == 2000)
            // Twelve for the walk, one for the person.
            #expect(await stage.listRequests() == 13)
        }
    }
}
