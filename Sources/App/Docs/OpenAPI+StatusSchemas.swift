import Actors
import JSON

extension OpenAPI {
    private static func nullable(_ name: String) -> JSON { ["anyOf": [schema(name), ["type": "null"]]] }

    private static func time(_ name: String, _ description: String) -> JSON.Member {
        property(name, ["string", "null"], description, format: "date-time", example: "2025-12-25T12:00:00+00:00")
    }

    static let statusShapes: [JSON.Member] = [
        object(
            "Status", "",
            [
                property("athlete_connected", "boolean", example: true),
                .init(
                    "state",
                    [
                        "type": "string", "enum": .array(HomePage.State.allCases.map { .string($0.rawValue) }),
                        "description": .string(
                            HomePage.State.allCases.map { "`\($0.rawValue)`: \($0.sentence)" }.joined(separator: "\n\n")
                        ),
                    ]),
                property("complete", "boolean", "Whether the whole history has been seen once.", example: true),
                property("activities", "integer", "How many are stored.", example: 3000),
                property("oldest", ["string", "null"], "The first day.", format: "date", example: "2012-06-18"),
                property("newest", ["string", "null"], "The last day.", format: "date", example: "2026-11-22"),
                time("last_success_at", "When a sync last ended well."),
                time(
                    "validated_at",
                    "When the last re-reading of the whole list began: no activity was confirmed longer ago."),
                time("next_refresh_at", "When the next one is planned; null when refreshes are off."),
                .init("progress", nullable("Progress")),
                .init("budget", schema("Budget")),
                .init("last_error", nullable("LastError")),
            ]),
        object(
            "Progress", "How far a running sync is.",
            [
                property("fetched", "integer", "Activities stored so far.", example: 1200),
                property(
                    "eta_seconds", ["integer", "null"],
                    """
                    Seconds to go, waits for the budget included. On a first sync a guess: as many activities a day as so far, back to \
                    the day the athlete came to Strava; null while nothing can be said.
                    """,
                    example: 40),
            ]),
        object(
            "Budget", "Requests to Strava, as Strava counts them.",
            [.init("quarter", schema("BudgetWindow")), .init("day", schema("BudgetWindow"))]),
        object(
            "BudgetWindow", "",
            [
                property("used", "integer", example: 3), property("limit", "integer", example: 100),
                property(
                    "resets_at", "string", "When it starts again from zero.", format: "date-time",
                    example: "2025-12-25T12:15:00+00:00"),
            ]),
        object(
            "LastError", "",
            [
                property("code", "string", example: "strava_unavailable"),
                property("message", "string", example: "Strava does not answer: 503"),
                property("at", "string", format: "date-time", example: "2025-12-25T12:00:00+00:00"),
            ]),
    ]

    static let smallShapes: [JSON.Member] = [
        object("Error", "", [property("detail", "string", "What went wrong, and often what to do.")]),
        object(
            "ValidationErrors", "",
            [.init("detail", ["type": "array", "items": schema("ValidationError")])]),
        object(
            "ValidationError", "",
            [
                property("type", "string", example: "int_parsing"),
                .init("loc", ["type": "array", "items": ["type": "string"], "examples": [["query", "limit"]]]),
                property("msg", "string"),
                property("input", ["string", "null"], "What came.", example: "abc"),
            ]),
        object(
            "SecurityError", "",
            [
                .init(
                    "detail",
                    [
                        "type": "object", "required": ["message", "category"],
                        "properties": [
                            "message": ["type": "string", "examples": ["Invalid or missing API key"]],
                            "category": ["type": "string", "const": "security"],
                        ],
                    ])
            ]),
        object("RefreshDone", "", [status("success"), property("message", "string")]),
        object("RefreshAccepted", "", [status("accepted")]),
        object(
            "Health", "",
            [
                .init("status", ["type": "string", "enum": ["ok", "degraded"]]),
                .init("service", ["type": "string", "const": "strava"]),
                .init("database", ["type": "string", "enum": ["connected", "disconnected"]]),
            ],
            optional: [
                property(
                    "reason", "string", "Why it is disconnected.",
                    example: .string(StoreFailure(.denied, "").publicReason))
            ]),
        object("Liveness", "", [status("ok")]),
        object(
            "NotReady", "",
            [
                property("status", "string", example: "unavailable"),
                .init(
                    "reasons",
                    [
                        "type": "array", "items": ["type": "string"],
                        "examples": [["there is no data to serve yet: connect an athlete at /strava/authorize"]],
                    ]),
            ]),
    ]

    private static func status(_ value: String) -> JSON.Member {
        .init("status", ["type": "string", "const": .string(value)])
    }
}
