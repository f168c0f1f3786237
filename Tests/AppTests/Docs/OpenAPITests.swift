import FoundationEssentials
import JSON
import TestSupport
import Testing

@testable import paceline

@Suite("The OpenAPI description")
struct OpenAPITests {
    private let document = OpenAPI.document(serverURL: "https://stats.example.org")

    @Test func anIndependentValidatorAcceptsItAndItsExamples() async throws {
        // The second half is what validators leave out: each example must fit the schema beside it.
        let program = """
            import json, sys
            from jsonschema import Draft202012Validator
            from openapi_spec_validator import OpenAPIV31SpecValidator, validate

            document = json.load(sys.stdin)
            validate(document, cls=OpenAPIV31SpecValidator)
            checked = 0

            def check(value, schema, where):
                global checked
                checked += 1
                whole = {"allOf": [schema], "components": document["components"]}
                for error in Draft202012Validator(whole).iter_errors(value):
                    sys.exit(f"{where}: {error.message}")

            def walk(node, where):
                if isinstance(node, dict):
                    if "example" in node and "schema" in node:
                        check(node["example"], node["schema"], where)
                    if isinstance(node.get("examples"), list):
                        for example in node["examples"]:
                            check(example, {k: v for k, v in node.items() if k != "examples"}, where)
                    for name, child in node.items():
                        walk(child, f"{where}/{name}")
                elif isinstance(node, list):
                    for index, child in enumerate(node):
                        walk(child, f"{where}/{index}")

            walk(document, "#")
            print(checked)
            """
        let outcome = try await Python.run(program, importing: "openapi_spec_validator", stdin: document.bytes)
        try #require(outcome.status == .exited(0), "\(outcome.errors)")
        #expect(try #require(Int(outcome.output.trimmingBlanks)) > 40)
    }

    @Test func everyEndpointIsInItWithItsMethod() {
        let get = [
            "/", "/docs", "/openapi.json", "/strava/docs", "/strava/openapi.json", "/livez", "/readyz", "/metrics",
            "/strava/health",
            "/strava/status", "/strava/authorize", "/strava/callback", "/strava/stats/ytd", "/strava/stats/activities",
            "/strava/stats/monthly", "/strava/stats/totals", "/strava/stats/yearly", "/strava/stats/longest-run",
            "/strava/stats/longest-ride", "/strava/activities",
        ]
        #expect(Set(OpenAPI.paths.map(\.name)) == Set(get + ["/strava/refresh-data"]))
        for path in OpenAPI.paths {
            guard case .object(let methods) = path.value else {
                Issue.record("\(path.name) is no object")
                continue
            }
            #expect(methods.map(\.name) == [path.name == "/strava/refresh-data" ? "post" : "get"], "\(path.name)")
        }
    }

    @Test func theShapesAreTheContracts() throws {
        #expect(try members(of: "Totals") == ["count", "distance", "moving_time", "elevation_gain"])
        #expect(
            try members(of: "RecentActivity")
                == ["id", "name", "type", "distance", "moving_time", "elevation_gain", "start_date"])
        #expect(
            try members(of: "Activity") == [
                "id", "name", "type", "sport_type", "distance", "moving_time", "elapsed_time", "total_elevation_gain",
                "start_date", "start_date_local", "timezone", "average_speed", "max_speed", "kudos_count", "heart_rate",
            ])
        #expect(try members(of: "ActivityPage") == ["total", "limit", "offset", "data"])
        #expect(
            try members(of: "Status") == [
                "athlete_connected", "state", "complete", "activities", "oldest", "newest", "last_success_at",
                "validated_at", "next_refresh_at", "progress", "budget", "last_error",
            ])
        for name in ["YearToDate", "RecentActivities", "MonthlyStats", "AllTimeTotals", "YearlyStats"] {
            #expect(try members(of: name) == ["type", "data", "fetched_at"], "\(name)")
        }
    }

    /// The names of a schema's members, in their order; all of them required.
    private func members(of schema: String) throws -> [String] {
        let value = try #require(OpenAPI.schemas.first { $0.name == schema }?.value)
        guard case .object(let keywords) = value,
            case .array(let required) = keywords.first(where: { $0.name == "required" })?.value,
            case .object(let properties) = keywords.first(where: { $0.name == "properties" })?.value
        else {
            Issue.record("\(schema) is not an object with members")
            return []
        }
        #expect(required == properties.map { .string($0.name) })
        return properties.map(\.name)
    }

    @Test func onlyTheRefreshNeedsAKeyAndItsRefusalsAreAllTold() throws {
        let refresh = try #require(OpenAPI.paths.first { $0.name == "/strava/refresh-data" }?.value.text)
        for status in ["200", "202", "401", "409", "422", "429", "502", "503"] {
            #expect(refresh.contains("\"\(status)\":"), "\(status)")
        }
        #expect(refresh.contains(#""security":[{"X-API-Key":[]}]"#))
        #expect(document.text.components(separatedBy: "\"security\":").count == 2)
    }

    @Test func theServerIsTheOneThatWasAsked() {
        #expect(document.text.contains(#""servers":[{"url":"https://stats.example.org"}]"#))
    }
}
