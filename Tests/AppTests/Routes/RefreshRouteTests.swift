import Actors
import HTTP
import HTTPTypes
import TestSupport
import Testing

@testable import paceline

@Suite("Asking for a refresh")
struct RefreshRouteTests {
    private let unauthorized = #"{"detail":{"message":"Invalid or missing API key","category":"security"}}"#

    private func connected() async throws -> TestApp {
        try await TestApp(Examples.activities(), isConnected: true)
    }

    @Test func itAnswersWhenTheSyncIsDone() async throws {
        let app = try await connected()
        app.strava.change { $0.insert(.sample(99, at: 1_795_400_000, name: "New")) }
        try await app.whileRunning {
            let response = await app.refresh()
            #expect(response.status == .ok)
            #expect(response.text == #"{"status":"success","message":"Data refreshed successfully"}"#)
            #expect(response.field("cache-control") == "no-store")
            // What it brought can be read at once.
            #expect(await app.get("/strava/activities?limit=1").text.contains(#""name":"New""#))
        }
    }

    @Test func withoutWaitingItIsAccepted() async throws {
        let app = try await connected()
        for query in ["?wait=false", "?wait=0", "?wait=no&full=true"] {
            let response = await app.refresh(query)
            #expect(response.status == .accepted)
            #expect(response.text == #"{"status":"accepted"}"#)
        }
    }

    @Test func aFullOneReadsEverything() async throws {
        // 450 activities are three pages and an empty one; the newest alone are one page.
        let app = try await TestApp(Activity.history(450), isConnected: true)
        try await app.whileRunning {
            #expect(await app.refresh().status == .ok)
            let calls = app.strava.listCalls
            #expect(await app.refresh("?full=true&wait=true").status == .ok)
            #expect(app.strava.listCalls - calls > 2)
            #expect(calls == 1)
        }
    }

    @Test(arguments: [
        nil, "", "k", String(repeating: "k", count: 31), String(repeating: "k", count: 33),
        String(repeating: "K", count: 32), String(repeating: "k", count: 31) + "ø", "\u{1F600}", "null",
    ])
    func aWrongKeyIs401(key: String?) async throws {
        let app = try await connected()
        let response = await app.send(.post, "/strava/refresh-data", key.map { ["X-API-Key": $0] } ?? [:])
        #expect(response.status == .unauthorized)
        #expect(response.text == unauthorized)
        #expect(app.strava.listCalls == 0)
    }

    @Test func twoKeysAreNoKey() async throws {
        let app = try await connected()
        var fields = HTTPFields()
        let name = try #require(HTTPField.Name("X-API-Key"))
        fields.append(HTTPField(name: name, value: TestApp.key))
        fields.append(HTTPField(name: name, value: TestApp.key))
        let response = await app.responder.respond(
            to: Request(method: .post, target: "/strava/refresh-data", fields: fields))
        #expect(response.status == .unauthorized)
    }

    @Test func theKeyIsLookedAtBeforeAnythingElse() async throws {
        // Neither the parameters nor the state of the connection are told to strangers.
        let app = try await TestApp()
        for query in ["", "?wait=maybe", "?full=2&wait=false"] {
            #expect(await app.send(.post, "/strava/refresh-data\(query)").text == unauthorized)
        }
    }

    @Test func aKeyOfAnyCharactersWorks() async throws {
        let key = "pass phrase with ø, 🏃 and \"quotes\" = 32+"
        let app = try await TestApp(isConnected: false, environment: ["INTERNAL_API_KEY": key])
        let response = await app.send(.post, "/strava/refresh-data", ["X-API-Key": key])
        #expect(response.status == .conflict)
    }

    @Test func aBadParameterIs422() async throws {
        let app = try await connected()
        let response = await app.refresh("?wait=maybe&full=2")
        #expect(response.status.code == 422)
        #expect(
            try JSONValue.parse(response.body)["detail"].elements.map { $0["loc"].elements.last?.text }
                == ["wait", "full"])
        #expect(app.strava.listCalls == 0)
    }

    @Test(arguments: ["", "?wait=false"])
    func withoutAnAthleteThereIsNothingToRefresh(query: String) async throws {
        let response = try await TestApp().refresh(query)
        #expect(response.status == .conflict)
        #expect(
            response.text == #"{"detail":"No Strava authentication found. Please complete OAuth flow first."}"#)
    }

    @Test func onlyPostWorks() async throws {
        let response = try await connected().get("/strava/refresh-data", ["X-API-Key": TestApp.key])
        #expect(response.status == .methodNotAllowed)
        #expect(response.field("allow") == "POST")
    }

    @Test func aSpentBudgetIs429AndNobodyWaits() async throws {
        let app = try await connected()
        app.strava.failLists(StravaFailure(.limited, "429"))
        try await app.whileRunning {
            let response = await app.refresh()
            #expect(response.status == .tooManyRequests)
            let seconds = try #require(response.field("retry-after").flatMap { Int($0) })
            #expect((1...903).contains(seconds))
            #expect(
                response.text.hasPrefix(
                    #"{"detail":"Strava's rate limit is used up. Try again after 2026-11-23T03:15:0"#))
        }
    }

    @Test(arguments: [StravaFailure.Kind.unavailable, .rejected, .inactive])
    func aFailingStravaIs502WithAnID(kind: StravaFailure.Kind) async throws {
        let app = try await connected()
        app.strava.failLists(StravaFailure(kind, "Strava's own words"))
        try await app.whileRunning {
            let response = await app.refresh()
            #expect(response.status == .badGateway)
            let line = try #require(app.logs.lines("refresh failed").first)
            #expect(line.metadata["id"] == app.logs.lines("request").last?.metadata["id"])
            let id = try #require(line.metadata["error-id"])
            #expect(
                response.text
                    == #"{"detail":"Strava could not be refreshed. Please try again later. (Error ID: \#(id))"}"#)
            #expect(!app.logs.lines.contains { $0.text.contains("access-secret") || $0.text.contains(TestApp.key) })
        }
    }

    @Test func whatOnlyTheAthleteCanMendIsSaid() async throws {
        let app = try await connected()
        app.strava.failLists(StravaFailure(.scopeMissing, "missing"))
        try await app.whileRunning {
            // Whoever does not wait, too, is not promised what will not come.
            for query in ["", "?wait=false"] {
                let response = await app.refresh(query)
                #expect(response.status == .conflict)
                #expect(response.text.contains("Connect again and leave the box ticked."))
            }
        }
    }

    @Test func aKeyThatDoesNotFitTheTokensIsSaidAndNotBlamedOnStrava() async throws {
        let app = try await TestApp(
            Examples.activities(), isConnected: true,
            environment: ["ENCRYPTION_KEY": String(repeating: "x", count: 32)])
        try await app.whileRunning {
            let response = await app.refresh()
            #expect(response.status == .conflict)
            #expect(response.text.contains("ENCRYPTION_KEY does not fit the stored tokens."))
            #expect(app.strava.listCalls == 0)
        }
    }

    @Test func aDatabaseAwayIs503() async throws {
        let app = try await connected()
        await app.store.failCommits(StoreFailure(.unavailable, "the disk is full"))
        try await app.whileRunning {
            let response = await app.refresh()
            #expect(response.status == .serviceUnavailable)
            #expect(response.text.contains("The database is not available."))
        }
    }

    @Test func aServerThatStopsIs503() async throws {
        let app = try await connected()
        try await app.whileRunning {}
        let response = await app.refresh()
        #expect(response.status == .serviceUnavailable)
        #expect(response.text == #"{"detail":"The server is stopping. Please try again."}"#)
    }
}
