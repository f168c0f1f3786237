import Actors

/// The one row of `strava_auth`.
enum PostgresAuthorization {
    static func load(_ connection: PostgresConnection) async throws(PostgresFailure) -> StoredAuthorization? {
        try await connection.first(
            "SELECT athlete_id, access_token, refresh_token, expires_at, paceline_scope FROM strava_auth WHERE id = 1"
        ) { (row: inout PostgresRow) throws(PostgresFailure) in
            StoredAuthorization(
                athleteID: try row.integer() ?? 0, accessToken: try row.text() ?? "",
                refreshToken: try row.text() ?? "", expiresAt: UTCInstant(seconds: try row.integer() ?? 0),
                scope: try row.text())
        }
    }

    static func save(
        _ authorization: StoredAuthorization, _ connection: PostgresConnection
    ) async throws(PostgresFailure) {
        try await connection.run(
            """
            INSERT INTO strava_auth (id, athlete_id, access_token, refresh_token, expires_at, paceline_scope, updated_at)
            VALUES (1, $1::bigint, $2, $3, $4::bigint, $5, now())
            ON CONFLICT (id) DO UPDATE SET
                athlete_id = excluded.athlete_id, access_token = excluded.access_token,
                refresh_token = excluded.refresh_token, expires_at = excluded.expires_at,
                paceline_scope = excluded.paceline_scope, updated_at = excluded.updated_at
            """,
            values(authorization))
    }

    static func save(
        _ authorization: StoredAuthorization, replacing expected: StoredAuthorization, _ connection: PostgresConnection
    ) async throws(PostgresFailure) -> Bool {
        let replaced = try await connection.first(
            """
            UPDATE strava_auth SET
                athlete_id = $1::bigint, access_token = $2, refresh_token = $3, expires_at = $4::bigint,
                paceline_scope = $5, updated_at = now()
            WHERE id = 1 AND athlete_id = $6::bigint AND access_token = $7 AND refresh_token = $8
                AND expires_at = $9::bigint AND paceline_scope IS NOT DISTINCT FROM $10
            RETURNING true
            """, values(authorization) + values(expected)
        ) { (row: inout PostgresRow) throws(PostgresFailure) in try row.bool() ?? false }
        return replaced == true
    }

    private static func values(_ authorization: StoredAuthorization) -> [String?] {
        [
            "\(authorization.athleteID)", authorization.accessToken, authorization.refreshToken,
            "\(authorization.expiresAt.seconds)", authorization.scope,
        ]
    }
}
