import HTTP
import HTTPTypes
import Testing

@testable import paceline

@Suite("Scripts of other sites")
struct CrossOriginTests {
    private let site = "https://example.org"

    private func makeApp() async throws -> TestApp {
        try await TestApp(Examples.activities(), environment: ["FRONTEND_URL": site + "/run"])
    }

    @Test(
        "an allowed origin may read every answer, errors included",
        arguments: [
            "/strava/stats/ytd", "/nowhere", "/strava/activities?limit=x", "/strava/callback", "/", "/strava/authorize",
        ])
    func allowed(path: String) async throws {
        let response = try await makeApp().get(path, ["Origin": site])
        #expect(response.field("access-control-allow-origin") == site)
        #expect(response.field("access-control-allow-credentials") == "true")
        #expect(response.field("access-control-expose-headers")?.contains("ETag") == true)
        #expect(response.field("vary")?.contains("origin") == true)
    }

    @Test func whatTheServerRefusesByItselfMayBeReadTooAndIsInTheLog() async throws {
        let app = try await makeApp()
        let request = Request(method: .post, target: "/strava/refresh-data?secret=x", fields: [.origin: site])
        let response = app.responder.refusal(Response(status: .contentTooLarge), of: request)
        #expect(response.field("access-control-allow-origin") == site)
        #expect(response.field("vary")?.contains("origin") == true)
        let line = try #require(app.logs.lines("request").first)
        #expect(line.metadata["status"] == "413")
        #expect(line.metadata["path"] == "/strava/refresh-data")
    }

    @Test(arguments: [
        "https://evil.example", "null", "http://example.org", "https://example.org/",
        "https://example.org.evil.example",
    ])
    func foreignOriginsGetTheAnswerWithoutLeaveToReadIt(origin: String) async throws {
        let response = try await makeApp().get("/strava/stats/ytd", ["Origin": origin])
        #expect(response.status == .ok)
        #expect(response.field("access-control-allow-origin") == nil)
        #expect(response.field("access-control-allow-credentials") == nil)
        #expect(response.field("vary")?.contains("origin") == true)
    }

    @Test(arguments: ["/strava/stats/ytd", "/nowhere", "/strava/refresh-data", "/strava/authorize"])
    func withoutAnOriginTheAnswerStillVaries(path: String) async throws {
        let response = try await makeApp().get(path)
        #expect(response.field("vary")?.contains("origin") == true)
        #expect(response.field("access-control-allow-origin") == nil)
    }

    @Test func a304ForAnAllowedOriginCarriesTheHeadersToo() async throws {
        let app = try await makeApp()
        let tag = try #require(await app.get("/strava/stats/ytd").field("etag"))
        let response = await app.get("/strava/stats/ytd", ["Origin": site, "If-None-Match": tag])
        #expect(response.status == .notModified)
        #expect(response.field("access-control-allow-origin") == site)
        #expect(response.field("vary") == "accept-encoding, origin")
    }

    @Test func aPreflightIsAnsweredBeforeAnyRoute() async throws {
        let response = try await makeApp().send(
            .options, "/strava/refresh-data",
            [
                "Origin": site, "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "x-api-key, x-other",
            ])
        #expect(response.status == .noContent)
        #expect(response.body.isEmpty)
        #expect(response.field("access-control-allow-origin") == site)
        #expect(response.field("access-control-allow-methods")?.contains("POST") == true)
        #expect(response.field("access-control-allow-headers") == "x-api-key, x-other")
        #expect(response.field("access-control-max-age") == "600")
        #expect(response.field("vary") == "origin")
    }

    @Test func aForeignPreflightIsRefused() async throws {
        let response = try await makeApp().send(
            .options, "/strava/refresh-data",
            ["Origin": "https://evil.example", "Access-Control-Request-Method": "POST"])
        #expect(response.status == .badRequest)
        #expect(response.field("access-control-allow-origin") == nil)
        #expect(response.field("access-control-allow-methods") == nil)
        #expect(response.field("vary") == "origin")
    }

    @Test func optionsThatAreNoPreflightGoToTheRouter() async throws {
        let response = try await makeApp().send(.options, "/strava/refresh-data", ["Origin": site])
        #expect(response.status == .methodNotAllowed)
        #expect(response.field("allow") == "POST")
        #expect(response.field("access-control-allow-origin") == site)
    }
}
