import JSON

extension OpenAPI {
    /// Every shape, the envelopes first.
    static let schemas: [JSON.Member] = envelopes + activityShapes + statusShapes + smallShapes

    // MARK: Ways to say it in short

    /// A member of an object: its name, its schema, and whether it may be missing.
    static func property(
        _ name: String, _ type: JSON, _ description: String = "", format: String? = nil, example: JSON? = nil
    ) -> JSON.Member {
        var members = [JSON.Member("type", type)]
        if let format { members.append(.init("format", .string(format))) }
        if !description.isEmpty { members.append(.init("description", .string(description))) }
        if let example { members.append(.init("examples", [example])) }
        return .init(name, .object(members))
    }

    /// An object all of whose members are always there, but for those that are optional.
    static func object(
        _ name: String, _ description: String = "", _ properties: [JSON.Member], optional: [JSON.Member] = []
    ) -> JSON.Member {
        var members: [JSON.Member] = [.init("type", "object")]
        if !description.isEmpty { members.append(.init("description", .string(description))) }
        members.append(.init("required", .array(properties.map { .string($0.name) })))
        members.append(.init("properties", .object(properties + optional)))
        return .init(name, .object(members))
    }

    private static func constant(_ name: String, _ value: String) -> JSON.Member {
        .init(name, ["type": "string", "const": .string(value)])
    }

    private static func map(_ name: String, of values: JSON, _ description: String, example: JSON) -> JSON.Member {
        .init(
            name,
            [
                "type": "object", "description": .string(description), "additionalProperties": values,
                "examples": [example],
            ])
    }

    // MARK: Statistics

    private static let sumsExample: JSON = [
        "count": 42, "distance": 312500.0, "moving_time": 54000, "elevation_gain": 1250.0,
    ]

    private static func envelope(_ name: String, type: String, data: JSON.Member) -> JSON.Member {
        object(
            name, "",
            [
                constant("type", type), data,
                property(
                    "fetched_at", "string", "When the data came from Strava: the last successful sync.",
                    format: "date-time",
                    example: "2025-12-25T12:00:00+00:00"),
            ])
    }

    private static let envelopes: [JSON.Member] = [
        envelope("YearToDate", type: "ytd", data: .init("data", schema("YearToDateSums"))),
        envelope(
            "RecentActivities", type: "recent_activities",
            data: .init("data", ["type": "array", "maxItems": 30, "items": schema("RecentActivity")])),
        envelope(
            "MonthlyStats", type: "monthly",
            data: map("data", of: schema("Totals"), "Keys are months, YYYY-MM.", example: ["2025-12": sumsExample])),
        envelope(
            "AllTimeTotals", type: "all_time_totals",
            data: map("data", of: schema("Totals"), "Keys are types.", example: ["Ride": sumsExample])),
        envelope(
            "YearlyStats", type: "yearly_stats",
            data: map(
                "data", of: ["type": "object", "additionalProperties": schema("Totals")],
                "Keys are years, and types within them.", example: ["2025": ["Run": sumsExample]])),
        object("YearToDateSums", "", [.init("run", schema("Totals")), .init("ride", schema("Totals"))]),
        object(
            "Totals", "",
            [
                property("count", "integer", "Activities.", example: 42),
                property("distance", "number", "Metres.", example: 312500.0),
                property("moving_time", "integer", "Seconds.", example: 54000),
                property("elevation_gain", "number", "Metres.", example: 1250.0),
            ]),
    ]

    // MARK: Activities

    private static let identity: [JSON.Member] = [
        property("id", "integer", "Strava's id; needs 64 bits.", format: "int64", example: 16_843_219_876),
        property("name", "string", "May be empty.", example: "Morning Run"),
        property("type", "string", "The legacy sport; unknown ones are kept as they came.", example: "Run"),
    ]

    private static let startDate = property(
        "start_date", "string", "The start in UTC.", format: "date-time", example: "2025-12-25T08:00:00Z")

    private static let activityShapes: [JSON.Member] = [
        object(
            "RecentActivity", "",
            identity + [
                property("distance", "number", "Metres.", example: 10012.3),
                property("moving_time", "integer", "Seconds.", example: 3000),
                property("elevation_gain", "number", "Metres.", example: 85.0),
                startDate,
            ]),
        object("Activity", "", identity + activityDetails),
        object(
            "HeartRate", "Beats per minute; null where nothing was recorded.",
            [
                property("average", ["number", "null"], example: 148.2),
                property("max", ["number", "null"], example: 176.0),
            ]),
        object(
            "ActivityPage", "",
            [
                property("total", "integer", "How many there are under the filters.", example: 3000),
                property("limit", "integer", example: 100),
                property("offset", "integer", example: 0),
                .init("data", ["type": "array", "items": schema("Activity")]),
            ]),
    ]

    private static let activityDetails: [JSON.Member] = [
        property("sport_type", "string", "The finer sport.", example: "TrailRun"),
        property("distance", "number", "Metres.", example: 10012.3),
        property("moving_time", "integer", "Seconds.", example: 3000),
        property("elapsed_time", "integer", "Seconds, pauses included.", example: 3120),
        property("total_elevation_gain", "number", "Metres.", example: 85.0),
        startDate,
        property(
            "start_date_local", "string", "The athlete's wall clock at the start, without a zone mark.",
            example: "2025-12-25T09:00:00"),
        property("timezone", ["string", "null"], "The IANA name.", example: "Europe/Oslo"),
        property("average_speed", ["number", "null"], "Metres per second.", example: 3.337),
        property("max_speed", ["number", "null"], "Metres per second.", example: 5.1),
        property("kudos_count", "integer", example: 12),
        .init("heart_rate", schema("HeartRate")),
    ]
}
