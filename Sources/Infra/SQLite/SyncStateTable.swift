import Actors

/// The one row of `paceline_sync`.
enum SyncStateTable {
    static func load(_ connection: SQLiteConnection) throws(StoreFailure) -> SyncState {
        try connection.statement(
            """
            SELECT athlete_id, cursor_before_ms, cursor_page, is_complete, last_success_at_ms
            FROM paceline_sync WHERE id = 1
            """
        ).first { (row: inout SQLiteRow) throws(StoreFailure) in
            let athleteID = row.integer()
            let before = row.integer()
            let page = Int(row.integer() ?? 1)
            return SyncState(
                athleteID: athleteID,
                cursor: before.map { BackfillCursor(before: UTCInstant(milliseconds: $0), page: page) },
                isComplete: row.integer() == 1,
                lastSuccessAt: row.integer().map { UTCInstant(milliseconds: $0) })
        } ?? SyncState()
    }

    static func save(_ state: SyncState, _ connection: SQLiteConnection) throws(StoreFailure) {
        try connection.statement(
            """
            INSERT INTO paceline_sync
                (id, athlete_id, cursor_before_ms, cursor_page, is_complete, last_success_at_ms)
            VALUES (1, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET
                athlete_id = excluded.athlete_id, cursor_before_ms = excluded.cursor_before_ms,
                cursor_page = excluded.cursor_page, is_complete = excluded.is_complete,
                last_success_at_ms = excluded.last_success_at_ms
            """
        ).run { row in
            row.bind(state.athleteID)
            row.bind(state.cursor?.before.milliseconds)
            row.bind((state.cursor?.page).map(Int64.init))
            row.bind(state.isComplete ? 1 : 0)
            row.bind(state.lastSuccessAt?.milliseconds)
        }
    }
}
