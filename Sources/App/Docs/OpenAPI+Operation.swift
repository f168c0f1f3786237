import JSON

extension OpenAPI {
    /// One method of one path, while it is being described.
    struct Operation {
        /// Unique; what generated clients call the function.
        var id: String
        var tag: String
        var summary: String
        var description = ""
        var parameters: [JSON] = []
        /// Status code and answer, in the order to show.
        var responses: [JSON.Member]
        /// Whether `X-API-Key` must come along.
        var needsKey = false

        /// The operation as a path item with one method.
        func item(method: String = "get") -> JSON {
            var members: [JSON.Member] = [
                .init("operationId", .string(id)), .init("tags", [.string(tag)]), .init("summary", .string(summary)),
            ]
            if !description.isEmpty { members.append(.init("description", .string(description))) }
            if needsKey { members.append(.init("security", [["X-API-Key": []]])) }
            if !parameters.isEmpty { members.append(.init("parameters", .array(parameters))) }
            members.append(.init("responses", .object(responses)))
            return .object([.init(method, .object(members))])
        }
    }

    /// A query parameter.
    static func query(_ name: String, _ description: String, schema: JSON, example: JSON? = nil) -> JSON {
        var members: [JSON.Member] = [
            .init("name", .string(name)), .init("in", "query"), .init("description", .string(description)),
            .init("schema", schema),
        ]
        if let example { members.append(.init("example", example)) }
        return .object(members)
    }

    static let year = query(
        "year", "A calendar year by the activities' local dates.",
        schema: ["type": "integer", "minimum": 1, "maximum": 9999],
        example: 2025)

    /// What may be answered instead of a statistic.
    static func cached(_ description: String, _ name: String, missing: String) -> [JSON.Member] {
        [
            .init("200", answer(description, schema(name))),
            .init("304", sharedResponse("NotModified")),
            .init("404", failure("Nothing is stored yet.", example: missing)),
        ]
    }

    /// Answers that several operations share.
    static let sharedResponses: [JSON.Member] = [
        .init("NotModified", ["description": "What the client has, by its `If-None-Match`, is still right."]),
        .init(
            "BadQuery",
            answer(
                "A query parameter is not what it should be.", schema("ValidationErrors"),
                example: [
                    "detail": [
                        [
                            "type": "int_parsing", "loc": ["query", "limit"],
                            "msg": "Input should be a valid integer, unable to parse string as an integer",
                            "input": "abc",
                        ]
                    ]
                ])),
        .init(
            "StravaFailed",
            failure(
                "Strava failed; the server's log has the cause under the id.",
                example: "Strava could not be refreshed. Please try again later. (Error ID: 1a2b3c4d)")),
        .init(
            "DatabaseAway",
            failure(
                "The database is out of reach, or the server is stopping.",
                example: "The database is not available. Please try again later. (Error ID: 1a2b3c4d)")),
        .init(
            "BudgetSpent",
            [
                "description": "The request budget at Strava is used up.",
                "headers": [
                    "Retry-After": [
                        "description": "Seconds until it is worth asking again.", "required": true,
                        "schema": ["type": "integer", "minimum": 1],
                    ]
                ],
                "content": [
                    "application/json": [
                        "schema": schema("Error"),
                        "example": [
                            "detail": "Strava's rate limit is used up. Try again after 2025-12-25T12:15:00Z."
                        ],
                    ]
                ],
            ]),
    ]
}
