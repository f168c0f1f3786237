import HTTP
import HTTPTypes
import Logging
import Testing

@testable import paceline

@Suite("The request log")
struct RequestLogTests {
    @Test func aLineNamesTheClientAndLeavesTheQueryOut() async throws {
        let app = try await TestApp()
        let fields = ["X-Forwarded-For": "203.0.113.9, 192.0.2.7"]
        _ = await app.get("/strava/callback?code=one-time-code&state=abc", fields)
        let line = try #require(app.logs.lines("request").first)
        #expect(line.level == .debug)
        #expect(line.metadata["client"] == "192.0.2.7")
        #expect(line.metadata["path"] == "/strava/callback")
        #expect(line.metadata["status"] == "400")
        #expect(line.metadata["method"] == "GET")
        #expect(line.metadata["id"] == "made-by-hand")
        #expect(!app.logs.lines.contains { $0.text.contains("one-time-code") })
    }

    @Test func aboveDebugItIsSilent() async throws {
        let app = try await TestApp(logLevel: .info)
        #expect(await app.get("/livez").status == .ok)
        #expect(app.logs.lines("request").isEmpty)
    }
}
