import FoundationEssentials
import Glibc
import Sandbox
import TestSupport
import Testing

/// Starting, stopping and starting again.
@Suite(.serialized, .timeLimit(.minutes(15))) struct ProcessTests {
    @Test(arguments: [SIGINT, SIGTERM])
    func aSignalDrainsAndEndsWithZero(signal: Int32) async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            // A request that is under way when the signal comes, and an idle connection.
            await stage.sandbox.inject(.latency(.seconds(1)), on: .activities)
            await stage.sandbox.clearLog()
            let idle = try TestClient(port: server.port)
            #expect(try await idle.exchange("GET", "/livez").status == 200)
            async let underWay = server.refresh()
            try await eventually("the refresh has reached Strava") {
                await stage.listRequests()
            } until: {
                $0 == 1
            }
            let status = await server.stop(signal)
            #expect(status == .exited(0))
            #expect(try await underWay.status == 200)
            #expect(try await idle.ending() == .end)
            #expect(server.transcript.lines(containing: "stopped").count == 1)
        }
    }

    @Test func theServerMayOpenAsManyFilesAsTheSystemAllowsAndTakesNoLargeBody() async throws {
        try await withStage(activities: 1) { stage in
            let server = try await stage.serve()
            let limits = try String(contentsOfFile: "/proc/\(server.process.id)/limits", encoding: .utf8)
            let files = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max open files") })
            let figures = files.split(separator: " ").compactMap { Int($0) }
            #expect(figures.count == 2 && figures.first == figures.last)
            let large = String(repeating: "x", count: 65 << 10)
            #expect(try await server.send("POST", "/strava/refresh-data", body: large).status == 413)
        }
    }

    @Test func aRestartServesTheSameAtOnceWithoutStrava() async throws {
        try await withStage(activities: 1000) { stage in
            let first = try await stage.serveMirror()
            let paths = [
                "/strava/stats/ytd", "/strava/stats/monthly", "/strava/stats/totals", "/strava/stats/yearly",
                "/strava/stats/activities", "/strava/stats/longest-run", "/strava/activities?limit=1000",
            ]
            var before: [String: TestResponse] = [:]
            for path in paths { before[path] = try await first.get(path) }
            #expect(await first.stop() == .exited(0))
            await stage.sandbox.clearLog()
            let second = try await stage.serve(Stage.withoutStrava)
            for path in paths {
                let answer = try await second.get(path)
                #expect(answer.status == 200)
                #expect(answer.body == before[path]?.body)
                #expect(answer["etag"] == before[path]?["etag"])
            }
            #expect(try await second.get("/readyz").status == 200)
            #expect(try await second.status().complete)
            #expect(try await second.refresh().status == 502)
            #expect(try await second.get("/strava/stats/ytd").body == before["/strava/stats/ytd"]?.body)
            #expect(await stage.sandbox.requests.isEmpty)
        }
    }

    @Test func withoutAnAccountTheBuiltInSandboxConnectsRestartsAndRefreshes() async throws {
        try await withStage(activities: 1) { stage in
            let own: [String: String?] = [
                "STRAVA_CLIENT_ID": nil, "STRAVA_CLIENT_SECRET": nil, "STRAVA_API_URL": nil, "STRAVA_OAUTH_URL": nil,
                "INTERNAL_API_KEY": nil, "STATE_SECRET": nil, "ENCRYPTION_KEY": nil,
            ]
            let first = try await stage.serveMirror(own)
            #expect(try await first.status().activities == 3000)
            #expect(try await first.get("/").text.contains("This is the sandbox."))
            let etag = try await first.get("/strava/stats/totals")["etag"]
            #expect(await first.stop(SIGINT) == .exited(0))
            let keys = stage.folder + "/var/dev-keys"
            var information = stat()
            #expect(stat(keys, &information) == 0)
            #expect(information.st_mode & 0o777 == 0o600)
            let text = String(decoding: FileManager.default.contents(atPath: keys) ?? Data(), as: UTF8.self)
            let key = String(try #require(text.firstMatch(of: /INTERNAL_API_KEY=(\S+)/)?.1))
            let second = try await stage.serve(own)
            #expect(try await second.get("/strava/stats/totals")["etag"] == etag)
            let answer = try await second.send("POST", "/strava/refresh-data", headers: ["X-API-Key": key])
            #expect(answer.status == 200)
            #expect(try await second.status().state == "idle")
            #expect(!second.transcript.text.contains(key))
        }
    }

    @Test func everyMistakeOfTheConfigurationIsToldAtOnce() async throws {
        try await withStage(activities: 1) { stage in
            let outcome = try await stage.run(
                ["serve"],
                [
                    "ENVIRONMENT": "production", "PORT": "notaport", "INTERNAL_API_KEY": "tooshortsecret",
                    "STATE_SECRET": "<GENERATE_KEY>", "ENCRYPTION_KEY": nil, "LOG_LEVEL": "loud",
                    "STRAVA_API_URL": "ftp:/nowhere", "REFRESH_INTERVAL": "hourly",
                    "STRAVA_REDIRECT_URI": "http://example.org/strava/callback", "DATABASE_URL": "mysql://nobody",
                ])
            #expect(outcome.status == .exited(78))
            for name in [
                "PORT", "INTERNAL_API_KEY", "STATE_SECRET", "ENCRYPTION_KEY", "LOG_LEVEL", "STRAVA_API_URL",
                "REFRESH_INTERVAL", "STRAVA_REDIRECT_URI", "DATABASE_URL",
            ] {
                #expect(outcome.errors.contains("  - \(name) "), "\(name) is named")
            }
            #expect(outcome.errors.contains("paceline keygen"))
            #expect(!outcome.errors.contains("tooshortsecret"))
            #expect(Secrets.found(in: outcome.errors) == [])
            #expect(!FileManager.default.fileExists(atPath: stage.folder + "/var"), "nothing was begun")
        }
    }

    @Test func aPortThatIsTakenIsToldWithItsCure() async throws {
        try await withStage(activities: 1) { stage in
            let first = try await stage.serve()
            let outcome = try await stage.run(
                ["serve"], ["PORT": "\(first.port)", "DATABASE_URL": "sqlite:///other.db"])
            #expect(outcome.status == .exited(69))
            #expect(outcome.errors.contains("\(first.port)"))
            #expect(outcome.errors.contains("PORT"))
            #expect(try await first.get("/livez").status == 200)
        }
    }

    @Test func aWrongEncryptionKeyIsToldAndNothingIsSent() async throws {
        try await withStage(activities: 30) { stage in
            let first = try await stage.serveMirror()
            let before = try await first.get("/strava/stats/totals")
            #expect(await first.stop() == .exited(0))
            await stage.sandbox.clearLog()
            let second = try await stage.serve(["ENCRYPTION_KEY": "another-encryption-key-0011223344556677"])
            #expect(second.transcript.text.contains("ENCRYPTION_KEY does not fit the stored tokens"))
            let status = try await second.status()
            #expect(status.state == "needs_authorization")
            #expect(status.last_error?.code == "wrong_key")
            #expect(status.last_error?.message.contains("ENCRYPTION_KEY") == true)
            #expect(try await second.get("/strava/stats/totals").body == before.body)
            let refused = try await second.refresh()
            #expect(refused.status == 409)
            #expect(refused.detail?.contains("ENCRYPTION_KEY does not fit the stored tokens") == true)
            #expect(await stage.sandbox.requests.isEmpty)
            #expect(await second.stop() == .exited(0))
            // The right key opens what the wrong one did not touch.
            let third = try await stage.serve()
            #expect(try await third.refresh().status == 200)
        }
    }

    @Test func theSandboxesAthleteIsNotMixedWithTheRealStrava() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            #expect(await server.stop() == .exited(0))
            // A name that no resolver knows: should the check fail, nothing reaches anybody.
            let outcome = try await stage.run(
                ["serve"],
                ["STRAVA_API_URL": "https://strava.invalid/api/v3", "STRAVA_OAUTH_URL": "https://strava.invalid/oauth"])
            #expect(outcome.status == .exited(78))
            #expect(outcome.errors.contains("sandbox's invented athlete"))
            #expect(outcome.errors.contains("DATABASE_URL"))
        }
    }
}
