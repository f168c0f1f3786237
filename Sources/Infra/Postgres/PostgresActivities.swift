import Actors

/// Rows of `strava_activities`.
enum PostgresActivities {
    /// Newest first.
    ///
    /// A row without a start has no place in any list. Only the original can have written one, and the first sync, which reads
    /// the whole history, overwrites it.
    static func load(_ connection: PostgresConnection) async throws(PostgresFailure) -> [Activity] {
        try await connection.rows(
            """
            SELECT \(names.joined(separator: ", ")) FROM strava_activities WHERE start_date IS NOT NULL
            ORDER BY start_date DESC, id DESC
            """
        ) { (row: inout PostgresRow) throws(PostgresFailure) in try activity(&row, in: "strava_activities") }
    }

    /// One statement, whatever the number of rows: a column of values is one parameter.
    static func save(
        _ activities: [Activity], fetchedAt: UTCInstant, _ connection: PostgresConnection
    ) async throws(PostgresFailure) {
        guard !activities.isEmpty else { return }
        // One statement cannot write a row twice: of an id that comes twice, the last counts.
        var latest: [Int64: Activity] = [:]
        for activity in activities { latest[activity.id] = activity }
        let rows = latest.values.sorted { $0.id < $1.id }
        try await connection.run(upsert, columns.map { PostgresText.array(rows.map($0.value)) } + [text(fetchedAt)])
    }

    // MARK: Writing

    private struct Column: Sendable {
        var name: String
        var type: String
        var value: @Sendable (Activity) -> String?
    }

    private static let columns = [
        Column(name: "id", type: "bigint") { "\($0.id)" },
        Column(name: "name", type: "text") { $0.name },
        Column(name: "type", type: "text") { $0.type },
        Column(name: "sport_type", type: "text") { $0.sportType },
        Column(name: "distance", type: "float8") { "\($0.distance)" },
        Column(name: "moving_time", type: "bigint") { "\($0.movingTime)" },
        Column(name: "elapsed_time", type: "bigint") { "\($0.elapsedTime)" },
        Column(name: "total_elevation_gain", type: "float8") { "\($0.totalElevationGain)" },
        Column(name: "start_date", type: "timestamptz") { text($0.startDate) },
        Column(name: "start_date_local", type: "timestamptz") {
            text(UTCInstant(seconds: $0.startDateLocal.seconds))
        },
        Column(name: "timezone", type: "text") { $0.timezone },
        Column(name: "average_speed", type: "float8") { $0.averageSpeed.map { "\($0)" } },
        Column(name: "max_speed", type: "float8") { $0.maxSpeed.map { "\($0)" } },
        Column(name: "average_heartrate", type: "float8") { $0.averageHeartrate.map { "\($0)" } },
        Column(name: "max_heartrate", type: "float8") { $0.maxHeartrate.map { "\($0)" } },
        Column(name: "kudos_count", type: "bigint") { "\($0.kudosCount)" },
        Column(name: "visibility", type: "text") { $0.visibility },
    ]

    /// The columns, in the order in which ``activity(_:in:)`` reads them.
    static let names = columns.map(\.name)

    private static let upsert: String = {
        let arrays = columns.enumerated().map { "$\($0.offset + 1)::\($0.element.type)[]" }
        let changes = (names.dropFirst() + ["fetched_at"]).map { "\($0) = excluded.\($0)" }
        return """
            INSERT INTO strava_activities (\(names.joined(separator: ", ")), fetched_at)
            SELECT *, $\(columns.count + 1)::timestamptz FROM unnest(\(arrays.joined(separator: ", ")))
            ON CONFLICT (id) DO UPDATE SET \(changes.joined(separator: ", "))
            """
    }()

    private static func text(_ instant: UTCInstant) -> String { PostgresTime.text(instant) }

    // MARK: Reading

    /// Reads the columns called ``names``.
    ///
    /// The original allowed NULL nearly everywhere.
    ///
    /// - Parameter table: where a row that cannot be read is to be looked for.
    static func activity(_ row: inout PostgresRow, in table: String) throws(PostgresFailure) -> Activity {
        let id = try row.integer() ?? 0
        let name = try row.text() ?? ""
        let type = try row.text()
        // NULL in rows that the original wrote: it knew the legacy type only.
        let sportType = try row.text() ?? type ?? ""
        let distance = try row.double() ?? 0
        let movingTime = Int(try row.integer() ?? 0)
        let elapsedTime = Int(try row.integer() ?? 0)
        let totalElevationGain = try row.double() ?? 0
        guard let start = try row.milliseconds() else {
            throw PostgresFailure(
                .refused,
                "row \(id) of \(table) has no readable start_date: delete the row, then read the whole history "
                    + "again with POST /strava/refresh-data?full=true")
        }
        let startLocal = try row.milliseconds() ?? start
        // The original stores Python's word for nothing when Strava sends no zone.
        let timezone = try row.text().flatMap { $0 == "None" ? nil : $0 }
        return Activity(
            id: id, name: name, type: type ?? SportType.legacyType(of: sportType), sportType: sportType,
            distance: distance, movingTime: movingTime, elapsedTime: elapsedTime,
            totalElevationGain: totalElevationGain, startDate: UTCInstant(milliseconds: start),
            startDateLocal: LocalDateTime(seconds: UTCInstant(milliseconds: startLocal).seconds),
            timezone: timezone, averageSpeed: try row.double(), maxSpeed: try row.double(),
            averageHeartrate: try row.double(), maxHeartrate: try row.double(),
            kudosCount: Int(try row.integer() ?? 0), visibility: try row.text())
    }
}
