import Actors

/// Rows of `paceline_tombstones`: deleted activities, each as it was stored, until they are erased.
///
/// A table of its own, so that no reader of `strava_activities` sees them, the original program included.
enum PostgresTombstones {
    private static let columns = (PostgresActivities.names + ["fetched_at"]).joined(separator: ", ")

    private static let replacement = (PostgresActivities.names + ["fetched_at"]).map { "excluded.\($0)" }
        .joined(separator: ", ")

    /// A row without a start is no activity, here as in ``PostgresActivities/load(_:)``.
    static func load(_ connection: PostgresConnection) async throws(PostgresFailure) -> [Tombstone] {
        let names = PostgresActivities.names.joined(separator: ", ")
        return try await connection.rows(
            "SELECT \(names), deleted_at_ms FROM paceline_tombstones WHERE start_date IS NOT NULL"
        ) { (row: inout PostgresRow) throws(PostgresFailure) in
            let activity = try PostgresActivities.activity(&row, in: "paceline_tombstones")
            return Tombstone(activity: activity, deletedAt: UTCInstant(milliseconds: try row.integer() ?? 0))
        }
    }

    /// Takes rows out of `strava_activities`; ids that are not stored there change nothing.
    ///
    /// A row that has a tombstone already was written by the original, which knows of none: the tombstone becomes the newer row.
    static func bury(
        _ ids: [Int64], at instant: UTCInstant, _ connection: PostgresConnection
    ) async throws(PostgresFailure) {
        guard !ids.isEmpty else { return }
        try await connection.run(
            """
            WITH gone AS (DELETE FROM strava_activities WHERE id = ANY ($1::bigint[]) RETURNING \(columns))
            INSERT INTO paceline_tombstones (deleted_at_ms, \(columns)) SELECT $2::bigint, \(columns) FROM gone
            ON CONFLICT (id) DO UPDATE SET (deleted_at_ms, \(columns)) = (excluded.deleted_at_ms, \(replacement))
            """,
            [PostgresText.array(ids.map { "\($0)" }), "\(instant.milliseconds)"])
    }

    /// Forgets the tombstones of activities that are stored again.
    static func restore(_ ids: [Int64], _ connection: PostgresConnection) async throws(PostgresFailure) {
        guard !ids.isEmpty else { return }
        try await connection.run(
            "DELETE FROM paceline_tombstones WHERE id = ANY ($1::bigint[])",
            [PostgresText.array(ids.map { "\($0)" })])
    }

    /// - Returns: how many rows were erased.
    static func erase(
        deletedBefore instant: UTCInstant, _ connection: PostgresConnection
    ) async throws(PostgresFailure) -> Int {
        let count = try await connection.first(
            """
            WITH erased AS (DELETE FROM paceline_tombstones WHERE deleted_at_ms < $1::bigint RETURNING id)
            SELECT COUNT(*) FROM erased
            """, ["\(instant.milliseconds)"]
        ) { (row: inout PostgresRow) throws(PostgresFailure) in try row.integer() ?? 0 }
        return Int(count ?? 0)
    }
}
