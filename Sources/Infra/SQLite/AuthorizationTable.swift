import Actors

/// The one row of `strava_auth`.
enum AuthorizationTable {
    static func load(_ connection: SQLiteConnection) throws(StoreFailure) -> StoredAuthorization? {
        try connection.statement(
            "SELECT athlete_id, access_token, refresh_token, expires_at, paceline_scope FROM strava_auth WHERE id = 1"
        ).first { (row: inout SQLiteRow) throws(StoreFailure) in
            StoredAuthorization(
                athleteID: row.integer() ?? 0, accessToken: row.text() ?? "", refreshToken: row.text() ?? "",
                expiresAt: UTCInstant(seconds: row.integer() ?? 0), scope: row.text())
        }
    }

    static func save(_ authorization: StoredAuthorization, _ connection: SQLiteConnection) throws(StoreFailure) {
        try connection.statement(
            """
            INSERT INTO strava_auth (id, athlete_id, access_token, refresh_token, expires_at, paceline_scope, updated_at)
            VALUES (1, ?, ?, ?, ?, ?, strftime('%Y-%m-%d %H:%M:%f000', 'now'))
            ON CONFLICT (id) DO UPDATE SET
                athlete_id = excluded.athlete_id, access_token = excluded.access_token,
                refresh_token = excluded.refresh_token, expires_at = excluded.expires_at,
                paceline_scope = excluded.paceline_scope,
                updated_at = excluded.updated_at
            """
        ).run { row in
            row.bind(authorization.athleteID)
            row.bind(authorization.accessToken)
            row.bind(authorization.refreshToken)
            row.bind(authorization.expiresAt.seconds)
            row.bind(authorization.scope)
        }
    }
}
