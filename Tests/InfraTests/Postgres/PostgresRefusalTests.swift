import Actors
import Postgres
import TestSupport
import Testing

/// Databases that Paceline cannot use as they are, and what it says about them.
@Suite(.timeLimit(.minutes(5))) struct PostgresRefusalTests {
    @Test func aNewerDatabaseIsRefusedWithTheCureAndLeftAsItIs() async throws {
        try await PostgresServer.withStore { store, server, name in
            try await store.migrate()
            try await server.execute("INSERT INTO paceline_migrations VALUES (99, 'of the future')", database: name)
            let failure = await #expect(throws: StoreFailure.self) { try await store.migrate() }
            #expect(failure?.kind == .corrupt)
            #expect(failure?.message.contains("version 99") == true)
            #expect(failure?.message.contains("run the newer Paceline") == true)
            #expect(failure?.message.contains("backup") == false)
        }
    }

    @Test func aViewThatIsInTheWayIsNamedWithTheCure() async throws {
        let reported =
            PostgresMigrationTests.original + """
                ; CREATE VIEW monthly AS SELECT name, distance FROM strava_activities;
                CREATE VIEW yearly AS SELECT * FROM monthly
                """
        try await PostgresServer.withStore(reported) { store, server, name in
            let failure = await #expect(throws: StoreFailure.self) { try await store.migrate() }
            #expect(failure?.kind == .corrupt)
            #expect(failure?.message.contains("column name of strava_activities, read by monthly)") == true)
            #expect(failure?.message.contains("drop it, start Paceline") == true)
            #expect(failure?.message.contains("backup") == false)
            try await server.execute("DROP VIEW monthly CASCADE", database: name)
            try await store.migrate()
            try await server.execute(
                "CREATE VIEW monthly AS SELECT name, distance FROM strava_activities", database: name)
        }
    }

    @Test func aConstraintThatRefusesARowIsToldFromForeignTables() async throws {
        try await PostgresServer.withStore(
            PostgresMigrationTests.original + "; ALTER TABLE strava_activities ADD CHECK (distance < 100000)"
        ) {
            store, _, _ in
            try await store.migrate()
            let far = Activity(
                id: 1, name: "", type: "Ride", sportType: "Ride", distance: 200_000,
                startDate: UTCInstant(seconds: 0), startDateLocal: LocalDateTime(seconds: 0))
            let failure = await #expect(throws: StoreFailure.self) {
                try await store.commit(
                    SyncBatch(upserts: [far], state: SyncState(), fetchedAt: UTCInstant(seconds: 0)))
            }
            #expect(failure?.message.contains("a constraint, a trigger or a type") == true)
        }
    }

    @Test func aDatabaseInAnotherEncodingIsRefusedWithTheCure() async throws {
        let server = try await PostgresServer.shared()
        let name = "latin_\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        try await server.execute(
            "CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
        let store = try PostgresStore(server.settings(database: name))
        let failure = await #expect(throws: StoreFailure.self) { try await store.migrate() }
        #expect(failure?.kind == .corrupt)
        #expect(failure?.message.contains("LATIN1 and has to be in UTF-8") == true)
        #expect(failure?.message.contains("backup") == false)
        await store.close()
        try await server.execute("DROP DATABASE \(name) WITH (FORCE)")
    }

    @Test(
        "whoever is not let in is told which part of DATABASE_URL to correct",
        arguments: [
            ("hunter2", "postgres", "ALTER ROLE … PASSWORD"),
            (PostgresServer.password, "not_here", "the database in DATABASE_URL or POSTGRES_DB"),
        ])
    func whoeverIsNotLetInIsToldTheCure(password: String, database: String, cure: String) async throws {
        let server = try await PostgresServer.shared()
        let store = try PostgresStore(server.networkSettings(database: database, password: password))
        for _ in 0..<2 {
            // The second time within the pool's back-off: it says the same.
            let failure = await #expect(throws: StoreFailure.self) { try await store.syncState() }
            #expect(failure?.kind == .denied)
            #expect(failure?.message.contains(cure) == true)
            #expect(failure?.message.contains(password) == false)
        }
        await store.close()
    }

    @Test func aUserWhoMayNotChangeTheTablesIsToldTheCure() async throws {
        try await PostgresServer.withStore(PostgresMigrationTests.original) { _, server, name in
            try await server.execute(
                """
                DROP ROLE IF EXISTS \(name); CREATE ROLE \(name) LOGIN;
                GRANT ALL ON SCHEMA public TO \(name); GRANT ALL ON ALL TABLES IN SCHEMA public TO \(name)
                """, database: name)
            var settings = server.settings(database: name)
            settings.user = name
            let store = try PostgresStore(settings)
            let failure = await #expect(throws: StoreFailure.self) { try await store.migrate() }
            #expect(failure?.kind == .denied, "nobody waits for it to pass")
            #expect(failure?.message.contains("owner of the tables") == true)
            await store.close()
            try await server.execute("DROP OWNED BY \(name); DROP ROLE \(name)", database: name)
        }
    }
}
