import Actors

/// Rows of `paceline_rejected`: one per id, and one per text for items without an id.
enum PostgresRejected {
    static func load(_ connection: PostgresConnection) async throws(PostgresFailure) -> [RejectedActivity] {
        try await connection.rows("SELECT id, reason, json FROM paceline_rejected") {
            (row: inout PostgresRow) throws(PostgresFailure) in
            RejectedActivity(id: try row.integer(), reason: try row.text() ?? "", json: try row.text() ?? "")
        }
    }

    static func save(
        _ items: [RejectedActivity], fetchedAt: UTCInstant, _ connection: PostgresConnection
    ) async throws(PostgresFailure) {
        for item in items {
            if item.id == nil {
                // No unique index can say so: an item may be larger than what an index holds. Batches go one after the other.
                try await connection.run(
                    "DELETE FROM paceline_rejected WHERE id IS NULL AND json = $1", [item.json])
            }
            try await connection.run(
                """
                INSERT INTO paceline_rejected (id, reason, json, fetched_at)
                VALUES ($1::bigint, $2, $3, $4::timestamptz)
                ON CONFLICT (id) DO UPDATE SET
                    reason = excluded.reason, json = excluded.json, fetched_at = excluded.fetched_at
                """, [item.id.map { "\($0)" }, item.reason, item.json, PostgresTime.text(fetchedAt)])
        }
    }
}
