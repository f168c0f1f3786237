import Actors

/// Rows of `paceline_rejected`: one per id, and one per text for items without an id.
enum RejectedTable {
    static func load(_ connection: SQLiteConnection) throws(StoreFailure) -> [RejectedActivity] {
        var items: [RejectedActivity] = []
        try connection.statement("SELECT id, reason, json FROM paceline_rejected ORDER BY rowid")
            .forEachRow { (row: inout SQLiteRow) throws(StoreFailure) in
                items.append(
                    RejectedActivity(id: row.integer(), reason: row.text() ?? "", json: row.text() ?? ""))
            }
        return items
    }

    static func save(_ items: [RejectedActivity], fetchedAt: UTCInstant, _ connection: SQLiteConnection)
        throws(StoreFailure)
    {
        for item in items {
            let target = item.id == nil ? "(json) WHERE id IS NULL" : "(id)"
            try connection.statement(
                """
                INSERT INTO paceline_rejected (id, reason, json, fetched_at) VALUES (?, ?, ?, ?)
                ON CONFLICT \(target) DO UPDATE SET
                    reason = excluded.reason, json = excluded.json, fetched_at = excluded.fetched_at
                """
            ).run { row in
                row.bind(item.id)
                row.bind(item.reason)
                row.bind(item.json)
                row.bind(SQLiteDateTime.text(fetchedAt))
            }
        }
    }
}
