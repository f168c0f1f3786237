import Actors
import HTTP
import HTTPTypes
import TestSupport
import Testing

@testable import paceline

@Suite("How the service is")
struct StatusRoutesTests {
    // MARK: /strava/status

    @Test func aFreshServersStatusIsExactlyThis() async throws {
        #expect(
            try await TestApp().get("/strava/status").text
                == #"{"athlete_connected":false,"state":"idle","complete":false,"activities":0,"oldest":null,"newest":null,"#
                + #""last_success_at":null,"validated_at":null,"next_refresh_at":null,"progress":null,"#
                + #""budget":{"quarter":{"used":0,"limit":100,"resets_at":"2026-11-23T03:15:00+00:00"},"#
                + #""day":{"used":0,"limit":1000,"resets_at":"2026-11-24T00:00:00+00:00"}},"last_error":null}"#)
    }

    @Test func aConnectedServersStatusIsExactlyThis() async throws {
        #expect(
            try await TestApp(Examples.activities(), isConnected: true).get("/strava/status").text
                == #"{"athlete_connected":true,"state":"idle","complete":true,"activities":4,"oldest":"2025-06-01","newest":"2026-11-20","#
                + #""last_success_at":"2026-11-23T02:59:00+00:00","validated_at":"2026-11-23T02:59:00+00:00","#
                + #""next_refresh_at":null,"progress":null,"#
                + #""budget":{"quarter":{"used":0,"limit":100,"resets_at":"2026-11-23T03:15:00+00:00"},"#
                + #""day":{"used":0,"limit":1000,"resets_at":"2026-11-24T00:00:00+00:00"}},"last_error":null}"#)
    }

    @Test func aRunningSyncShowsWhatIsThereAndGuessesNoEnd() async throws {
        let app = try await TestApp(Examples.activities(), isConnected: true)
        let gate = Gate()
        app.strava.holdLists(gate)
        try await app.whileRunning {
            _ = await app.refresh("?wait=false")
            await gate.arrivals(1)
            let status = try JSONValue.parse(await app.get("/strava/status").body)
            #expect(status["state"] == .string("syncing"))
            #expect(status["progress"] == .object(["fetched": .number(4), "eta_seconds": .null]))
            #expect(status["budget"]["quarter"]["used"] == .number(1))
            gate.open()
        }
    }

    @Test func aFailureIsToldWithCodeAndTimeAndWithoutSecrets() async throws {
        let app = try await TestApp(Examples.activities(), isConnected: true)
        app.strava.failLists(StravaFailure(.unavailable, "no route to host"))
        try await app.whileRunning {
            _ = await app.refresh()
            let response = await app.get("/strava/status")
            let status = try JSONValue.parse(response.body)
            #expect(status["state"] == .string("failing"))
            #expect(status["last_error"].members.keys.sorted() == ["at", "code", "message"])
            #expect(status["last_error"]["code"] == .string("strava_unavailable"))
            #expect(status["last_error"]["at"] == .string("2026-11-23T03:00:00+00:00"))
            for secret in ["access-secret", "refresh-secret", "client-secret", TestApp.key, "42"] {
                #expect(!response.text.contains(secret))
            }
        }
    }

    @Test func theStatusChangesItsTagWithItsContent() async throws {
        let app = try await TestApp(isConnected: true)
        let first = await app.get("/strava/status")
        let tag = try #require(first.field("etag"))
        #expect(await app.get("/strava/status", ["If-None-Match": tag]).status == .notModified)
        app.clock.advance(by: .seconds(900))
        #expect(await app.get("/strava/status", ["If-None-Match": tag]).status == .ok)
    }

    // MARK: Liveness, readiness, health

    @Test func livenessNeedsNothing() async throws {
        let app = try await TestApp()
        app.drain.set()
        #expect(await app.get("/livez").status == .ok)
        #expect(await app.get("/livez").text == #"{"status":"ok"}"#)
    }

    @Test func withoutDataItIsNotReadyAndSaysWhy() async throws {
        let response = try await TestApp().get("/readyz")
        #expect(response.status == .serviceUnavailable)
        #expect(
            response.text
                == #"{"status":"unavailable","reasons":["there is no data to serve yet: connect an athlete at /strava/authorize"]}"#
        )
        #expect(response.field("cache-control") == "no-store")
    }

    @Test func withDataItIsReadyEvenWhenNobodyIsConnected() async throws {
        let response = try await TestApp(Examples.activities()).get("/readyz")
        #expect(response.status == .ok)
        #expect(response.text == #"{"status":"ok"}"#)
    }

    @Test func anAthleteWithoutActivitiesIsDataToo() async throws {
        let state = SyncState(
            athleteID: TestApp.athlete, isComplete: true, lastSuccessAt: ManualClock().now() - .seconds(60))
        let app = try await TestApp(state: state, isConnected: true)
        #expect(await app.get("/readyz").status == .ok)
        #expect(await app.get("/strava/stats/ytd").status == .ok)
    }

    @Test func aServerThatDrainsIsNotReadyAndTellsEveryReason() async throws {
        let full = try await TestApp(Examples.activities())
        full.drain.set()
        #expect(
            await full.get("/readyz").text == #"{"status":"unavailable","reasons":["the server is stopping"]}"#)
        let empty = try await TestApp()
        empty.drain.set()
        let response = await empty.get("/readyz")
        #expect(response.status == .serviceUnavailable)
        #expect(try JSONValue.parse(response.body)["reasons"].elements.count == 2)
    }

    @Test func healthIsTheOriginals() async throws {
        let response = try await TestApp().get("/strava/health")
        #expect(response.status == .ok)
        #expect(response.text == #"{"status":"ok","service":"strava","database":"connected"}"#)
    }

    @Test(
        "without its database it is degraded, says why in general, and is still 200, and reads go on",
        arguments: [
            (StoreFailure.Kind.unavailable, "does not answer"), (.denied, "refuses Paceline"),
            (.corrupt, "does not hold what Paceline wrote"),
        ])
    func withoutItsDatabaseItIsDegraded(kind: StoreFailure.Kind, words: String) async throws {
        let app = try await TestApp(
            Examples.activities(), pingFailure: StoreFailure(kind, "password authentication failed for user \"me\""))
        let response = await app.get("/strava/health")
        #expect(response.status == .ok)
        #expect(
            response.text
                == #"{"status":"degraded","service":"strava","database":"disconnected","#
                + #""reason":"the database \#(words); the log says why"}"#)
        #expect(await app.get("/strava/stats/ytd").status == .ok)
    }

    @Test func aFirstSyncTellsWhenItWillBeDoneWhenStravaSaidWhenTheAthleteCame() async throws {
        let all = Activity.history(1000)
        let oldest = all[399].startDate + .seconds(1)
        // Two pages are stored, and the third is on its way.
        let state = SyncState(
            athleteID: TestApp.athlete, cursor: BackfillCursor(before: oldest, page: 1),
            lastSuccessAt: ManualClock().now(), memberSince: all[999].startDate)
        let app = try await TestApp(Array(all.prefix(400)), state: state, isConnected: true)
        let gate = Gate()
        app.strava.holdLists(gate)
        try await app.whileRunning {
            await gate.arrivals(1)
            let status = try JSONValue.parse(await app.get("/strava/status").body)
            // 600 are left: four pages and the empty one, half a second each.
            #expect(status["progress"] == .object(["fetched": .number(400), "eta_seconds": .number(2)]))
            gate.open()
        }
    }

    // MARK: The router's own answers

    @Test func anUnknownPathIs404() async throws {
        let response = try await TestApp().get("/strava/nothing")
        #expect(response.status == .notFound)
        #expect(response.text == #"{"detail":"Not Found"}"#)
    }

    @Test func aWrongMethodIs405WithAllow() async throws {
        let response = try await TestApp().send(.post, "/strava/stats/ytd")
        #expect(response.status == .methodNotAllowed)
        #expect(response.field("allow") == "GET, HEAD")
        #expect(response.text == #"{"detail":"Method Not Allowed"}"#)
    }
}
