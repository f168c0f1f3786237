import Sandbox
import TestSupport
import Testing

/// Moving in from the original: its database, with rows and tokens, and its keys.
@Suite(.serialized, .timeLimit(.minutes(15))) struct AdoptionTests {
    /// The tables as the original makes them, with the tokens of a connected athlete and two old activities.
    private func makeOriginal(
        _ database: PostgresServer, _ name: String, _ stage: Stage, tokens: (access: String?, refresh: String?),
        expiresAt: String?
    ) async throws {
        // Two of the athlete's own, as they were before they got new names.
        let rows = await stage.sandbox.activities().sorted { $0.start > $1.start }.suffix(2).map { $0 }
        try await database.execute(
            """
            CREATE TABLE strava_auth (id INTEGER PRIMARY KEY, athlete_id BIGINT NOT NULL,
                access_token VARCHAR(255) NOT NULL, refresh_token VARCHAR(255) NOT NULL, expires_at INTEGER NOT NULL,
                updated_at TIMESTAMP WITHOUT TIME ZONE);
            CREATE TABLE strava_stats (id SERIAL PRIMARY KEY, stats_type VARCHAR(50) NOT NULL UNIQUE, data JSON NOT NULL,
                fetched_at TIMESTAMP WITHOUT TIME ZONE);
            CREATE TABLE strava_activities (id BIGINT PRIMARY KEY, name VARCHAR(255), type VARCHAR(50), distance FLOAT,
                moving_time INTEGER, elapsed_time INTEGER, total_elevation_gain FLOAT,
                start_date TIMESTAMP WITHOUT TIME ZONE, start_date_local TIMESTAMP WITHOUT TIME ZONE,
                timezone VARCHAR(100), average_speed FLOAT, max_speed FLOAT, average_heartrate FLOAT,
                max_heartrate FLOAT, kudos_count INTEGER, fetched_at TIMESTAMP WITHOUT TIME ZONE);
            INSERT INTO strava_auth VALUES (1, \(SandboxAthlete.standardID), '\(tokens.access ?? "")',
                '\(tokens.refresh ?? "")', \(expiresAt ?? "0"), now());
            INSERT INTO strava_activities (id, name, type, distance, moving_time, start_date, start_date_local, fetched_at)
            VALUES (\(Self.row(rows[0])), '2025-12-26 00:00'), (\(Self.row(rows[1])), '2025-12-26 00:00')
            """, database: name)
    }

    private static func row(_ activity: SandboxActivity) -> String {
        """
        \(activity.id), 'Adopted', 'Run', 10000, 3000, to_timestamp(\(activity.start)) AT TIME ZONE 'UTC',
        to_timestamp(\(activity.startLocal)) AT TIME ZONE 'UTC'
        """
    }

    /// Connects an athlete on another database, for tokens that the sandbox accepts and that are encrypted with the stage's key.
    private func connectedTokens(
        _ stage: Stage, _ database: PostgresServer
    ) async throws -> (tokens: (access: String?, refresh: String?), expiresAt: String?) {
        try await database.withDatabase { name in
            let server = try await stage.serveMirror(["DATABASE_URL": database.url(database: name)])
            #expect(await server.stop() == .exited(0))
            let row = try await database.column(
                """
                SELECT unnest(ARRAY[access_token, refresh_token, expires_at::text]) FROM strava_auth
                """, database: name)
            try #require(row.count == 3)
            return ((row[0], row[1]), row[2])
        }
    }

    @Test func itServesTheOriginalsRowsAtOnceAndGoesOnWithItsTokens() async throws {
        let database = try await PostgresServer.shared()
        try await withStage(activities: 300) { stage in
            let (tokens, expiresAt) = try await connectedTokens(stage, database)
            try await database.withDatabase { name in
                try await makeOriginal(database, name, stage, tokens: tokens, expiresAt: expiresAt)
                let url = ["DATABASE_URL": database.url(database: name)] as [String: String?]
                let offline = try await stage.serve(Stage.withoutStrava.merging(url) { $1 })
                let status = try await offline.status()
                #expect(status.athlete_connected)
                #expect(!status.complete)
                #expect(try await offline.allActivities().map(\.name) == ["Adopted", "Adopted"])
                let totals = try await offline.get("/strava/stats/totals")
                #expect(totals.status == 200)
                #expect(totals.text.contains(#""fetched_at":"2025-12-26T00:00:00+00:00""#))
                #expect(try await offline.get("/readyz").status == 200)
                #expect(await offline.stop() == .exited(0))

                await stage.sandbox.clearLog()
                let server = try await stage.serve(url)
                try await server.untilComplete()
                #expect(await stage.sandbox.requests(to: .authorize).isEmpty, "nobody had to connect again")
                #expect(try await server.allActivities() == (try Truth(await stage.sandbox.activities()).activities))
                #expect(await server.stop() == .exited(0))
            }
        }
    }

    @Test func aWrongKeyIsToldAndChangesNothing() async throws {
        let database = try await PostgresServer.shared()
        try await withStage(activities: 30) { stage in
            let (tokens, expiresAt) = try await connectedTokens(stage, database)
            try await database.withDatabase { name in
                try await makeOriginal(database, name, stage, tokens: tokens, expiresAt: expiresAt)
                await stage.sandbox.clearLog()
                let server = try await stage.serve([
                    "DATABASE_URL": database.url(database: name),
                    "ENCRYPTION_KEY": "another-key-0123456789-0123456789-ab",
                ])
                #expect(server.transcript.text.contains("ENCRYPTION_KEY does not fit the stored tokens"))
                let status = try await server.status()
                #expect(status.athlete_connected)
                #expect(status.last_error?.code == "wrong_key")
                #expect(try await server.allActivities().count == 2)
                _ = try await server.refresh()
                #expect(await stage.sandbox.requests.isEmpty, "nothing was sent")
                #expect(await server.stop() == .exited(0))
                let stored = try await database.column("SELECT access_token FROM strava_auth", database: name)
                #expect(stored == [tokens.access], "nothing was overwritten")
            }
        }
    }

    @Test func tokensOfVeryOldRowsAreEncryptedAtTheStart() async throws {
        let database = try await PostgresServer.shared()
        try await withStage(activities: 30) { stage in
            try await database.withDatabase { name in
                let plain = String(repeating: "0a1b2c3d", count: 5)
                try await makeOriginal(database, name, stage, tokens: (plain, plain), expiresAt: "2000000000")
                let server = try await stage.serve(
                    Stage.withoutStrava.merging(["DATABASE_URL": database.url(database: name)]) { $1 })
                #expect(try await server.status().athlete_connected)
                let stored = try await database.column(
                    "SELECT unnest(ARRAY[access_token, refresh_token]) FROM strava_auth", database: name)
                #expect(stored.count == 2)
                #expect(stored.allSatisfy { $0?.hasPrefix("gAAAA") == true })
                #expect(!server.transcript.text.contains(plain))
            }
        }
    }
}
