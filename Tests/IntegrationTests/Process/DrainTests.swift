import Sandbox
import TestSupport
import Testing

/// SIGTERM, seen from the clients that are connected.
@Suite(.timeLimit(.minutes(1))) struct DrainTests {
    @Test func theListenerClosesAndTheRequestUnderWayIsAnsweredAsTheLast() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            // Strava takes its time, and Paceline's answer waits for it.
            await stage.sandbox.inject(.latency(.seconds(1)), on: .activities)
            await stage.sandbox.clearLog()
            let client = try TestClient(port: server.port)
            #expect(try await client.exchange("/livez").status == 200)
            try await client.send(
                "POST /strava/refresh-data HTTP/1.1\r\nHost: a\r\nX-API-Key: \(Stage.apiKey)\r\n\r\n")
            try await eventually("the refresh has reached Strava") {
                await stage.listRequests()
            } until: {
                $0 == 1
            }
            let told = ContinuousClock.now
            server.process.terminate()
            try await eventually("nobody new is let in") {
                (try? TestClient(port: server.port)) == nil
            } until: {
                $0
            }
            let answer = try await client.response()
            #expect(answer.status == 200)
            #expect(answer["connection"] == "close")
            #expect(try await client.ending() == .end)
            #expect(await server.process.wait() == .exited(0))
            #expect(ContinuousClock.now - told < .seconds(10))
        }
    }

    @Test func whoHasSentHalfARequestMayFinishIt() async throws {
        try await withStage(activities: 1) { stage in
            let server = try await stage.serve()
            let client = try TestClient(port: server.port)
            #expect(try await client.exchange("/livez").status == 200)
            try await client.send("GET /livez HTTP/1.1\r\nHo")
            server.process.terminate()
            try await eventually("nobody new is let in") {
                (try? TestClient(port: server.port)) == nil
            } until: {
                $0
            }
            try await client.send("st: a\r\n\r\n")
            let answer = try await client.response()
            #expect(answer.status == 200)
            #expect(answer["connection"] == "close")
            #expect(try await client.ending() == .end)
            #expect(await server.process.wait() == .exited(0))
        }
    }
}
