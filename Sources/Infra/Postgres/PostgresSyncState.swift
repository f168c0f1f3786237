import Actors

/// The one row of `paceline_sync`.
enum PostgresSyncState {
    static func load(_ connection: PostgresConnection) async throws(PostgresFailure) -> SyncState {
        try await connection.first(
            """
            SELECT athlete_id, cursor_before_ms, cursor_page, is_complete, last_success_at_ms
            FROM paceline_sync WHERE id = 1
            """
        ) { (row: inout PostgresRow) throws(PostgresFailure) in
            let athleteID = try row.integer()
            let before = try row.integer()
            let page = Int(try row.integer() ?? 1)
            return SyncState(
                athleteID: athleteID,
                cursor: before.map { BackfillCursor(before: UTCInstant(milliseconds: $0), page: page) },
                isComplete: try row.bool() ?? false,
                lastSuccessAt: try row.integer().map { UTCInstant(milliseconds: $0) })
        } ?? SyncState()
    }

    static func save(_ state: SyncState, _ connection: PostgresConnection) async throws(PostgresFailure) {
        try await connection.run(
            """
            INSERT INTO paceline_sync (id, athlete_id, cursor_before_ms, cursor_page, is_complete, last_success_at_ms)
            VALUES (1, $1::bigint, $2::bigint, $3::integer, $4::boolean, $5::bigint)
            ON CONFLICT (id) DO UPDATE SET
                athlete_id = excluded.athlete_id, cursor_before_ms = excluded.cursor_before_ms,
                cursor_page = excluded.cursor_page, is_complete = excluded.is_complete,
                last_success_at_ms = excluded.last_success_at_ms
            """,
            [
                state.athleteID.map { "\($0)" }, (state.cursor?.before.milliseconds).map { "\($0)" },
                (state.cursor?.page).map { "\($0)" }, state.isComplete ? "true" : "false",
                (state.lastSuccessAt?.milliseconds).map { "\($0)" },
            ])
    }
}
