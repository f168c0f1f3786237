import Actors
import Postgres
import TestSupport
import Testing

/// Databases of other versions, the original's among them.
@Suite(.timeLimit(.minutes(5))) struct PostgresMigrationTests {
    @Test func theVersionsAreRecordedInOrder() async throws {
        try await PostgresServer.withStore { store, server, name in
            try await store.migrate()
            let versions = try await server.column(
                "SELECT version::text FROM paceline_migrations ORDER BY version", database: name)
            #expect(versions == ["1", "2", "3", "4", "5", "6", "7", "8"])
        }
    }

    @Test func twoThatStartTogetherMigrateOnce() async throws {
        try await PostgresServer.withStore(Self.original) { _, server, name in
            // Nobody can begin before both wait: the lock is held by a third.
            let stores = try (0..<2).map { _ in try PostgresStore(server.settings(database: name)) }
            try await server.withConnection(database: name) { holder in
                try await holder.execute("BEGIN; SELECT pg_advisory_xact_lock(8097862892250557952)")
                async let first: Void = stores[0].migrate()
                async let second: Void = stores[1].migrate()
                try await server.execute(
                    """
                    DO $$ BEGIN
                        LOOP
                            EXIT WHEN (SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) = 2;
                            PERFORM pg_sleep(0.005);
                        END LOOP;
                    END $$
                    """, database: name)
                try await holder.execute("COMMIT")
                _ = try await (first, second)
            }
            let count = try await server.column("SELECT COUNT(*)::text FROM paceline_migrations", database: name)
            #expect(count == ["8"])
            for store in stores { await store.close() }
        }
    }

    @Test func theOriginalsDatabaseIsAdoptedInPlace() async throws {
        try await PostgresServer.withStore(Self.original) { store, server, name in
            try await store.migrate()
            #expect(
                try await store.authorization()
                    == StoredAuthorization(
                        athleteID: 134_815, accessToken: "gAAAA-a", refreshToken: "gAAAA-r",
                        expiresAt: UTCInstant(seconds: 1_766_666_000)))
            let run = Activity(
                id: 16_000_000_001, name: "Morning Run", type: "Run", sportType: "Run", distance: 10_123.4,
                movingTime: 3000, elapsedTime: 3100, totalElevationGain: 55.5,
                startDate: UTCInstant(milliseconds: 1_766_649_600_250),
                startDateLocal: LocalDateTime(seconds: 1_766_653_200),
                timezone: "Europe/Oslo", averageSpeed: 3.37, maxSpeed: 5.1, averageHeartrate: 150.5, maxHeartrate: 181,
                kudosCount: 12)
            let bare = Activity(
                id: 15, name: "", type: "Ride", sportType: "Ride", startDate: UTCInstant(seconds: 1_735_689_600),
                startDateLocal: LocalDateTime(seconds: 1_735_689_600))
            #expect(try await store.activities() == [run, bare])
            // Served at once with the age that they have, and read anew as a whole.
            #expect(
                try await store.syncState()
                    == SyncState(athleteID: 134_815, lastSuccessAt: UTCInstant(milliseconds: 1_766_656_800_000)))
            #expect(try await server.column("SELECT data::text FROM strava_stats", database: name) == [#"{"run": 1}"#])
        }
    }

    @Test func adoptedColumnsTakeWhatStravaSends() async throws {
        try await PostgresServer.withStore(Self.original) { store, _, _ in
            try await store.migrate()
            let long = Activity(
                id: 16_000_000_001, name: String(repeating: "👩‍👩‍👧‍👦", count: 300), type: "Run", sportType: "TrailRun",
                startDate: UTCInstant(milliseconds: 1_766_649_600_250),
                startDateLocal: LocalDateTime(seconds: 1_766_653_200), timezone: nil, visibility: "everyone")
            try await store.commit(SyncBatch(upserts: [long], state: SyncState(), fetchedAt: UTCInstant(seconds: 0)))
            #expect(try await store.activities().first == long)
            let token = String(repeating: "gAAAA", count: 800)
            let authorization = StoredAuthorization(
                athleteID: 134_815, accessToken: token, refreshToken: token,
                expiresAt: UTCInstant(seconds: 4_000_000_000))
            try await store.save(authorization)
            #expect(try await store.authorization() == authorization)
        }
    }

    @Test func theOriginalReadsAndWritesAfterwards() async throws {
        try await PostgresServer.withStore(Self.original) { store, server, name in
            try await store.migrate()
            let ride = Activity(
                id: 17, name: "Ride", type: "Ride", sportType: "GravelRide", distance: 40_000,
                startDate: UTCInstant(milliseconds: 1_766_736_000_000),
                startDateLocal: LocalDateTime(seconds: 1_766_739_600), averageSpeed: 7.5)
            try await store.commit(
                SyncBatch(upserts: [ride], state: SyncState(), fetchedAt: UTCInstant(milliseconds: 1_766_740_000_250)))
            // Its own statements: what its models select, and the rows its upserts write.
            let read = try await server.column(
                """
                SELECT concat_ws('|', id, name, type, distance, moving_time, elapsed_time, total_elevation_gain, start_date,
                    start_date_local, timezone, average_speed, kudos_count, fetched_at)
                FROM strava_activities WHERE id = 17
                """, database: name)
            #expect(
                read == [
                    "17|Ride|Ride|40000|0|0|0|2025-12-26 08:00:00|2025-12-26 09:00:00|7.5|0|2025-12-26 09:06:40.25"
                ])
            try await server.execute(Self.originalsWrites, database: name)
            #expect(try await store.activities().map(\.name) == ["Ride", "Renamed", "Evening Ride", ""])
            #expect(try await store.authorization()?.accessToken == "gAAAA-new")
        }
    }

    @Test func itGivesWayToTheOriginalsOpenTransactionAndSucceedsAfterIt() async throws {
        try await PostgresServer.withStore(Self.original) { store, server, name in
            try await server.withConnection(database: name) { original in
                try await original.execute("BEGIN; SELECT COUNT(*) FROM strava_activities")
                let failure = await #expect(throws: StoreFailure.self) { try await store.migrate() }
                #expect(failure?.kind == .unavailable)
                // Not the end of the statement's half minute, in which every new reader would have queued behind it.
                #expect(failure?.message.contains("55P03") == true)
                try await original.execute("COMMIT")
            }
            try await store.migrate()
            #expect(try await store.activities().count == 2)
        }
    }

    @Test func requiredColumnsThatPacelineDoesNotKnowDoNotStopIt() async throws {
        let strict =
            Self.original + """
                ;
                ALTER TABLE strava_auth ADD COLUMN scope VARCHAR(100) NOT NULL DEFAULT 'read';
                ALTER TABLE strava_auth ADD COLUMN created_at TIMESTAMP NOT NULL DEFAULT now();
                ALTER TABLE strava_auth ALTER COLUMN created_at DROP DEFAULT;
                UPDATE strava_activities SET average_speed = 0;
                ALTER TABLE strava_activities ALTER COLUMN average_speed SET NOT NULL;
                DELETE FROM strava_auth
                """
        try await PostgresServer.withStore(strict) { store, server, name in
            try await store.migrate()
            try await store.save(
                StoredAuthorization(
                    athleteID: 1, accessToken: "a", refreshToken: "r", expiresAt: UTCInstant(seconds: 1)))
            let bare = Activity(
                id: 1, name: "", type: "Run", sportType: "Run", startDate: UTCInstant(seconds: 0),
                startDateLocal: LocalDateTime(seconds: 0))
            try await store.commit(SyncBatch(upserts: [bare], state: SyncState(), fetchedAt: UTCInstant(seconds: 0)))
            #expect(try await server.column("SELECT scope FROM strava_auth", database: name) == ["read"])
        }
    }

    @Test func timesWithAZoneAreTheSameMoments() async throws {
        let zoned =
            Self.original + """
                ;
                SET TimeZone TO 'UTC';
                ALTER TABLE strava_activities ALTER COLUMN start_date TYPE TIMESTAMPTZ,
                    ALTER COLUMN start_date_local TYPE TIMESTAMPTZ, ALTER COLUMN fetched_at TYPE TIMESTAMPTZ;
                ALTER TABLE strava_auth ALTER COLUMN updated_at TYPE TIMESTAMPTZ
                """
        try await PostgresServer.withStore(zoned) { store, server, name in
            // A server whose own zone is another must shift nothing.
            try await server.execute("ALTER DATABASE \(name) SET TimeZone TO 'Asia/Tokyo'")
            try await store.migrate()
            let before = try await store.activities()
            #expect(before.first?.startDate == UTCInstant(milliseconds: 1_766_649_600_250))
            #expect(before.first?.startDateLocal == LocalDateTime(seconds: 1_766_653_200))
            try await store.commit(SyncBatch(upserts: before, state: SyncState(), fetchedAt: UTCInstant(seconds: 0)))
            #expect(try await store.activities() == before)
        }
    }

    @Test func anAdoptedRowWithoutAStartWaitsForTheFirstSyncToOverwriteIt() async throws {
        try await PostgresServer.withStore(
            Self.original + "; UPDATE strava_activities SET start_date = NULL WHERE id = 15"
        ) {
            store, _, _ in
            try await store.migrate()
            #expect(try await store.activities().map(\.id) == [16_000_000_001])
        }
    }

    /// The tables as SQLAlchemy makes them for PostgreSQL, with the rows it would have written.
    static let original = """
        CREATE TABLE strava_auth (id INTEGER NOT NULL, athlete_id BIGINT NOT NULL, access_token VARCHAR(500) NOT NULL,
            refresh_token VARCHAR(500) NOT NULL, expires_at INTEGER NOT NULL, updated_at TIMESTAMP WITHOUT TIME ZONE,
            PRIMARY KEY (id));
        CREATE TABLE strava_stats (id SERIAL NOT NULL, stats_type VARCHAR(50) NOT NULL, data JSON NOT NULL,
            fetched_at TIMESTAMP WITHOUT TIME ZONE, PRIMARY KEY (id), UNIQUE (stats_type));
        CREATE TABLE strava_activities (id BIGINT NOT NULL, name VARCHAR(255), type VARCHAR(50), distance FLOAT,
            moving_time INTEGER, elapsed_time INTEGER, total_elevation_gain FLOAT,
            start_date TIMESTAMP WITHOUT TIME ZONE, start_date_local TIMESTAMP WITHOUT TIME ZONE, timezone VARCHAR(100),
            average_speed FLOAT, max_speed FLOAT, average_heartrate FLOAT, max_heartrate FLOAT, kudos_count INTEGER,
            fetched_at TIMESTAMP WITHOUT TIME ZONE, PRIMARY KEY (id));
        INSERT INTO strava_auth VALUES (1, 134815, 'gAAAA-a', 'gAAAA-r', 1766666000, '2025-12-25 08:00:00');
        INSERT INTO strava_stats (stats_type, data, fetched_at) VALUES ('ytd', '{"run": 1}', '2025-12-25 08:00:00');
        INSERT INTO strava_activities VALUES
            (16000000001, 'Morning Run', 'Run', 10123.4, 3000, 3100, 55.5, '2025-12-25 08:00:00.250',
             '2025-12-25 09:00:00', 'Europe/Oslo', 3.37, 5.1, 150.5, 181.0, 12, '2025-12-25 10:00:00'),
            (15, NULL, 'Ride', NULL, NULL, NULL, NULL, '2025-01-01 00:00:00', NULL, 'None', NULL, NULL, NULL, NULL, NULL,
             NULL)
        """

    /// What the original writes in one refresh.
    private static let originalsWrites = """
        INSERT INTO strava_activities (id, name, type, distance, moving_time, elapsed_time, total_elevation_gain, start_date,
            start_date_local, timezone, average_speed, max_speed, average_heartrate, max_heartrate, kudos_count, fetched_at)
        VALUES (16000000001, 'Renamed', 'Run', 10123.4, 3000, 3100, 55.5, '2025-12-25 08:00:00.250',
                '2025-12-25 09:00:00', 'Europe/Oslo', 3.37, 5.1, 150.5, 181.0, 12, now()),
            (16, 'Evening Ride', 'Ride', 20000.0, 3600, 3700, 100.0, '2025-12-24 17:00:00', '2025-12-24 18:00:00',
             'Europe/Oslo', 5.5, 12.0, NULL, NULL, 0, now())
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, fetched_at = excluded.fetched_at;
        UPDATE strava_auth SET access_token = 'gAAAA-new', expires_at = 1766777000, updated_at = now() WHERE id = 1;
        INSERT INTO strava_stats (stats_type, data, fetched_at) VALUES ('totals', '{}', now())
        ON CONFLICT (stats_type) DO UPDATE SET data = excluded.data
        """
}
