import Actors

/// Rows of `paceline_tombstones`: deleted activities, each as it was stored, until they are erased.
///
/// A table of its own, so that no reader of `strava_activities` sees them, the original program included.
enum TombstoneTable {
    private static let columns = "\(ActivityTable.columns), fetched_at"

    /// A row without a start is no activity, here as in ``ActivityTable/load(_:)``.
    static func load(_ connection: SQLiteConnection) throws(StoreFailure) -> [Tombstone] {
        var tombstones: [Tombstone] = []
        let select = try connection.statement(
            "SELECT \(ActivityTable.columns), deleted_at_ms FROM paceline_tombstones WHERE start_date IS NOT NULL")
        try select.forEachRow { (row: inout SQLiteRow) throws(StoreFailure) in
            let activity = try ActivityTable.activity(&row, in: "paceline_tombstones")
            let deletedAt = UTCInstant(milliseconds: row.integer() ?? 0)
            tombstones.append(Tombstone(activity: activity, deletedAt: deletedAt))
        }
        return tombstones
    }

    /// Takes rows out of `strava_activities`; ids that are not stored there change nothing.
    static func bury(_ ids: [Int64], at instant: UTCInstant, _ connection: SQLiteConnection) throws(StoreFailure) {
        guard !ids.isEmpty else { return }
        let copy = try connection.statement(
            """
            INSERT OR REPLACE INTO paceline_tombstones (deleted_at_ms, \(columns))
            SELECT ?, \(columns) FROM strava_activities WHERE id = ?
            """)
        let delete = try connection.statement("DELETE FROM strava_activities WHERE id = ?")
        for id in ids {
            try copy.run { row in
                row.bind(instant.milliseconds)
                row.bind(id)
            }
            try delete.run { row in row.bind(id) }
        }
    }

    /// Forgets the tombstones of activities that are stored again.
    static func restore(_ ids: [Int64], _ connection: SQLiteConnection) throws(StoreFailure) {
        let isAny = try connection.statement("SELECT 1 FROM paceline_tombstones LIMIT 1")
            .first { (row: inout SQLiteRow) throws(StoreFailure) in row.integer() }
        // Nearly always: a page of a first sync should not pay for what is not there.
        guard isAny != nil else { return }
        let forget = try connection.statement("DELETE FROM paceline_tombstones WHERE id = ?")
        for id in ids {
            try forget.run { row in row.bind(id) }
        }
    }

    /// - Returns: how many rows were erased.
    static func erase(deletedBefore instant: UTCInstant, _ connection: SQLiteConnection) throws(StoreFailure) -> Int {
        var count = 0
        try connection.statement("DELETE FROM paceline_tombstones WHERE deleted_at_ms < ? RETURNING id").forEachRow {
            row in
            row.bind(instant.milliseconds)
        } _: { (_: inout SQLiteRow) throws(StoreFailure) in
            count += 1
        }
        return count
    }
}
