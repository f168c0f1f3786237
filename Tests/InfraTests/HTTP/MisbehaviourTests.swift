import HTTP
import HTTPTypes
import TestSupport
import Testing

@Suite struct MisbehaviourTests {
    private func withMisbehaviour<Result: Sendable>(
        _ transmission: Response.Transmission, _ body: @escaping @Sendable (TestClient) async throws -> Result
    ) async throws -> Result {
        try await withServer(respond: { request in
            Response(
                status: .ok, body: Array("hello".utf8), transmission: request.path == "/bad" ? transmission : .normal)
        }) { port, _ async throws in
            let client = try TestClient(port: port)
            // The good answer before shows that a fault takes nothing else with it.
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /bad HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.response().text == "hello")
            return try await body(client)
        }
    }

    @Test func aResetIsSeenAsOne() async throws {
        try await withMisbehaviour(.reset) { client async throws in #expect(try await client.ending() == .reset) }
    }

    @Test func aTruncatedAnswerPromisesMoreThanComes() async throws {
        try await withMisbehaviour(.truncated(afterBytes: 2)) { client async throws in
            let text = try await client.receiveAll()
            #expect(text.contains("\r\nContent-Length: 5\r\n"))
            #expect(text.hasSuffix("\r\n\r\nhe"))
        }
    }

    @Test func aHangingAnswerEndsWithItsClient() async throws {
        try await withMisbehaviour(.hang) { client async throws in
            await client.finish()
            #expect(try await client.receiveAll() == "")
        }
    }

    @Test func aHangingAnswerDoesNotHoldTheShutdownUp() async throws {
        let client = try await withMisbehaviour(.hang) { $0 }
        #expect(try await client.receiveAll() == "")
    }

    @Test func aDrippingAnswerComesWholeInTheEnd() async throws {
        try await withMisbehaviour(.drip(bytesPerStep: 2, every: .milliseconds(1))) { client async throws in
            #expect(try await client.response().text == "hello")
            #expect(try await client.exchange("/").text == "hello")
        }
    }
}
