import HTTP
import HTTPTypes
import TestSupport
import Testing

@Suite struct ServerTests {
    @Test func aRequestIsAnswered() async throws {
        try await withServer { port, _ in
            let response = try await TestClient.get("/", port: port)
            #expect(response.status == 200)
            #expect(response.text == "hello")
            #expect(response["content-length"] == "5")
            #expect(response["server"] == "paceline")
            #expect(response["date"]?.hasSuffix("GMT") == true)
            #expect((response["x-request-id"] ?? "").utf8.count == 13)
            #expect(response["connection"] == nil)
        }
    }
}
