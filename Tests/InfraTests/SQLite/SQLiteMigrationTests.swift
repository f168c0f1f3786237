import Actors
import SQLite
import TestSupport
import Testing

/// Databases of other versions, the original's among them.
@Suite struct SQLiteMigrationTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = "\(folder.path)/paceline.db"
    }

    @Test func theVersionsAreRecordedInOrder() async throws {
        let store = SQLiteStore(path: path)
        try await store.migrate()
        await store.close()
        let versions = try column("SELECT version FROM paceline_migrations ORDER BY version")
        #expect(versions == ["1", "2", "3", "4", "5", "6", "7"])
        let stamps = try column("SELECT applied_at FROM paceline_migrations")
        #expect(stamps.allSatisfy { SQLiteDateTime.milliseconds(Array(($0 ?? "").utf8).span) != nil })
    }

    @Test func aNewerDatabaseIsRefusedWithTheCureAndLeftAsItIs() async throws {
        let store = SQLiteStore(path: path)
        try await store.migrate()
        await store.close()
        try SQLiteConnection(path: path).execute(
            "INSERT INTO paceline_migrations VALUES (99, 'of the future', '2030-01-01 00:00:00.000000')")
        let older = SQLiteStore(path: path)
        let failure = await #expect(throws: StoreFailure.self) { try await older.migrate() }
        #expect(failure?.kind == .corrupt)
        #expect(failure?.message.contains("version 99") == true)
        #expect(failure?.message.contains("run the newer Paceline") == true)
        await older.close()
        #expect(try column("SELECT MAX(version) FROM paceline_migrations") == ["99"])
    }

    @Test func theOriginalsDatabaseIsAdoptedInPlace() async throws {
        try makeOriginal()
        let store = SQLiteStore(path: path)
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
        #expect(try await store.syncState() == SyncState())
        await store.close()
        #expect(try column("SELECT data FROM strava_stats") == [#"{"run": 1}"#])
    }

    @Test func anAdoptedTableThatHasTheColumnsAlreadyKeepsThem() async throws {
        try makeOriginal()
        try SQLiteConnection(path: path).execute(
            """
            ALTER TABLE strava_activities ADD COLUMN sport_type VARCHAR;
            UPDATE strava_activities SET sport_type = 'TrailRun' WHERE type = 'Run'
            """)
        let store = SQLiteStore(path: path)
        try await store.migrate()
        #expect(try await store.activities().map(\.sportType) == ["TrailRun", "Ride"])
        await store.close()
    }

    @Test func whatIsWrittenHasTheOriginalsForm() async throws {
        let store = SQLiteStore(path: path)
        try await store.migrate()
        let activity = Activity(
            id: 1, name: "Run", type: "Run", sportType: "Run", startDate: UTCInstant(milliseconds: -1),
            startDateLocal: LocalDateTime(seconds: 1_766_653_200))
        try await store.commit(
            SyncBatch(
                upserts: [activity], state: SyncState(), fetchedAt: UTCInstant(milliseconds: 1_766_649_600_250)))
        try await store.save(
            StoredAuthorization(
                athleteID: 1, accessToken: "a", refreshToken: "r", expiresAt: UTCInstant(seconds: 1_766_666_000)))
        await store.close()
        let dates = try column(
            """
            SELECT start_date FROM strava_activities UNION ALL SELECT start_date_local FROM strava_activities
            UNION ALL SELECT fetched_at FROM strava_activities UNION ALL SELECT expires_at FROM strava_auth
            """)
        #expect(
            dates == [
                "1969-12-31 23:59:59.999000", "2025-12-25 09:00:00.000000", "2025-12-25 08:00:00.250000", "1766666000",
            ])
        let updated = try column("SELECT updated_at FROM strava_auth")
        #expect(updated.first??.utf8.count == 26)
    }

    @Test func aRowWithoutAReadableDateIsNamedWithItsCure() async throws {
        try makeOriginal()
        try SQLiteConnection(path: path).execute("UPDATE strava_activities SET start_date = 'soon' WHERE id = 15")
        let store = SQLiteStore(path: path)
        try await store.migrate()
        let failure = await #expect(throws: StoreFailure.self) { try await store.activities() }
        #expect(failure?.kind == .corrupt)
        #expect(failure?.message.contains("row 15 of strava_activities") == true)
        await store.close()
    }

    @Test func anAdoptedRowWithoutAStartWaitsForTheFirstSyncToOverwriteIt() async throws {
        try makeOriginal()
        try SQLiteConnection(path: path).execute("UPDATE strava_activities SET start_date = NULL WHERE id = 15")
        let store = SQLiteStore(path: path)
        try await store.migrate()
        #expect(try await store.activities().map(\.id) == [16_000_000_001])
        let ride = Activity(
            id: 15, name: "Ride", type: "Ride", sportType: "Ride", startDate: UTCInstant(seconds: 1_735_689_600),
            startDateLocal: LocalDateTime(seconds: 1_735_689_600))
        try await store.commit(SyncBatch(upserts: [ride], state: SyncState(), fetchedAt: UTCInstant(seconds: 0)))
        #expect(try await store.activities().map(\.id) == [16_000_000_001, 15])
        await store.close()
    }

    /// The tables as SQLAlchemy declares them for SQLite, with the rows it would have written.
    private func makeOriginal() throws {
        try SQLiteConnection(path: path).execute(
            """
            CREATE TABLE strava_auth (id INTEGER NOT NULL, athlete_id BIGINT NOT NULL, access_token VARCHAR NOT NULL,
                refresh_token VARCHAR NOT NULL, expires_at INTEGER NOT NULL, updated_at DATETIME, PRIMARY KEY (id));
            CREATE TABLE strava_stats (id INTEGER NOT NULL, stats_type VARCHAR(50) NOT NULL, data JSON NOT NULL,
                fetched_at DATETIME, PRIMARY KEY (id), UNIQUE (stats_type));
            CREATE TABLE strava_activities (id BIGINT NOT NULL, name VARCHAR, type VARCHAR, distance FLOAT,
                moving_time INTEGER, elapsed_time INTEGER, total_elevation_gain FLOAT, start_date DATETIME,
                start_date_local DATETIME, timezone VARCHAR, average_speed FLOAT, max_speed FLOAT,
                average_heartrate FLOAT, max_heartrate FLOAT, kudos_count INTEGER, fetched_at DATETIME,
                PRIMARY KEY (id));
            INSERT INTO strava_auth VALUES
                (1, 134815, 'gAAAA-a', 'gAAAA-r', 1766666000, '2025-12-25 08:00:00.000000');
            INSERT INTO strava_stats VALUES (1, 'ytd', '{"run": 1}', '2025-12-25 08:00:00.000000');
            INSERT INTO strava_activities VALUES
                (16000000001, 'Morning Run', 'Run', 10123.4, 3000, 3100, 55.5, '2025-12-25 08:00:00.250000',
                 '2025-12-25 09:00:00.000000', 'Europe/Oslo', 3.37, 5.1, 150.5, 181.0, 12, '2025-12-25 10:00:00.000000'),
                (15, NULL, 'Ride', NULL, NULL, NULL, NULL, '2025-01-01 00:00:00.000000', NULL, NULL, NULL, NULL, NULL,
                 NULL, NULL, NULL);
            """)
    }

    private func column(_ sql: String) throws -> [String?] {
        var values: [String?] = []
        try SQLiteConnection(path: path).statement(sql)
            .forEachRow { (row: inout SQLiteRow) throws(StoreFailure) in values.append(row.text()) }
        return values
    }
}
