import JSON

extension OpenAPI {
    /// Every path, in the order a reader wants them.
    static let paths: [JSON.Member] = statistics + activities + connection + administration + service

    private static let statistics: [JSON.Member] = [
        .init(
            "/strava/stats/ytd",
            Operation(
                id: "getYearToDate", tag: "statistics", summary: "The current year's running and riding",
                description: """
                    The athlete's current local year, computed from the mirror. `run` counts the types Run and VirtualRun, `ride` counts Ride \
                    and VirtualRide. Zeros where there is nothing, never null.
                    """,
                responses: cached(
                    "The sums.", "YearToDate", missing: "YTD stats not cached yet. Try /strava/refresh-data")
            ).item()),
        .init(
            "/strava/stats/activities",
            Operation(
                id: "getRecentActivities", tag: "statistics", summary: "The newest 30 activities, in short",
                responses: cached(
                    "At most 30, newest first.", "RecentActivities",
                    missing: "Activities not cached yet. Try /strava/refresh-data")
            ).item()),
        .init(
            "/strava/stats/monthly",
            Operation(
                id: "getMonthlyStats", tag: "statistics", summary: "The last twelve calendar months",
                description:
                    "The current month included, newest first, all types together; a month without activities has zeros.",
                responses: cached(
                    "Twelve months.", "MonthlyStats", missing: "Monthly stats not cached yet. Try /strava/refresh-data")
            ).item()),
        .init(
            "/strava/stats/totals",
            Operation(
                id: "getAllTimeTotals", tag: "statistics", summary: "Everything ever, by type",
                responses: cached(
                    "Sums by type.", "AllTimeTotals", missing: "Totals not cached yet. Try /strava/refresh-data")
            ).item()),
        .init(
            "/strava/stats/yearly",
            Operation(
                id: "getYearlyStats", tag: "statistics", summary: "Every year, by type",
                description: "Years newest first, types in alphabetical order.",
                responses: cached(
                    "Sums by year and type.", "YearlyStats",
                    missing: "Yearly stats not cached yet. Try /strava/refresh-data")
            ).item()),
        .init("/strava/stats/longest-run", longest("Run", kind: "run", missing: "No runs found for year 2019.")),
        .init("/strava/stats/longest-ride", longest("Ride", kind: "ride", missing: "No rides found for year 2019.")),
    ]

    private static func longest(_ type: String, kind: String, missing: String) -> JSON {
        Operation(
            id: "getLongest\(type)", tag: "statistics", summary: "The longest \(kind) of a year",
            description: "The greatest distance among activities of type \(type); of two equal ones, the older. "
                + "Without `year`, the athlete's current year.",
            parameters: [year],
            responses: [
                .init("200", answer("The activity.", schema("Activity"))),
                .init("304", sharedResponse("NotModified")),
                .init("404", failure("There is none in that year.", example: missing + " Try /strava/refresh-data")),
                .init("422", sharedResponse("BadQuery")),
            ]
        ).item()
    }

    private static let activities: [JSON.Member] = [
        .init(
            "/strava/activities",
            Operation(
                id: "listActivities", tag: "activities", summary: "All activities, page by page",
                description: "Newest first by start and id. A type that nobody has gives an empty page, not an error.",
                parameters: [
                    query(
                        "limit", "How many to answer at most.",
                        schema: ["type": "integer", "minimum": 1, "maximum": 1000, "default": 100]),
                    query("offset", "How many to skip.", schema: ["type": "integer", "minimum": 0, "default": 0]),
                    year,
                    query(
                        "activity_type", "Compared with `type`, such as Run, Ride or Swim.", schema: ["type": "string"],
                        example: "Run"),
                ],
                responses: cached(
                    "One page.", "ActivityPage", missing: "Activities not cached yet. Try /strava/refresh-data")
                    + [
                        .init("422", sharedResponse("BadQuery"))
                    ]
            ).item())
    ]

    private static let connection: [JSON.Member] = [
        .init(
            "/strava/status",
            Operation(
                id: "getStatus", tag: "connection", summary: "How the connection and the mirror stand",
                description: "Holds no name, token or id of the athlete.",
                responses: [
                    .init("200", answer("The status.", schema("Status"))), .init("304", sharedResponse("NotModified")),
                ]
            ).item()),
        .init(
            "/strava/authorize",
            Operation(
                id: "authorize", tag: "connection", summary: "Begin connecting: a redirect to Strava",
                description: "For a browser. Asks for the scopes `read` and `activity:read_all`.",
                responses: [
                    .init("307", redirect("To Strava's consent page; a cookie ties the state to this browser.")),
                    .init(
                        "503",
                        failure(
                            "No Strava application is configured.",
                            example: "Strava is not configured. Set STRAVA_CLIENT_ID and STRAVA_CLIENT_SECRET.")),
                ]
            ).item()),
        .init("/strava/callback", callback),
    ]

    private static let callback = Operation(
        id: "callback", tag: "connection", summary: "Where Strava sends the browser back to",
        description: """
            For a browser that Strava sends. Success redirects at once and fetches the history in the background; follow `/strava/status`. \
            Nothing is stored when the person declined, left the activity box unticked, or is not the athlete this server belongs to.
            """,
        parameters: [
            query(
                "state", "What `/strava/authorize` sent along; good once, for ten minutes.", schema: ["type": "string"]),
            query("code", "Strava's one-time code.", schema: ["type": "string"]),
            query("scope", "What was granted, comma-separated.", schema: ["type": "string"]),
            query("error", "`access_denied` when the person declined.", schema: ["type": "string"]),
        ],
        responses: [
            .init(
                "307",
                redirect(
                    "To `{FRONTEND_URL}/?strava=` and one of `success`, `denied`, `missing_scope`, `wrong_athlete`.")),
            .init(
                "400",
                failure(
                    "The state is bad, foreign, too old or used, or neither a code nor an error came.",
                    example: "Invalid or expired state parameter")),
            .init("429", sharedResponse("BudgetSpent")),
            .init(
                "502",
                failure(
                    "Strava failed; the server's log has the cause under the id.",
                    example: "OAuth authorization failed. Please try again. (Error ID: 1a2b3c4d)")),
            .init("503", sharedResponse("DatabaseAway")),
        ]
    ).item()

    private static func redirect(_ description: String) -> JSON {
        [
            "description": .string(description),
            "headers": ["Location": ["required": true, "schema": ["type": "string", "format": "uri-reference"]]],
        ]
    }
}
