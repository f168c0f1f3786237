import Glibc
import Sandbox
import TestSupport
import Testing

/// The database goes away under several replicas at once, while people read and a backfill is under way.
@Suite(.serialized, .timeLimit(.minutes(15))) struct DatabaseOutageTests {
    @Test(arguments: [(2, PostgresServer.Stop.fast), (5, .immediate)])
    func readsNeverFailAndAllComeBackByThemselves(_ count: Int, _ how: PostgresServer.Stop) async throws {
        let database = try await PostgresServer()
        // Without the debug log, which would have a line for each of very many requests.
        try await withReplicas(count, activities: 2000, on: database, ["LOG_LEVEL": "info"]) { replicas in
            await replicas.stage.slowDown(.milliseconds(200))
            try await replicas.connect()
            for server in replicas.servers { try await server.untilServing() }
            try await replicas.untilAsked(for: 4)
            let loads = try replicas.servers.prefix(2).map { try Wrk(port: $0.port, ["-c", "2"]) }
            try await database.stop(how)
            for server in replicas.servers {
                try await server.until(database: "disconnected")
                #expect(try await server.get("/readyz").status == 200)
                #expect(try await server.get("/strava/activities?limit=1000").status == 200)
                #expect(try await server.refresh().status == 503)
            }
            try await database.start()
            let started = ContinuousClock.now
            for server in replicas.servers { try await server.until(database: "connected") }
            await replicas.stage.sandbox.clearFaults()
            try await replicas.untilComplete()
            let recovered = ContinuousClock.now - started
            for load in loads {
                let report = await load.stop()
                #expect(report.isFlawless, "\(report)")
                #expect(try #require(report.answers, "\(report)") > 100)
            }
            for answer in try await replicas.refreshAll() { #expect(answer.status == 200, "\(answer.text)") }
            try await replicas.account(
                of: "PostgreSQL stopped (\(how.rawValue)) and started, mid-backfill", recovered: recovered,
                pagesTwice: 1)
            try await replicas.expectSameAnswers()
        }
        await database.end()
    }
}

extension Paceline {
    private struct Health: Decodable {
        var status: String
        var database: String
    }

    /// Waits until `/strava/health` says so; it always answers 200.
    func until(database state: String) async throws {
        let health = try await eventually("the database is \(state)") {
            let answer = try await get("/strava/health")
            #expect(answer.status == 200)
            return try answer.decoded(Health.self)
        } until: {
            $0.database == state
        }
        #expect(health.status == (state == "connected" ? "ok" : "degraded"))
    }

    /// Waits until it has something to serve.
    func untilServing() async throws {
        try await eventually("it serves") {
            try await get("/readyz").status
        } until: {
            $0 == 200
        }
    }
}
