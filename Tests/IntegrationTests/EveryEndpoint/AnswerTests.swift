import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// What every answer has in common: methods, conditional requests, compression, CORS, ids.
@Suite(.sharedMirror, .timeLimit(.minutes(15))) struct AnswerTests {
    static let cached = [
        "/strava/stats/ytd", "/strava/stats/activities", "/strava/stats/monthly", "/strava/stats/totals",
        "/strava/stats/yearly", "/strava/stats/longest-run", "/strava/stats/longest-ride", "/strava/activities",
        "/openapi.json", "/strava/openapi.json", "/docs", "/strava/docs", "/",
    ]
    static let open = cached + ["/livez", "/readyz", "/strava/health", "/strava/status"]

    @Test func anUnknownPathIsNotFound() async throws {
        let answer = try await Mirror.shared().server.get("/strava/stats/weekly")
        #expect(answer.status == 404)
        #expect(answer.text == #"{"detail":"Not Found"}"#)
    }

    @Test(arguments: open)
    func aWrongMethodIsToldTheRightOnes(path: String) async throws {
        let answer = try await Mirror.shared().server.send("DELETE", path)
        #expect(answer.status == 405)
        #expect(Set((answer["allow"] ?? "").split(separator: ", ")) == ["GET", "HEAD"])
        #expect(answer.detail == "Method Not Allowed")
    }

    @Test func gettingARefreshIsTheWrongMethod() async throws {
        let answer = try await Mirror.shared().server.get("/strava/refresh-data")
        #expect(answer.status == 405)
        #expect(answer["allow"] == "POST")
    }

    @Test(arguments: open)
    func headSaysWhatGetWouldWithoutABody(path: String) async throws {
        let server = try Mirror.shared().server
        let get = try await server.get(path)
        let head = try await server.send("HEAD", path)
        #expect(get.status == 200)
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(head["content-length"] == String(get.body.count))
        #expect(head["content-type"] == get["content-type"])
    }

    @Test(arguments: cached)
    func whoHasAnAnswerIsNotSentItAgain(path: String) async throws {
        let server = try Mirror.shared().server
        let plain = try await server.get(path)
        let etag = try #require(plain["etag"])
        #expect(etag.hasPrefix("\"") && etag.hasSuffix("\""), "a strong ETag")
        #expect(plain["cache-control"] != nil)
        let again = try await server.get(path, headers: ["If-None-Match": etag])
        #expect(again.status == 304)
        #expect(again.body.isEmpty)
        #expect(again["etag"] == etag)
        #expect(try await server.get(path, headers: ["If-None-Match": "\"other\", W/\(etag)"]).status == 304)
        #expect(try await server.get(path, headers: ["If-None-Match": "\"other\""]).status == 200)
    }

    @Test(arguments: cached)
    func gzipHoldsTheSameBodyUnderItsOwnETag(path: String) async throws {
        let server = try Mirror.shared().server
        let plain = try await server.get(path)
        let packed = try await server.get(path, headers: ["Accept-Encoding": "gzip"])
        #expect(plain["content-encoding"] == nil)
        guard packed["content-encoding"] == "gzip" else {
            // Only what is too small to gain comes as it is.
            #expect(plain.body.count < 1000)
            #expect(packed.body == plain.body)
            return
        }
        #expect(packed["vary"]?.lowercased().contains("accept-encoding") == true)
        #expect(packed.body.count < plain.body.count)
        let unpacked = try await Subprocess.run("gzip", ["-dc"], stdin: packed.body)
        #expect(unpacked.status == .exited(0))
        #expect(unpacked.stdout == plain.body)
        let etag = try #require(packed["etag"])
        #expect(etag != plain["etag"])
        let again = try await server.get(path, headers: ["Accept-Encoding": "gzip", "If-None-Match": etag])
        #expect(again.status == 304)
        let refused = try await server.get(path, headers: ["Accept-Encoding": "gzip;q=0"])
        #expect(refused.body == plain.body)
    }

    @Test(arguments: open + ["/nowhere", "/strava/activities?limit=0", "/strava/stats/longest-run?year=1999"])
    func everyAnswerHasDateServerAndAnIdOfItsOwn(path: String) async throws {
        let server = try Mirror.shared().server
        let one = try await server.get(path)
        let other = try await server.get(path)
        #expect(one["server"] == "paceline")
        #expect(one["date"]?.hasSuffix(" GMT") == true)
        let id = try #require(one["x-request-id"])
        #expect(!id.isEmpty)
        #expect(id != other["x-request-id"])
        #expect(await server.transcript.line(containing: id) != nil, "the id is in the log")
    }

    @Test(arguments: [
        "/strava/stats/ytd", "/nowhere", "/strava/activities?limit=0", "/strava/stats/longest-run?year=1999",
        "/strava/callback", "/strava/status",
    ])
    func allowedOriginsMayReadEveryAnswer(path: String) async throws {
        let server = try Mirror.shared().server
        for origin in [
            "https://friend.example", "https://site.example", "http://localhost:5173", "http://localhost:3000",
        ] {
            let answer = try await server.get(path, headers: ["Origin": origin])
            #expect(answer["access-control-allow-origin"] == origin)
            #expect(answer["vary"]?.lowercased().contains("origin") == true)
        }
        for origin in ["https://foe.example", "https://friend.example.foe.example", "null"] {
            let answer = try await server.get(path, headers: ["Origin": origin])
            #expect(answer["access-control-allow-origin"] == nil)
            #expect(answer["vary"]?.lowercased().contains("origin") == true)
        }
    }

    @Test func preflightsAreAnswered() async throws {
        let server = try Mirror.shared().server
        let asked = [
            "Origin": "https://friend.example", "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-api-key",
        ]
        let answer = try await server.send("OPTIONS", "/strava/refresh-data", headers: asked)
        #expect(answer.status == 204)
        #expect(answer["access-control-allow-origin"] == "https://friend.example")
        #expect(answer["access-control-allow-methods"]?.contains("POST") == true)
        #expect(answer["access-control-allow-headers"]?.lowercased().contains("x-api-key") == true)
        var foreign = asked
        foreign["Origin"] = "https://foe.example"
        let refused = try await server.send("OPTIONS", "/strava/refresh-data", headers: foreign)
        #expect(refused.status == 400)
        #expect(refused["access-control-allow-origin"] == nil)
    }

    @Test(arguments: [nil, "", "wrong", Stage.apiKey + "x", String(Stage.apiKey.dropLast()), "nøkkel\u{1F511}"])
    func aWrongKeyIsRefusedInOneWay(key: String?) async throws {
        let server = try Mirror.shared().server
        let answer = try await server.send(
            "POST", "/strava/refresh-data", headers: key.map { ["X-API-Key": $0] } ?? [:])
        #expect(answer.status == 401)
        #expect(answer.text == #"{"detail":{"message":"Invalid or missing API key","category":"security"}}"#)
    }

    @Test func aKeyOfAnyBytesIsRefusedInTheSameWay() async throws {
        let client = try TestClient(port: try Mirror.shared().server.port)
        let head = "POST /strava/refresh-data HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nX-API-Key: "
        try await client.send(Array(head.utf8) + [0xFF, 0xFE, 0x80, 0xC3] + Array("\r\n\r\n".utf8))
        let answer = try await client.response()
        #expect(answer.status == 401)
        #expect(answer.text.contains("Invalid or missing API key"))
    }
}

/// What monitors and people ask first.
@Suite(.sharedMirror, .timeLimit(.minutes(15))) struct ServiceAnswerTests {
    @Test func theProbesAreWell() async throws {
        let server = try Mirror.shared().server
        #expect(try await server.get("/livez").text == #"{"status":"ok"}"#)
        #expect(try await server.get("/readyz").text == #"{"status":"ok"}"#)
        #expect(
            try await server.get("/strava/health").text
                == #"{"status":"ok","service":"strava","database":"connected"}"#)
    }

    @Test func theStatusHasTheContractsShape() async throws {
        let mirror = try Mirror.shared()
        let answer = try await mirror.server.get("/strava/status")
        let json = try answer.decoded(AnyJSON.self)
        #expect(
            json.keys.isSuperset(of: [
                "athlete_connected", "state", "complete", "activities", "oldest", "newest", "last_success_at",
                "next_refresh_at", "progress", "budget", "last_error",
            ]))
        let status = try answer.decoded(SyncStatus.self)
        let truth = try mirror.truth()
        #expect(status.athlete_connected && status.complete)
        #expect(status.state == "idle")
        #expect(status.activities == 3000)
        #expect(status.oldest == truth.activities.last.map { String($0.start_date_local.prefix(10)) })
        #expect(status.newest == truth.activities.first.map { String($0.start_date_local.prefix(10)) })
        #expect(status.last_success_at?.hasSuffix("+00:00") == true)
        #expect(status.next_refresh_at == nil)
        #expect(status.progress == nil)
        #expect(status.last_error == nil)
        #expect(status.budget.quarter.limit == 100 && status.budget.day.limit == 1000)
        #expect(status.budget.day.used >= 16)
        #expect(!answer.text.contains("41000001") && !answer.text.contains("Signe"), "nothing says who it is")
    }

    @Test(arguments: ["/docs", "/strava/docs"])
    func theDocumentationIsAPageOfOurOwn(path: String) async throws {
        let page = try await Mirror.shared().server.get(path)
        #expect(page.status == 200)
        #expect(page["content-type"]?.hasPrefix("text/html") == true)
        #expect(!page.text.contains("cdn"))
    }

    @Test(arguments: ["/openapi.json", "/strava/openapi.json"])
    func theDescriptionKnowsEveryPath(path: String) async throws {
        let document = try await Mirror.shared().server.get(path).decoded(AnyJSON.self)
        #expect(document["openapi"]?.text?.hasPrefix("3.1") == true)
        let paths = document["paths"]?.keys ?? []
        let known = AnswerTests.open + ["/strava/authorize", "/strava/callback", "/strava/refresh-data"]
        for path in known where !["/docs", "/strava/docs", "/openapi.json", "/strava/openapi.json"].contains(path) {
            #expect(paths.contains(path), "\(path) is described")
        }
    }

    @Test func theHomePageShowsTheYearSoFar() async throws {
        let mirror = try Mirror.shared()
        let page = try await mirror.server.get("/")
        #expect(page["content-type"]?.hasPrefix("text/html") == true)
        #expect(page.text.contains(#"<dd id="activities">3,000</dd>"#))
        let runs = try mirror.truth().yearToDate["run"]?.count ?? -1
        #expect(page.text.contains(#"<dd id="run-count">\#(runs)</dd>"#))
    }
}

/// Before anybody has connected.
@Suite(.timeLimit(.minutes(15))) struct NothingStoredTests {
    @Test func everyStatisticSaysThatNothingIsStored() async throws {
        try await withStage(activities: 10) { stage in
            let server = try await stage.serve()
            let hint = "Try /strava/refresh-data"
            let expected = [
                "ytd": "YTD stats not cached yet. \(hint)", "activities": "Activities not cached yet. \(hint)",
                "monthly": "Monthly stats not cached yet. \(hint)", "totals": "Totals not cached yet. \(hint)",
                "yearly": "Yearly stats not cached yet. \(hint)",
                "longest-run?year=2019": "No runs found for year 2019. \(hint)",
                "longest-ride?year=2019": "No rides found for year 2019. \(hint)",
            ]
            for (path, detail) in expected {
                let answer = try await server.get("/strava/stats/\(path)")
                #expect(answer.status == 404)
                #expect(answer.text == #"{"detail":"\#(detail)"}"#)
            }
            #expect(try await server.get("/livez").status == 200)
            #expect(try await server.get("/readyz").status == 503)
            #expect(try await server.get("/").status == 200)
            let status = try await server.status()
            #expect(!status.athlete_connected && !status.complete)
            #expect(status.activities == 0)
            let refused = try await server.refresh()
            #expect(refused.status == 409)
            #expect(refused.detail == "No Strava authentication found. Please complete OAuth flow first.")
            #expect(await stage.sandbox.requests.isEmpty)
        }
    }
}
