import Sandbox
import TestSupport
import Testing

/// The program on a real PostgreSQL server.
@Suite(.serialized, .timeLimit(.minutes(15))) struct PostgresTests {
    private struct Health: Decodable {
        var status: String
        var database: String
    }

    private static let paths = [
        "/strava/stats/ytd", "/strava/stats/activities", "/strava/stats/monthly", "/strava/stats/totals",
        "/strava/stats/yearly", "/strava/activities?limit=1000",
    ]

    private func untilDatabase(_ status: String, _ server: Paceline) async throws {
        try await eventually("the database is \(status)") {
            try await server.get("/strava/health").decoded(Health.self)
        } until: {
            $0.database == status
        }
    }

    private func expectNothingLostOrDoubled(_ server: Paceline, _ stage: Stage) async throws {
        #expect(try await server.allActivities() == (try Truth(await stage.sandbox.activities()).activities))
    }

    @Test func theFirstSyncIsThereAfterARestart() async throws {
        let database = try await PostgresServer.shared()
        try await withStage(activities: 1000) { stage in
            try await database.withDatabase { name in
                let first = try await stage.serveMirror(["DATABASE_URL": database.url(database: name)])
                try await expectNothingLostOrDoubled(first, stage)
                var answers: [String] = []
                for path in Self.paths { answers.append(try await first.get(path).text) }
                // The connection that pinged is given back by then.
                #expect(try await first.get("/metrics").text.contains("\npaceline_database_connections_in_use 0\n"))
                #expect(await first.stop() == .exited(0))
                // The original's spelling, and nothing but the database to answer from.
                let url = "postgresql+psycopg2" + database.url(database: name).dropFirst("postgresql".count)
                let second = try await stage.serve(Stage.withoutStrava.merging(["DATABASE_URL": url]) { $1 })
                for (path, answer) in zip(Self.paths, answers) { #expect(try await second.get(path).text == answer) }
                #expect(try await second.status().complete)
                #expect(!second.transcript.text.contains(PostgresServer.password))
                #expect(await second.stop() == .exited(0))
            }
        }
    }

    @Test func theOriginalsFiveVariablesAreEnough() async throws {
        let database = try await PostgresServer.shared()
        try await withStage(activities: 30) { stage in
            try await database.withDatabase { name in
                let variables: [String: String?] = [
                    "POSTGRES_USER": PostgresServer.user, "POSTGRES_PASSWORD": PostgresServer.password,
                    "POSTGRES_DB": name, "POSTGRES_HOST": "127.0.0.1", "POSTGRES_PORT": "\(database.port)",
                ]
                let server = try await stage.serveMirror(variables)
                #expect(await server.stop() == .exited(0))
                let outcome = try await stage.run(["refresh"], variables)
                #expect(outcome.status == .exited(0))
                #expect(!(outcome.output + outcome.errors).contains(PostgresServer.password))
            }
        }
    }

    @Test(arguments: [PostgresServer.Stop.fast, .immediate])
    func readsGoOnWhileTheServerIsAwayAndItIsFoundAgain(_ how: PostgresServer.Stop) async throws {
        let database = try await PostgresServer()
        try await withStage(activities: 1000) { stage in
            let server = try await stage.serveMirror(["DATABASE_URL": database.url(database: "postgres")])
            let reading = Task {
                var answers = 0
                while !Task.isCancelled {
                    for path in Self.paths {
                        let answer = try await server.get(path)
                        #expect(answer.status == 200)
                        answers += 1
                    }
                }
                return answers
            }
            try await database.stop(how)
            try await untilDatabase("disconnected", server)
            #expect(try await server.get("/readyz").status == 200)
            #expect(try await server.refresh().status == 503)
            try await database.start()
            try await untilDatabase("connected", server)
            #expect(try await server.refresh().status == 200)
            try await expectNothingLostOrDoubled(server, stage)
            reading.cancel()
            let answers = try await reading.value
            #expect(answers > 0)
            #expect(await server.stop() == .exited(0))
        }
        await database.end()
    }

    @Test func theServerMayGoAndComeInTheMiddleOfTheFirstSync() async throws {
        let database = try await PostgresServer()
        try await withStage(activities: 1000) { stage in
            let server = try await stage.serve(["DATABASE_URL": database.url(database: "postgres")])
            // Held at its third page, so that the server is away when that arrives.
            await stage.sandbox.inject(.latency(.seconds(2)), on: .activities, after: 2)
            _ = try await Browser().connect(to: server)
            try await eventually("the third page is asked for") {
                await stage.listRequests()
            } until: {
                $0 == 3
            }
            try await database.stop(.immediate)
            try await eventually("the page could not be stored") {
                try await server.status()
            } until: {
                $0.last_error?.code == "database_unavailable"
            }
            try await database.start()
            try await untilDatabase("connected", server)
            try await server.untilComplete()
            try await expectNothingLostOrDoubled(server, stage)
        }
        await database.end()
    }

    @Test func startedBeforeItsDatabaseItWaitsAndRefreshDoesNot() async throws {
        let database = try await PostgresServer()
        try await database.stop()
        try await withStage(activities: 30) { stage in
            let url = ["DATABASE_URL": database.url(database: "postgres")] as [String: String?]
            let outcome = try await stage.run(["refresh"], url)
            #expect(outcome.status == .exited(74))
            #expect(outcome.errors.contains("see that the server runs"))
            #expect(!outcome.errors.contains(PostgresServer.password))
            async let waiting = stage.serveConnected(url)
            try await eventually("it says what it waits for") {
                stage.said
            } until: {
                $0.contains("The database is away. Paceline starts when it answers.")
            }
            try await database.start()
            let server = try await waiting
            try await server.untilComplete()
            try await expectNothingLostOrDoubled(server, stage)
        }
        await database.end()
    }

    /// A process that seems dead is started again, which brings no database back.
    @Test func whileItWaitsForItsDatabaseItLivesAndCanBeStopped() async throws {
        let database = try await PostgresServer()
        try await database.stop()
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveWaiting(["DATABASE_URL": database.url(database: "postgres")])
            #expect(try await server.get("/livez").status == 200)
            #expect(try await server.get("/strava/health").text.contains(#""database":"disconnected""#))
            #expect(try await server.get("/readyz").status == 503)
            let answer = try await server.get("/strava/stats/ytd")
            #expect(answer.status == 503)
            #expect(answer["retry-after"] == "5")
            #expect(answer.detail?.contains("database") == true)
            #expect(await server.stop() == .exited(0))
        }
        await database.end()
    }

    @Test func whatOneProcessStoresTheOthersServe() async throws {
        let database = try await PostgresServer.shared()
        try await withStage(activities: 300) { stage in
            try await database.withDatabase { name in
                let url = ["DATABASE_URL": database.url(database: name)] as [String: String?]
                // The second one starts before anybody has connected.
                let other = try await stage.serve(url)
                let first = try await stage.serveMirror(url)
                try await eventually("the second has learned of the athlete and of all activities") {
                    try await other.status()
                } until: {
                    $0.athlete_connected && $0.complete && $0.activities == 300
                }
                #expect(try await other.allActivities() == (try await first.allActivities()))
                let start = stage.clock.now / 1000 - 60
                await stage.sandbox.apply(
                    .insert(
                        SandboxActivity(
                            id: 93_000_000_001, athleteID: SandboxAthlete.standardID, start: start, startLocal: start)))
                await stage.sandbox.clearLog()
                #expect(try await first.refresh().status == 200)
                try await eventually("the second serves it", within: .seconds(5)) {
                    try await other.status()
                } until: {
                    $0.activities == 301
                }
                #expect(await stage.listRequests() == 1, "the second asked Strava for nothing")
                for server in [first, other] { #expect(await server.stop() == .exited(0)) }
            }
        }
    }
}
