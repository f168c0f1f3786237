import Sandbox
import TestSupport
import Testing

/// SIGTERM, seen from the clients that are connected.
@Suite(.timeLimit(.minutes(15))) struct DrainTests {
    /// Tells the server to stop, finishes the request that `client` has begun, and sees both to their end.
    private func expectDrain(of server: Paceline, finishing rest: String, from client: TestClient) async throws {
        server.process.terminate()
        try await eventually("nobody new is let in") {
            (try? TestClient(port: server.port)) == nil
        } until: {
            $0
        }
        try await client.send(rest)
        let answer = try await client.response()
        #expect(answer.status == 200)
        #expect(answer["connection"] == "close")
        #expect(try await client.ending() == .end)
        #expect(await server.process.wait() == .exited(0))
    }

    @Test func theListenerClosesAndTheRequestUnderWayIsAnsweredAsTheLast() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            let client = try TestClient(port: server.port)
            #expect(try await client.exchange("/livez").status == 200)
            // Under way for as long as the rest of its body is missing.
            try await client.send(
                """
                POST /strava/refresh-data HTTP/1.1\r\nHost: a\r\nX-API-Key: \(Stage.apiKey)\r\n\
                Content-Length: 2\r\n\r\n{
                """)
            try await expectDrain(of: server, finishing: "}", from: client)
        }
    }

    @Test func whoHasSentHalfARequestMayFinishIt() async throws {
        try await withStage(activities: 1) { stage in
            let server = try await stage.serve()
            let client = try TestClient(port: server.port)
            #expect(try await client.exchange("/livez").status == 200)
            try await client.send("GET /livez HTTP/1.1\r\nHo")
            try await expectDrain(of: server, finishing: "st: a\r\n\r\n", from: client)
        }
    }
}
