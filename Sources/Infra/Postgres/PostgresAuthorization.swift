import Actors

/// The one row of `strava_auth`.
enum PostgresAuthorization {
    static func load(_ connection: PostgresConnection) async throws(PostgresFailure) -> StoredAuthorization? {
        try await connection.first(
            "SELECT athlete_id, access_token, refresh_token, expires_at FROM strava_auth WHERE id = 1"
        ) { (row: inout PostgresRow) throws(PostgresFailure) in
            StoredAuthorization(
                athleteID: try row.integer() ?? 0, accessToken: try row.text() ?? "",
                refreshToken: try row.text() ?? "", expiresAt: UTCInstant(seconds: try row.integer() ?? 0))
        }
    }

    static func save(
        _ authorization: StoredAuthorization, _ connection: PostgresConnection
    ) async throws(PostgresFailure) {
        try await connection.run(
            """
            INSERT INTO strava_auth (id, athlete_id, access_token, refresh_token, expires_at, updated_at)
            VALUES (1, $1::bigint, $2, $3, $4::bigint, now())
            ON CONFLICT (id) DO UPDATE SET
                athlete_id = excluded.athlete_id, access_token = excluded.access_token,
                refresh_token = excluded.refresh_token, expires_at = excluded.expires_at,
                updated_at = excluded.updated_at
            """,
            values(authorization))
    }

    static func save(
        _ authorization: StoredAuthorization, replacing expected: StoredAuthorization, _ connection: PostgresConnection
    ) async throws(PostgresFailure) -> Bool {
        let replaced = try await connection.first(
            """
            UPDATE strava_auth SET
                athlete_id = $1::bigint, access_token = $2, refresh_token = $3, expires_at = $4::bigint, updated_at = now()
            WHERE id = 1 AND athlete_id = $5::bigint AND access_token = $6 AND refresh_token = $7
                AND expires_at = $8::bigint
            RETURNING true
            """, values(authorization) + values(expected)
        ) { (row: inout PostgresRow) throws(PostgresFailure) in try row.bool() ?? false }
        return replaced == true
    }

    private static func values(_ authorization: StoredAuthorization) -> [String?] {
        [
            "\(authorization.athleteID)", authorization.accessToken, authorization.refreshToken,
            "\(authorization.expiresAt.seconds)",
        ]
    }
}
