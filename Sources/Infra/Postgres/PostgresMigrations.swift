/// The steps that lead from any older database, the original's included, to the tables of today.
///
/// What was applied is recorded in `paceline_migrations`. A step, once released, is never changed: a new one is added below. Every
/// step leaves the original able to run on the same tables.
enum PostgresMigrations {
    private struct Migration {
        var name: String
        var sql: String
    }

    /// The version is the position, counted from 1.
    private static var all: [Migration] {
        [
            Migration(name: "the original's tables", sql: originalTables),
            Migration(name: "room for what Strava may send", sql: widening),
            Migration(name: "Paceline's columns and tables", sql: ownColumnsAndTables),
            Migration(name: "re-readings, scopes and tombstones", sql: rereadings),
            Migration(
                name: "requests reserved ahead",
                sql: "ALTER TABLE paceline_budget ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0"),
            Migration(name: "what a re-reading goes by", sql: rereadingTerms),
            Migration(name: "several processes on one database", sql: leases),
            Migration(
                name: "what a re-reading has met below its bound",
                // What one that is under way has met is not known, so its listing must prove nothing.
                sql: """
                    ALTER TABLE paceline_sync ADD COLUMN rereading_met TEXT;
                    UPDATE paceline_sync SET rereading_is_sound = false WHERE rereading_is_sound
                    """),
        ]
    }

    /// Waits for another process that migrates, but hardly for anybody else.
    ///
    /// The original holds its transactions open for minutes, and whoever reads a table queues behind a change of the table that waits
    /// for one of them: a migration that waited long would stop the original.
    private static let opening = """
        SELECT pg_advisory_xact_lock(\(AdvisoryLock.migrations.rawValue)); SET LOCAL lock_timeout = '2s'
        """

    /// Applies what is missing, in one transaction.
    ///
    /// A current database is only read, so that a start does not wait for another process's write.
    static func run(on connection: PostgresConnection) async throws(PostgresFailure) {
        try await checkEncoding(connection)
        guard try await currentVersion(connection) < all.count else { return }
        try await connection.transaction(opening) { () throws(PostgresFailure) in
            try await connection.execute(
                """
                CREATE TABLE IF NOT EXISTS paceline_migrations (
                    version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TIMESTAMPTZ NOT NULL DEFAULT now())
                """)
            // Asked again under the lock: another process may have done the work while this one waited.
            let current = try await currentVersion(connection)
            for (index, migration) in all.enumerated() where index >= current {
                try await connection.execute(migration.sql)
                try await connection.run(
                    "INSERT INTO paceline_migrations (version, name) VALUES ($1::integer, $2)",
                    ["\(index + 1)", migration.name])
            }
        }
    }

    /// Another encoding refuses some names, and not before such a one is written.
    private static func checkEncoding(_ connection: PostgresConnection) async throws(PostgresFailure) {
        let encoding = try await connection.first("SHOW server_encoding") {
            (row: inout PostgresRow) throws(PostgresFailure) in try row.text() ?? ""
        }
        guard let encoding, encoding != "UTF8" else { return }
        throw PostgresFailure(
            .refused,
            "the database is in \(encoding) and has to be in UTF-8: make another one with CREATE DATABASE name ENCODING 'UTF8' "
                + "TEMPLATE template0, and move there what this one holds with pg_dump")
    }

    /// The newest version applied, 0 for a database that Paceline has not seen.
    ///
    /// - Throws: a newer version than this Paceline knows.
    private static func currentVersion(_ connection: PostgresConnection) async throws(PostgresFailure) -> Int {
        let isRecorded = try await connection.first("SELECT to_regclass('paceline_migrations') IS NOT NULL") {
            (row: inout PostgresRow) throws(PostgresFailure) in try row.bool() ?? false
        }
        guard isRecorded == true else { return 0 }
        let version =
            try await connection.first("SELECT COALESCE(MAX(version), 0) FROM paceline_migrations") {
                (row: inout PostgresRow) throws(PostgresFailure) in Int(try row.integer() ?? 0)
            } ?? 0
        guard version <= all.count else {
            throw PostgresFailure(
                .refused,
                "the database has version \(version) and this Paceline knows versions up to \(all.count): "
                    + "run the newer Paceline that wrote it")
        }
        return version
    }

    /// Column for column what the original's models declare, so that either program reads what the other wrote.
    ///
    /// `strava_stats` is the original's cache; Paceline derives every answer from the activities and leaves the table alone.
    private static let originalTables = """
        CREATE TABLE IF NOT EXISTS strava_auth (
            id INTEGER PRIMARY KEY, athlete_id BIGINT NOT NULL, access_token TEXT NOT NULL, refresh_token TEXT NOT NULL,
            expires_at BIGINT NOT NULL, updated_at TIMESTAMPTZ);
        CREATE TABLE IF NOT EXISTS strava_stats (
            id SERIAL PRIMARY KEY, stats_type VARCHAR(50) NOT NULL UNIQUE, data JSON NOT NULL, fetched_at TIMESTAMPTZ);
        CREATE TABLE IF NOT EXISTS strava_activities (
            id BIGINT PRIMARY KEY, name TEXT, type TEXT, distance DOUBLE PRECISION, moving_time INTEGER,
            elapsed_time INTEGER, total_elevation_gain DOUBLE PRECISION, start_date TIMESTAMPTZ,
            start_date_local TIMESTAMP, timezone TEXT, average_speed DOUBLE PRECISION, max_speed DOUBLE PRECISION,
            average_heartrate DOUBLE PRECISION, max_heartrate DOUBLE PRECISION, kudos_count INTEGER,
            fetched_at TIMESTAMPTZ)
        """

    /// An adopted table may be older than some columns, says `varchar(255)` where Strava sends more, counts seconds until 2038, and may insist on values that Strava
    /// leaves out or that Paceline does not know of.
    ///
    /// What is done takes nothing from the original: its values still fit, and are still there. PostgreSQL changes no type under a view;
    /// which one stands in the way is said, since nobody but its author can make it again.
    private static let widening = """
        DO $$
        DECLARE found record;
        BEGIN
            ALTER TABLE strava_auth ADD COLUMN IF NOT EXISTS updated_at TIMESTAMPTZ;
            ALTER TABLE strava_activities
                ADD COLUMN IF NOT EXISTS timezone TEXT, ADD COLUMN IF NOT EXISTS start_date_local TIMESTAMP,
                ADD COLUMN IF NOT EXISTS average_speed DOUBLE PRECISION,
                ADD COLUMN IF NOT EXISTS max_speed DOUBLE PRECISION,
                ADD COLUMN IF NOT EXISTS average_heartrate DOUBLE PRECISION,
                ADD COLUMN IF NOT EXISTS max_heartrate DOUBLE PRECISION,
                ADD COLUMN IF NOT EXISTS kudos_count INTEGER, ADD COLUMN IF NOT EXISTS fetched_at TIMESTAMPTZ;
            FOR found IN
                SELECT attrelid, attnum, attrelid::regclass AS name, attname,
                    CASE WHEN atttypid = 'varchar'::regtype THEN 'text' ELSE 'bigint' END AS wanted
                FROM pg_attribute
                WHERE attrelid IN ('strava_auth'::regclass, 'strava_activities'::regclass)
                    AND attnum > 0 AND NOT attisdropped AND (
                        atttypid = 'varchar'::regtype AND atttypmod >= 0
                        OR attrelid = 'strava_auth'::regclass AND attname = 'expires_at' AND atttypid = 'integer'::regtype)
            LOOP
                BEGIN
                    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE %s', found.name, found.attname, found.wanted);
                EXCEPTION WHEN feature_not_supported THEN
                    RAISE EXCEPTION '% (column % of %, read by %)', SQLERRM, found.attname, found.name, COALESCE((
                        SELECT string_agg(DISTINCT ev_class::regclass::text, ', ')
                        FROM pg_depend JOIN pg_rewrite ON pg_rewrite.oid = objid
                        WHERE classid = 'pg_rewrite'::regclass AND refclassid = 'pg_class'::regclass
                            AND refobjid = found.attrelid AND refobjsubid = found.attnum), 'something else')
                        USING ERRCODE = 'feature_not_supported';
                END;
            END LOOP;
            FOR found IN
                SELECT attrelid::regclass AS name, attname FROM pg_attribute
                WHERE attnum > 0 AND NOT attisdropped AND attnotnull AND (
                    attrelid = 'strava_activities'::regclass AND attname <> 'id'
                    OR attrelid = 'strava_auth'::regclass AND NOT atthasdef AND attidentity = '' AND attname NOT IN
                        ('id', 'athlete_id', 'access_token', 'refresh_token', 'expires_at', 'updated_at'))
            LOOP
                EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', found.name, found.attname);
            END LOOP;
        END $$
        """

    /// Paceline's own.
    ///
    /// Adopted rows count as a sync that ended when the original last wrote, and that was not complete: they are served from the
    /// start, with their age, and the first sync reads the whole history.
    private static let ownColumnsAndTables = """
        ALTER TABLE strava_activities ADD COLUMN IF NOT EXISTS sport_type TEXT;
        ALTER TABLE strava_activities ADD COLUMN IF NOT EXISTS visibility TEXT;
        CREATE INDEX paceline_activities_newest ON strava_activities (start_date, id);
        CREATE TABLE paceline_sync (
            id INTEGER PRIMARY KEY CHECK (id = 1), athlete_id BIGINT, cursor_before_ms BIGINT, cursor_page INTEGER,
            is_complete BOOLEAN NOT NULL, last_success_at_ms BIGINT);
        CREATE TABLE paceline_budget (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            overall_quarter_start_ms BIGINT NOT NULL, overall_quarter_used INTEGER NOT NULL,
            overall_quarter_limit INTEGER NOT NULL,
            overall_day_start_ms BIGINT NOT NULL, overall_day_used INTEGER NOT NULL, overall_day_limit INTEGER NOT NULL,
            read_quarter_start_ms BIGINT NOT NULL, read_quarter_used INTEGER NOT NULL,
            read_quarter_limit INTEGER NOT NULL,
            read_day_start_ms BIGINT NOT NULL, read_day_used INTEGER NOT NULL, read_day_limit INTEGER NOT NULL);
        CREATE TABLE paceline_rejected (
            id BIGINT UNIQUE, reason TEXT NOT NULL, json TEXT NOT NULL, fetched_at TIMESTAMPTZ NOT NULL);
        INSERT INTO paceline_sync (id, athlete_id, is_complete, last_success_at_ms)
            SELECT 1, (SELECT athlete_id FROM strava_auth WHERE id = 1), false,
                (EXTRACT(EPOCH FROM COALESCE(MAX(fetched_at), MAX(start_date))) * 1000)::bigint
            FROM strava_activities HAVING COUNT(*) > 0
        """

    private static let rereadingTerms = """
        ALTER TABLE paceline_sync
            ADD COLUMN rereading_scope TEXT, ADD COLUMN rereading_accepts_deletions BOOLEAN
        """

    private static let leases = """
        ALTER TABLE paceline_sync ADD COLUMN newest_at_ms BIGINT;
        CREATE TABLE paceline_leases (
            name TEXT PRIMARY KEY, holder TEXT, held_until_ms BIGINT, claimant TEXT, claimed_until_ms BIGINT,
            rest_up_to INTEGER, rest_until_ms BIGINT, rest_code TEXT, rest_message TEXT, rest_failures BIGINT)
        """

    private static let rereadings = """
        ALTER TABLE strava_auth ADD COLUMN IF NOT EXISTS paceline_scope TEXT;
        ALTER TABLE paceline_sync
            ADD COLUMN scope TEXT, ADD COLUMN member_since_ms BIGINT, ADD COLUMN validated_at_ms BIGINT,
            ADD COLUMN held_count BIGINT, ADD COLUMN held_at_ms BIGINT, ADD COLUMN rereading_started_at_ms BIGINT,
            ADD COLUMN rereading_before_ms BIGINT, ADD COLUMN rereading_page INTEGER,
            ADD COLUMN rereading_pages INTEGER, ADD COLUMN rereading_spacing_ms BIGINT,
            ADD COLUMN rereading_is_sound BOOLEAN, ADD COLUMN rereading_missing TEXT;
        CREATE TABLE paceline_tombstones (
            deleted_at_ms BIGINT NOT NULL, LIKE strava_activities, PRIMARY KEY (id));
        CREATE INDEX paceline_tombstones_oldest ON paceline_tombstones (deleted_at_ms);
        """
}
