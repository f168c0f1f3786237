import JSON

extension OpenAPI {
    static let administration: [JSON.Member] = [
        .init(
            "/strava/refresh-data",
            Operation(
                id: "refreshData", tag: "administration", summary: "Fetch what is new from Strava",
                description: """
                    Waits for the sync that it started or joined; two at once are one sync, and a client that goes away does not stop it. \
                    It never waits for Strava's limits: a used-up budget is answered with 429.
                    """,
                parameters: [
                    query(
                        "wait", "`false` answers 202 at once instead of waiting.",
                        schema: ["type": "boolean", "default": true]),
                    query(
                        "full", "`true` reads the whole history again instead of the newest 200 activities.",
                        schema: ["type": "boolean", "default": false]),
                    query(
                        "accept_deletions",
                        "`true` reads the whole history again and deletes whatever it lacks, also more than is believed otherwise.",
                        schema: ["type": "boolean", "default": false]),
                ],
                responses: [
                    .init(
                        "200",
                        answer(
                            "Done.", schema("RefreshDone"),
                            example: ["status": "success", "message": "Data refreshed successfully"])),
                    .init("202", answer("Begun.", schema("RefreshAccepted"), example: ["status": "accepted"])),
                    .init("401", answer("The key is missing or wrong.", schema("SecurityError"))),
                    .init(
                        "409",
                        failure(
                            "No athlete is connected, or only they can mend it: by connecting again.",
                            example: "No Strava authentication found. Please complete OAuth flow first.")),
                    .init("422", sharedResponse("BadQuery")),
                    .init("429", sharedResponse("BudgetSpent")),
                    .init("502", sharedResponse("StravaFailed")),
                    .init("503", sharedResponse("DatabaseAway")),
                ],
                needsKey: true
            ).item(method: "post"))
    ]

    static let service: [JSON.Member] = [
        .init(
            "/strava/health",
            Operation(
                id: "getHealth", tag: "service", summary: "Health as the original tells it",
                description: "Always 200; look at the body, or use `/readyz`.",
                responses: [
                    .init(
                        "200",
                        answer(
                            "The service runs.", schema("Health"),
                            example: ["status": "ok", "service": "strava", "database": "connected"]))
                ]
            ).item()),
        .init(
            "/livez",
            Operation(
                id: "getLiveness", tag: "service", summary: "Whether the process runs",
                responses: [.init("200", answer("It does.", schema("Liveness"), example: ["status": "ok"]))]
            ).item()),
        .init(
            "/readyz",
            Operation(
                id: "getReadiness", tag: "service", summary: "Whether it makes sense to send requests here",
                responses: [
                    .init("200", answer("It does.", schema("Liveness"), example: ["status": "ok"])),
                    .init("503", answer("It does not: nothing to serve yet, or shutting down.", schema("NotReady"))),
                ]
            ).item()),
        .init(
            "/metrics",
            Operation(
                id: "getMetrics", tag: "service", summary: "Figures for Prometheus",
                responses: [
                    .init(
                        "200",
                        [
                            "description": "Prometheus' text format, version 0.0.4.",
                            "content": ["text/plain": ["schema": ["type": "string"]]],
                        ])
                ]
            ).item()),
        .init("/", page(id: "getHomePage", summary: "The page for a person")),
        .init("/docs", page(id: "getDocs", summary: "This description as a page")),
        .init("/strava/docs", page(id: "getStravaDocs", summary: "The same as /docs, where the original has it")),
        .init("/openapi.json", description(id: "getOpenAPI", summary: "This description for programs")),
        .init(
            "/strava/openapi.json",
            description(id: "getStravaOpenAPI", summary: "The same as /openapi.json, where the original has it")),
    ]

    private static func page(id: String, summary: String) -> JSON {
        Operation(
            id: id, tag: "service", summary: summary,
            responses: [
                .init("200", ["description": "HTML.", "content": ["text/html": ["schema": ["type": "string"]]]]),
                .init("304", sharedResponse("NotModified")),
            ]
        ).item()
    }

    private static func description(id: String, summary: String) -> JSON {
        Operation(
            id: id, tag: "service", summary: summary,
            responses: [
                .init("200", answer("OpenAPI 3.1.", ["type": "object"])), .init("304", sharedResponse("NotModified")),
            ]
        ).item()
    }
}
