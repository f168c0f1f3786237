import JSON

/// The description of the API for programs: OpenAPI 3.1, served at `/openapi.json`.
enum OpenAPI {
    /// The whole document.
    ///
    /// - Parameter serverURL: Where the API lives, without a slash at the end.
    static func document(serverURL: String) -> JSON {
        [
            "openapi": "3.1.0",
            "info": info,
            "servers": [["url": .string(serverURL)]],
            "tags": tags,
            "paths": .object(paths),
            "components": [
                "schemas": .object(schemas),
                "responses": .object(sharedResponses),
                "securitySchemes": [
                    "X-API-Key": [
                        "type": "apiKey", "in": "header", "name": "X-API-Key",
                        "description": "The server's INTERNAL_API_KEY.",
                    ]
                ],
            ],
        ]
    }

    private static let info: JSON = [
        "title": "Paceline",
        "version": .string(Paceline.version),
        "summary": "One athlete's Strava history, mirrored, with statistics from memory.",
        "description": """
        Units are metres, seconds, metres per second and beats per minute. Distances, elevations and speeds are numbers with a \
        fraction; sums are rounded to 0.1 m. Times are ISO 8601. Days, months and years are the athlete's own: they follow \
        the local time of each activity.

        Reads answer from memory and carry a strong `ETag`: send it back as `If-None-Match` and get 304 while nothing \
        has changed. HEAD works wherever GET does. Objects may gain members in later versions and lose none.
        """,
    ]

    private static let tags: JSON = [
        ["name": "statistics", "description": "Sums and records, computed from the mirror."],
        ["name": "activities", "description": "The mirrored activities themselves."],
        ["name": "connection", "description": "Connecting an athlete, and how the mirror stands."],
        ["name": "administration", "description": "What needs the key."],
        ["name": "service", "description": "For monitors, proxies and people."],
    ]

    /// A reference to one of the schemas.
    static func schema(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/\(name)")] }

    /// A reference to one of the shared responses.
    static func sharedResponse(_ name: String) -> JSON { ["$ref": .string("#/components/responses/\(name)")] }

    /// A JSON answer.
    static func answer(_ description: String, _ schema: JSON, example: JSON? = nil) -> JSON {
        var media = [JSON.Member("schema", schema)]
        if let example { media.append(JSON.Member("example", example)) }
        return ["description": .string(description), "content": ["application/json": .object(media)]]
    }

    /// An error whose `detail` is a text.
    static func failure(_ description: String, example: String) -> JSON {
        answer(description, schema("Error"), example: ["detail": .string(example)])
    }
}
