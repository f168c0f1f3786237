import Actors
import HTTP
import HTTPTypes
import JSON
import TestSupport
import Testing

@testable import paceline

/// The description and the routes are written in two places; here each answer is held against its own schema.
@Suite("What is described is what is answered")
struct DescriptionTests {
    private let document: JSONValue

    init() throws {
        document = try JSONValue.parse(OpenAPI.document(serverURL: "http://127.0.0.1:5001").bytes)
    }

    private static let json = OpenAPI.paths.map(\.name).filter { path in
        ![
            "/", "/docs", "/metrics", "/strava/docs", "/strava/authorize", "/strava/callback", "/strava/refresh-data",
        ].contains(path)
    }

    private func check(
        _ response: Response, _ path: String, method: String = "get", at location: SourceLocation = #_sourceLocation
    )
        throws
    {
        let operation = document["paths"][path][method]
        let described = resolved(operation["responses"][String(response.status.code)])
        #expect(described != .null, "\(path): \(response.status.code) is not described", sourceLocation: location)
        let schema = described["content"]["application/json"]["schema"]
        #expect(response.field("content-type") == "application/json", sourceLocation: location)
        for problem in problems(try JSONValue.parse(response.body), schema, path) {
            Issue.record("\(problem)", sourceLocation: location)
        }
    }

    private func resolved(_ value: JSONValue) -> JSONValue {
        guard let reference = value["$ref"].text else { return value }
        return resolved(reference.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] })
    }

    /// Where the value differs from the schema: types, constants, members that are missing, and members that nobody described.
    private func problems(_ value: JSONValue, _ reference: JSONValue, _ place: String) -> [String] {
        let schema = resolved(reference)
        if !schema["anyOf"].elements.isEmpty {
            let all = schema["anyOf"].elements.map { problems(value, $0, place) }
            return all.contains { $0.isEmpty } ? [] : all.flatMap { $0 }
        }
        var found: [String] = []
        let types = schema["type"].text.map { [$0] } ?? schema["type"].elements.compactMap(\.text)
        if !types.isEmpty, !types.contains(value.typeName), !(types.contains("number") && value.typeName == "integer") {
            found.append("\(place) is \(value.typeName), described as \(types)")
        }
        if schema["const"] != .null, schema["const"] != value { found.append("\(place) is not \(schema["const"])") }
        let choices = schema["enum"].elements
        if !choices.isEmpty, !choices.contains(value) { found.append("\(place) is not one of \(choices)") }
        for name in schema["required"].elements.compactMap(\.text) where value.members[name] == nil {
            found.append("\(place) lacks \(name)")
        }
        let properties = schema["properties"].members
        for (name, member) in value.members {
            if let described = properties[name] ?? schema.members["additionalProperties"] {
                found += problems(member, described, "\(place).\(name)")
            } else if !properties.isEmpty {
                found.append("\(place).\(name) is not described")
            }
        }
        for element in value.elements { found += problems(element, schema["items"], "\(place)[]") }
        return found
    }

    @Test("with data every path answers as described", arguments: json)
    func withData(path: String) async throws {
        let app = try await TestApp(Examples.activities(), isConnected: true)
        let response = await app.get(path)
        #expect(response.status == .ok)
        try check(response, path)
    }

    @Test("without data, too", arguments: json)
    func withoutData(path: String) async throws {
        try check(await TestApp().get(path), path)
    }

    @Test func theCheckItselfNoticesADifference() async throws {
        let status = resolved(["$ref": "#/components/schemas/Totals"])
        #expect(problems(["count": .number(1)], status, "x").count == 3)
        #expect(problems(.null, status, "x").contains { $0.contains("described as") })
        let tooMuch: JSONValue = [
            "count": .number(1.5), "distance": .number(1), "moving_time": .number(1), "elevation_gain": .number(1),
            "more": .null,
        ]
        #expect(problems(tooMuch, status, "x").count == 2)
    }

    @Test func aStatusWithProgressAndAProblemIsDescribed() async throws {
        let app = try await TestApp(Examples.activities(), isConnected: true)
        app.strava.failLists(StravaFailure(.unavailable, "no route"))
        try await app.whileRunning {
            _ = await app.refresh()
            try check(await app.get("/strava/status"), "/strava/status")
            let gate = Gate()
            app.strava.holdLists(gate)
            _ = await app.refresh("?wait=false")
            await gate.arrivals(1)
            try check(await app.get("/strava/status"), "/strava/status")
            gate.open()
        }
    }

    @Test func everyRefusalOfAQueryIsDescribed() async throws {
        let app = try await TestApp(Examples.activities())
        for (path, query) in [
            ("/strava/activities", "limit=0"), ("/strava/activities", "year=x"),
            ("/strava/stats/longest-run", "year=0"),
            ("/strava/stats/longest-ride", "year=10000"),
        ] {
            let response = await app.get("\(path)?\(query)")
            #expect(response.status.code == 422)
            // `ctx` says which bound it was: the one member that is there or not.
            let body = try JSONValue.parse(response.body)["detail"].elements[0]
            for name in ["type", "loc", "msg", "input"] { #expect(body.members[name] != nil) }
            #expect(document["paths"][path]["get"]["responses"]["422"] != .null)
        }
    }

    @Test func everyOutcomeOfARefreshIsDescribed() async throws {
        let path = "/strava/refresh-data"
        let app = try await TestApp(Examples.activities(), isConnected: true)
        try check(await app.send(.post, path), path, method: "post")
        try check(await TestApp().refresh(), path, method: "post")
        try await app.whileRunning {
            try check(await app.refresh(), path, method: "post")
            await app.store.failCommits(StoreFailure(.unavailable, "full"))
            app.strava.change { $0.insert(.sample(99, at: 1_795_400_000)) }
            let away = await app.refresh()
            #expect(away.status == .serviceUnavailable)
            try check(away, path, method: "post")
            app.strava.failLists(StravaFailure(.unavailable, "no route"))
            try check(await app.refresh(), path, method: "post")
            app.strava.failLists(StravaFailure(.limited, "429"))
            let limited = await app.refresh()
            #expect(limited.status == .tooManyRequests)
            try check(limited, path, method: "post")
            // Last: the sync it begins goes on behind its answer, and would take a failure that is meant for the next one.
            try check(await app.refresh("?wait=false"), path, method: "post")
        }
    }

    /// The examples of errors are the routes' own words, apart from ids and times.
    @Test func theExamplesOfErrorsAreTheRoutesOwnWords() async throws {
        let path = "/strava/refresh-data"
        let app = try await TestApp(Examples.activities(), isConnected: true)
        func example(_ status: Int) -> String? {
            resolved(document["paths"][path]["post"]["responses"][String(status)])["content"]["application/json"][
                "example"]["detail"].text
        }
        func words(_ text: String?) throws -> String? {
            text?.replacing(try Regex("[0-9a-f]{8}\\)$"), with: "ID)").replacing(
                try Regex("[0-9-]{10}T[0-9:]{8}Z"), with: "TIME")
        }
        func expectWords(_ status: Int) async throws {
            let answered = try words(JSONValue.parse(await app.refresh().body)["detail"].text)
            let described = try words(example(status))
            #expect(answered == described)
        }
        #expect(try JSONValue.parse(await TestApp().refresh().body)["detail"].text == example(409))
        try await app.whileRunning {
            app.strava.failLists(StravaFailure(.unavailable, "no route"))
            try await expectWords(502)
            await app.store.failCommits(StoreFailure(.unavailable, "full"))
            try await expectWords(503)
            app.strava.failLists(StravaFailure(.limited, "429"))
            try await expectWords(429)
        }
    }

    @Test func theExamplesOfMissingDataAreTheRoutesOwnWords() async throws {
        let app = try await TestApp()
        for path in Self.json {
            let responses = document["paths"][path]["get"]["responses"]
            guard let example = responses["404"]["content"]["application/json"]["example"]["detail"].text else {
                continue
            }
            let query = path.contains("longest") ? "?year=2019" : ""
            #expect(try JSONValue.parse(await app.get(path + query).body)["detail"].text == example, "\(path)")
        }
    }
}
