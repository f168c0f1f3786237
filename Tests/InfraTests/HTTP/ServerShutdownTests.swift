import HTTP
import HTTPTypes
import ServiceLifecycle
import TestSupport
import Testing

@Suite struct ServerShutdownTests {
    @Test func twoHundredIdleConnectionsEndAtOnce() async throws {
        try await withServer(loops: 2) { port, group in
            // The first hundred have been served, the others have not said a word.
            var clients: [TestClient] = []
            for number in 0..<200 {
                let client = try TestClient(port: port)
                if number < 100 { #expect(try await client.exchange("/").status == 200) }
                clients.append(client)
            }
            await group.triggerGracefulShutdown()
            for client in clients {
                #expect(try await client.ending() == .end)
            }
        }
    }

    @Test func aRequestUnderWayIsFinishedAndIsTheLast() async throws {
        let gate = Gate()
        try await withServer(respond: { _ in
            await gate.pass()
            return Response(status: .ok, body: Array("done".utf8))
        }) { port, group in
            let (client, idle) = (try TestClient(port: port), try TestClient(port: port))
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            await gate.arrivals(1)
            await group.triggerGracefulShutdown()
            // The idle one ends when the server has stopped accepting; only then is the door opened.
            _ = try await idle.ending()
            #expect(throws: TestClient.Failure.self) { try TestClient(port: port) }
            gate.open()
            let response = try await client.response()
            #expect(response.text == "done")
            #expect(response["connection"] == "close")
            #expect(try await client.ending() == .end)
        }
    }

    @Test func whoeverIsConnectedIsAnsweredOnceMoreAndToldThatItIsTheLastTime() async throws {
        // Time enough for the slowest of machines: the client may have sent its request before it could know.
        try await withServer(configure: { $0.farewellTimeout = .seconds(3600) }) { port, group in
            let (served, silent) = (try TestClient(port: port), try TestClient(port: port))
            #expect(try await served.exchange("/").status == 200)
            await group.triggerGracefulShutdown()
            // A stranger who is still let in goes at once; when none is any more, the listener has closed.
            while (try? TestClient(port: port)) != nil { await Task.yield() }
            for client in [served, silent] {
                #expect(try await client.exchange("/")["connection"] == "close")
                #expect(try await client.ending() == .end)
            }
        }
    }

    @Test func aRequestHalfReceivedIsFinishedToo() async throws {
        try await withServer { port, group in
            let (client, idle) = (try TestClient(port: port), try TestClient(port: port))
            _ = try await client.exchange("/")
            try await client.send("GET / HTTP/1.1\r\nHo")
            // On one loop this exchange is answered after the half request was read.
            _ = try await idle.exchange("/")
            await group.triggerGracefulShutdown()
            _ = try await idle.ending()
            try await client.send("st: a\r\n\r\n")
            #expect(try await client.response()["connection"] == "close")
        }
    }

    @Test func aRequestThatTakesTooLongIsCancelled() async throws {
        let gate = Gate()
        try await withServer(
            configure: {
                $0.drainTimeout = .milliseconds(40)
            },
            respond: { _ in
                gate.open()
                // Ends with the cancellation; the test would hang for an hour without it.
                try? await Task.sleep(for: .seconds(3600))
                return Response(status: .ok)
            }
        ) { port, group in
            let client = try TestClient(port: port)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            await gate.pass()
            await group.triggerGracefulShutdown()
            _ = try await client.ending()
        }
    }
}
