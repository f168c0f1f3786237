import Actors

/// The steps that lead from any older database, the original's included, to the tables of today.
///
/// What was applied is recorded in `paceline_migrations`. A step, once released, is never changed: a new one is added below.
enum SQLiteMigrations {
    private struct Migration {
        var name: String
        var apply: (SQLiteConnection) throws(StoreFailure) -> Void
    }

    /// The version is the position, counted from 1.
    private static var all: [Migration] {
        [
            Migration(name: "the original's tables", apply: createOriginalTables),
            Migration(name: "Paceline's columns and tables", apply: addOwnColumnsAndTables),
            Migration(name: "re-readings, scopes and tombstones", apply: addRereadings),
            Migration(name: "requests reserved ahead", apply: addReserved),
            Migration(name: "what a re-reading goes by", apply: addRereadingTerms),
            Migration(name: "several processes on one database", apply: addLeases),
            Migration(name: "what a re-reading has met below its bound", apply: addMet),
        ]
    }

    /// Applies what is missing, in one transaction.
    ///
    /// A current database is only read, so that a start does not wait for another process's write.
    static func run(on connection: SQLiteConnection) throws(StoreFailure) {
        guard try currentVersion(connection) < all.count else { return }
        try connection.transaction { () throws(StoreFailure) in
            try connection.execute(
                """
                CREATE TABLE IF NOT EXISTS paceline_migrations (
                    version INTEGER NOT NULL PRIMARY KEY, name VARCHAR NOT NULL, applied_at DATETIME NOT NULL)
                """)
            // Asked again under the lock: another process may have done the work while this one waited.
            let current = try currentVersion(connection)
            for (index, migration) in all.enumerated() where index >= current {
                try migration.apply(connection)
                try record(version: index + 1, name: migration.name, connection)
            }
        }
    }

    /// The newest version applied, 0 for a database that Paceline has not seen.
    ///
    /// - Throws: a newer version than this Paceline knows.
    private static func currentVersion(_ connection: SQLiteConnection) throws(StoreFailure) -> Int {
        let isRecorded = try connection.statement(
            "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'paceline_migrations'"
        ).first { (row: inout SQLiteRow) throws(StoreFailure) in row.integer() }
        guard isRecorded != nil else { return 0 }
        let version =
            try connection.statement("SELECT COALESCE(MAX(version), 0) FROM paceline_migrations")
            .first { (row: inout SQLiteRow) throws(StoreFailure) in Int(row.integer() ?? 0) } ?? 0
        guard version <= all.count else {
            throw StoreFailure(
                .corrupt,
                "the database has version \(version) and this Paceline knows versions up to \(all.count); "
                    + "run the newer Paceline that wrote it, or restore a backup from before")
        }
        return version
    }

    private static func record(version: Int, name: String, _ connection: SQLiteConnection) throws(StoreFailure) {
        try connection.statement(
            """
            INSERT INTO paceline_migrations (version, name, applied_at)
            VALUES (?, ?, strftime('%Y-%m-%d %H:%M:%f000', 'now'))
            """
        ).run { row in
            row.bind(version)
            row.bind(name)
        }
    }

    /// Column for column what SQLAlchemy makes of the original's models, so that either program reads the other's file.
    ///
    /// `strava_stats` is the original's cache; Paceline derives every answer from the activities and leaves the table alone.
    private static func createOriginalTables(_ connection: SQLiteConnection) throws(StoreFailure) {
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS strava_auth (
                id INTEGER NOT NULL PRIMARY KEY, athlete_id BIGINT NOT NULL, access_token VARCHAR NOT NULL,
                refresh_token VARCHAR NOT NULL, expires_at INTEGER NOT NULL, updated_at DATETIME);
            CREATE TABLE IF NOT EXISTS strava_stats (
                id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, stats_type VARCHAR(50) NOT NULL UNIQUE,
                data JSON NOT NULL, fetched_at DATETIME);
            CREATE TABLE IF NOT EXISTS strava_activities (
                id BIGINT NOT NULL PRIMARY KEY, name VARCHAR, type VARCHAR, distance FLOAT, moving_time INTEGER,
                elapsed_time INTEGER, total_elevation_gain FLOAT, start_date DATETIME, start_date_local DATETIME,
                timezone VARCHAR, average_speed FLOAT, max_speed FLOAT, average_heartrate FLOAT, max_heartrate FLOAT,
                kudos_count INTEGER, fetched_at DATETIME);
            """)
    }

    private static func addOwnColumnsAndTables(_ connection: SQLiteConnection) throws(StoreFailure) {
        for column in ["sport_type", "visibility"] {
            try addColumn(column, to: "strava_activities", connection)
        }
        try connection.execute(
            """
            CREATE INDEX paceline_activities_newest ON strava_activities (start_date, id);
            CREATE TABLE paceline_sync (
                id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), athlete_id BIGINT, cursor_before_ms BIGINT,
                cursor_page INTEGER, is_complete BOOLEAN NOT NULL, last_success_at_ms BIGINT);
            CREATE TABLE paceline_budget (
                id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
                overall_quarter_start_ms BIGINT NOT NULL, overall_quarter_used INTEGER NOT NULL,
                overall_quarter_limit INTEGER NOT NULL,
                overall_day_start_ms BIGINT NOT NULL, overall_day_used INTEGER NOT NULL,
                overall_day_limit INTEGER NOT NULL,
                read_quarter_start_ms BIGINT NOT NULL, read_quarter_used INTEGER NOT NULL,
                read_quarter_limit INTEGER NOT NULL,
                read_day_start_ms BIGINT NOT NULL, read_day_used INTEGER NOT NULL, read_day_limit INTEGER NOT NULL);
            CREATE TABLE paceline_rejected (
                id BIGINT UNIQUE, reason VARCHAR NOT NULL, json VARCHAR NOT NULL, fetched_at DATETIME NOT NULL);
            CREATE UNIQUE INDEX paceline_rejected_without_id ON paceline_rejected (json) WHERE id IS NULL;
            """)
    }

    private static func addReserved(_ connection: SQLiteConnection) throws(StoreFailure) {
        try connection.execute("ALTER TABLE paceline_budget ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0")
    }

    private static func addRereadingTerms(_ connection: SQLiteConnection) throws(StoreFailure) {
        try connection.execute(
            """
            ALTER TABLE paceline_sync ADD COLUMN rereading_scope VARCHAR;
            ALTER TABLE paceline_sync ADD COLUMN rereading_accepts_deletions BOOLEAN;
            """)
    }

    private static func addMet(_ connection: SQLiteConnection) throws(StoreFailure) {
        // What one that is under way has met is not known, so its listing must prove nothing.
        try connection.execute(
            """
            ALTER TABLE paceline_sync ADD COLUMN rereading_met VARCHAR;
            UPDATE paceline_sync SET rereading_is_sound = 0 WHERE rereading_is_sound = 1;
            """)
    }

    private static func addLeases(_ connection: SQLiteConnection) throws(StoreFailure) {
        try connection.execute(
            """
            ALTER TABLE paceline_sync ADD COLUMN newest_at_ms BIGINT;
            CREATE TABLE paceline_leases (
                name VARCHAR NOT NULL PRIMARY KEY, holder VARCHAR, held_until_ms BIGINT, claimant VARCHAR,
                claimed_until_ms BIGINT, rest_up_to INTEGER, rest_until_ms BIGINT, rest_code VARCHAR,
                rest_message VARCHAR, rest_failures INTEGER);
            """)
    }

    private static func addRereadings(_ connection: SQLiteConnection) throws(StoreFailure) {
        try addColumn("paceline_scope", to: "strava_auth", connection)
        try connection.execute(
            """
            ALTER TABLE paceline_sync ADD COLUMN scope VARCHAR;
            ALTER TABLE paceline_sync ADD COLUMN member_since_ms BIGINT;
            ALTER TABLE paceline_sync ADD COLUMN validated_at_ms BIGINT;
            ALTER TABLE paceline_sync ADD COLUMN held_count INTEGER;
            ALTER TABLE paceline_sync ADD COLUMN held_at_ms BIGINT;
            ALTER TABLE paceline_sync ADD COLUMN rereading_started_at_ms BIGINT;
            ALTER TABLE paceline_sync ADD COLUMN rereading_before_ms BIGINT;
            ALTER TABLE paceline_sync ADD COLUMN rereading_page INTEGER;
            ALTER TABLE paceline_sync ADD COLUMN rereading_pages INTEGER;
            ALTER TABLE paceline_sync ADD COLUMN rereading_spacing_ms BIGINT;
            ALTER TABLE paceline_sync ADD COLUMN rereading_is_sound BOOLEAN;
            ALTER TABLE paceline_sync ADD COLUMN rereading_missing VARCHAR;
            CREATE TABLE paceline_tombstones (
                id BIGINT NOT NULL PRIMARY KEY, deleted_at_ms BIGINT NOT NULL, name VARCHAR, type VARCHAR,
                sport_type VARCHAR, distance FLOAT, moving_time INTEGER, elapsed_time INTEGER,
                total_elevation_gain FLOAT, start_date DATETIME, start_date_local DATETIME, timezone VARCHAR,
                average_speed FLOAT, max_speed FLOAT, average_heartrate FLOAT, max_heartrate FLOAT, kudos_count INTEGER,
                visibility VARCHAR, fetched_at DATETIME);
            CREATE INDEX paceline_tombstones_oldest ON paceline_tombstones (deleted_at_ms);
            """)
    }

    /// A text column of one of the original's tables; SQLite has no ADD COLUMN IF NOT EXISTS, and an adopted table may have it already.
    private static func addColumn(_ name: String, to table: String, _ connection: SQLiteConnection) throws(StoreFailure)
    {
        let isThere = try connection.statement(
            "SELECT 1 FROM pragma_table_info('\(table)') WHERE name = ?"
        ).first { row in
            row.bind(name)
        } _: { (row: inout SQLiteRow) throws(StoreFailure) in
            row.integer()
        }
        guard isThere == nil else { return }
        try connection.execute("ALTER TABLE \(table) ADD COLUMN \(name) VARCHAR")
    }
}
