import Actors

/// Rows of `strava_activities`.
enum ActivityTable {
    /// In the order in which ``activity(_:in:)`` reads them.
    static let columns = """
        id, name, type, sport_type, distance, moving_time, elapsed_time, total_elevation_gain, start_date,
        start_date_local, timezone, average_speed, max_speed, average_heartrate, max_heartrate, kudos_count, visibility
        """

    /// Newest first; the index on (start_date, id) spares the sort.
    ///
    /// A row without a start has no place in any list. Only the original can have written one, and the first sync, which reads
    /// the whole history, overwrites it.
    static func load(_ connection: SQLiteConnection) throws(StoreFailure) -> [Activity] {
        var activities: [Activity] = []
        let select = try connection.statement(
            """
            SELECT \(columns) FROM strava_activities WHERE start_date IS NOT NULL ORDER BY start_date DESC, id DESC
            """)
        try select.forEachRow { (row: inout SQLiteRow) throws(StoreFailure) in activities.append(try activity(&row)) }
        return activities
    }

    static func save(_ activities: [Activity], fetchedAt: UTCInstant, _ connection: SQLiteConnection)
        throws(StoreFailure)
    {
        guard !activities.isEmpty else { return }
        let fetchedAt = SQLiteDateTime.text(fetchedAt)
        let upsert = try connection.statement(upsertSQL)
        for activity in activities {
            try upsert.run { row in bind(activity, fetchedAt: fetchedAt, &row) }
        }
    }

    private static let upsertSQL = """
        INSERT INTO strava_activities (
            id, name, type, sport_type, distance, moving_time, elapsed_time, total_elevation_gain, start_date,
            start_date_local, timezone, average_speed, max_speed, average_heartrate, max_heartrate, kudos_count,
            visibility, fetched_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET
            name = excluded.name, type = excluded.type, sport_type = excluded.sport_type, distance = excluded.distance,
            moving_time = excluded.moving_time, elapsed_time = excluded.elapsed_time,
            total_elevation_gain = excluded.total_elevation_gain, start_date = excluded.start_date,
            start_date_local = excluded.start_date_local, timezone = excluded.timezone,
            average_speed = excluded.average_speed, max_speed = excluded.max_speed,
            average_heartrate = excluded.average_heartrate, max_heartrate = excluded.max_heartrate,
            kudos_count = excluded.kudos_count, visibility = excluded.visibility, fetched_at = excluded.fetched_at
        """

    private static func bind(_ activity: Activity, fetchedAt: String, _ row: inout SQLiteBinder) {
        row.bind(activity.id)
        row.bind(activity.name)
        row.bind(activity.type)
        row.bind(activity.sportType)
        row.bind(activity.distance)
        row.bind(activity.movingTime)
        row.bind(activity.elapsedTime)
        row.bind(activity.totalElevationGain)
        row.bind(SQLiteDateTime.text(activity.startDate))
        row.bind(SQLiteDateTime.text(activity.startDateLocal))
        row.bind(activity.timezone)
        row.bind(activity.averageSpeed)
        row.bind(activity.maxSpeed)
        row.bind(activity.averageHeartrate)
        row.bind(activity.maxHeartrate)
        row.bind(activity.kudosCount)
        row.bind(activity.visibility)
        row.bind(fetchedAt)
    }

    /// Reads ``columns``.
    ///
    /// The original allowed NULL nearly everywhere.
    ///
    /// - Parameter table: where a row that cannot be read is to be looked for.
    static func activity(
        _ row: inout SQLiteRow, in table: String = "strava_activities"
    ) throws(StoreFailure) -> Activity {
        let id = row.integer() ?? 0
        let name = row.text() ?? ""
        let type = row.text()
        // NULL in rows that the original wrote: it knew the legacy type only.
        let sportType = row.text() ?? type ?? ""
        let distance = row.double() ?? 0
        let movingTime = Int(row.integer() ?? 0)
        let elapsedTime = Int(row.integer() ?? 0)
        let totalElevationGain = row.double() ?? 0
        guard let start = row.utf8({ SQLiteDateTime.milliseconds($0.span) }) else {
            throw StoreFailure(
                .corrupt,
                "row \(id) of \(table) has no readable start_date; delete the row, then read the whole history "
                    + "again with POST /strava/refresh-data?full=true")
        }
        let startLocal = row.utf8 { SQLiteDateTime.milliseconds($0.span) } ?? start
        return Activity(
            id: id, name: name, type: type ?? SportType.legacyType(of: sportType), sportType: sportType,
            distance: distance, movingTime: movingTime, elapsedTime: elapsedTime,
            totalElevationGain: totalElevationGain, startDate: UTCInstant(milliseconds: start),
            startDateLocal: LocalDateTime(seconds: UTCInstant(milliseconds: startLocal).seconds),
            timezone: row.text(), averageSpeed: row.double(), maxSpeed: row.double(), averageHeartrate: row.double(),
            maxHeartrate: row.double(), kudosCount: Int(row.integer() ?? 0), visibility: row.text())
    }
}
