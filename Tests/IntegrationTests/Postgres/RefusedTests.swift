import Glibc
import TestSupport
import Testing

/// A database server that is there and lets nobody in: only a person can correct that, who must be told at once.
@Suite(.serialized, .timeLimit(.minutes(15))) struct RefusedTests {
    private static let wrong = "wrong-hunter2-password"

    /// What is wrong with a URL.
    enum Fault: String, CaseIterable, CustomTestStringConvertible {
        case password, user, database

        var testDescription: String { rawValue }

        /// Part of the cure.
        var cure: String {
            switch self {
            // The server does not tell whether it is the user or the password.
            case .password, .user: "correct the user or the password in DATABASE_URL or POSTGRES_PASSWORD"
            case .database: "correct the database in DATABASE_URL or POSTGRES_DB"
            }
        }

        func url(_ database: PostgresServer) -> String {
            let password = self == .password ? RefusedTests.wrong : PostgresServer.password
            let user = self == .user ? "nobody_here" : PostgresServer.user
            return
                "postgresql://\(user):\(password)@127.0.0.1:\(database.port)/\(self == .database ? "not_here" : "postgres")"
        }
    }

    private func expectNoPassword(in text: String) {
        #expect(!text.contains(PostgresServer.password))
        #expect(!text.contains(Self.wrong))
    }

    @Test("what the server refuses ends the start at once with the cure", arguments: Fault.allCases)
    func whatTheServerRefusesEndsTheStart(_ fault: Fault) async throws {
        let database = try await PostgresServer.shared()
        try await withStage(activities: 30) { stage in
            let url: [String: String?] = ["DATABASE_URL": fault.url(database)]
            for command in ["serve", "refresh", "rotate-keys"] {
                let outcome = try await stage.run([command], url)
                #expect(outcome.status == .exited(77), "\(command)")
                #expect(outcome.errors.contains("paceline: PostgreSQL: "))
                #expect(outcome.errors.contains(fault.cure), "\(outcome.errors)")
                #expect(!outcome.errors.contains("The database is away"))
                expectNoPassword(in: outcome.output + outcome.errors)
            }
            let doctor = try await stage.run(["doctor"], url)
            #expect(doctor.status == .exited(1))
            #expect(doctor.output.contains("PROBLEM  database"))
            #expect(doctor.output.contains(fault.cure))
            #expect(doctor.output.contains("The server runs."))
            expectNoPassword(in: doctor.output + doctor.errors)
        }
    }

    @Test func aKeywordThatLibpqDoesNotKnowIsAProblemOfTheConfiguration() async throws {
        let database = try await PostgresServer.shared()
        try await withStage(activities: 30) { stage in
            let url = database.url(database: "postgres") + "?sslmod=require"
            for command in ["serve", "refresh", "doctor"] {
                let outcome = try await stage.run([command], ["DATABASE_URL": url, "HOST": "nowhere"])
                #expect(outcome.status == .exited(78))
                #expect(outcome.errors.contains("2 problems"), "all at once: \(outcome.errors)")
                #expect(outcome.errors.contains("DATABASE_URL has \"sslmod\" behind the question mark"))
                #expect(outcome.errors.contains("(was sslmode meant?)"))
                expectNoPassword(in: outcome.output + outcome.errors)
            }
            let moving = try await stage.run(["migrate-store", "--from", "sqlite:///here.db", "--to", url])
            #expect(moving.status == .exited(78))
            #expect(moving.errors.contains("--to has \"sslmod\""))
            expectNoPassword(in: moving.output + moving.errors)
        }
    }

    /// Since PostgreSQL 15 nobody but the owner of a database may make tables in it, which is forgotten often.
    @Test func whoMayMakeNoTablesIsToldAtOnce() async throws {
        let database = try await PostgresServer.shared()
        try await withStage(activities: 30) { stage in
            try await database.withDatabase { name in
                try await database.execute("CREATE ROLE \(name) LOGIN PASSWORD '\(PostgresServer.password)'")
                let url = "postgresql://\(name):\(PostgresServer.password)@127.0.0.1:\(database.port)/\(name)"
                let outcome = try await stage.run(["serve"], ["DATABASE_URL": url])
                #expect(outcome.status == .exited(77))
                #expect(outcome.errors.contains("the right to create some"))
                expectNoPassword(in: outcome.output + outcome.errors)
                try await database.execute("DROP ROLE \(name)")
            }
        }
    }

    @Test func whoeverWaitedForAServerThatThenRefusesEndsAsWell() async throws {
        let database = try await PostgresServer()
        try await database.stop()
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveWaiting(["DATABASE_URL": Fault.password.url(database)])
            try await eventually("it waits") {
                stage.said
            } until: {
                $0.contains("The database is away. Paceline starts when it answers.")
            }
            try await database.start()
            #expect(await server.process.wait() == .exited(77))
            await server.transcript.end()
            #expect(server.transcript.text.contains(Fault.password.cure))
            expectNoPassword(in: server.transcript.text)
        }
        await database.end()
    }

    @Test func aPasswordThatIsChangedUnderneathEndsNoProcessThatRuns() async throws {
        let database = try await PostgresServer()
        try await withStage(activities: 300) { stage in
            let server = try await stage.serveMirror(["DATABASE_URL": database.url(database: "postgres")])
            try await database.execute(
                """
                ALTER ROLE \(PostgresServer.user) PASSWORD '\(Self.wrong)';
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'paceline' AND pid <> pg_backend_pid()
                """)
            try await eventually("health says that it is refused") {
                try await server.get("/strava/health").text
            } until: {
                $0.contains(#""reason":"the database refuses Paceline; the log says why""#)
            }
            #expect(try await server.get("/readyz").status == 200)
            #expect(try await server.allActivities().count == 300)
            #expect(try await server.refresh().status == 503)
            #expect(try await server.status().last_error?.message == "The database cannot be used; the log says why.")
            try await eventually("the log says why", within: .seconds(90)) {
                stage.said
            } until: {
                $0.contains("The database refuses Paceline. What is in memory is served")
                    && $0.contains(Fault.password.cure)
            }
            try await database.execute("ALTER ROLE \(PostgresServer.user) PASSWORD '\(PostgresServer.password)'")
            try await server.until(database: "connected")
            #expect(try await server.refresh().status == 200)
            expectNoPassword(in: stage.said)
            #expect(await server.stop() == .exited(0))
        }
        await database.end()
    }
}
