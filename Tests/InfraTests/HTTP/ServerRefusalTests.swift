import HTTP
import HTTPTypes
import Logging
import Reactor
import TestSupport
import Testing

/// What the server does with clients that are wrong, slow, too many or gone.
@Suite struct ServerRefusalTests {
    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/9.9\r\n", 505),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: br\r\n", 501),
        ("GET /" + String(repeating: "a", count: 9000), 414),
    ])
    func aRefusalIsJSONWithAnIDAndCloses(bytes: String, status: Int) async throws {
        try await withServer { port, _ async throws in
            let client = try TestClient(port: port)
            try await client.send(bytes)
            let response = try await client.response()
            #expect(response.status == status)
            #expect(response["content-type"] == "application/json")
            #expect(response.text.hasPrefix(#"{"detail":""#))
            #expect(response["x-request-id"] != nil)
            #expect(response["connection"] == "close")
            #expect(try await client.ending() == .end)
        }
    }

    @Test(arguments: [
        ("HEAD / HTTP/1.1\r\n\r\n", 400), ("\r\nHEAD / HTTP/1.1\r\n\r\n", 400), ("HEAD / HTTP/9.9\r\n", 505),
        ("HEAD /" + String(repeating: "a", count: 9000), 414),
        ("HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n", 413),
        ("HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx", 400),
    ])
    func aRefusalOfHeadSaysHowLongTheAnswerWouldBeAndLeavesItOut(bytes: String, status: Int) async throws {
        try await withServer { port, _ async throws in
            let client = try TestClient(port: port)
            try await client.send(bytes)
            let response = try await client.response(hasBody: false)
            #expect(response.status == status)
            #expect(try #require(response["content-length"].flatMap { Int($0) }) > 0)
            #expect(try await client.receiveAll() == "")
        }
    }

    /// Who reads a page of another site sees the reason of a refusal only if it carries what the page's answers carry.
    @Test func theResponderHasAWordInTheRefusalOfWhatIsUnderstood() async throws {
        try await withServer(responder: Stamping()) { port, _ async throws in
            for framing in ["Content-Length: 3000000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nffffff\r\n"] {
                let client = try TestClient(port: port)
                try await client.send("POST /there HTTP/1.1\r\nHost: a\r\n" + framing)
                let response = try await client.response()
                #expect(response.status == 413)
                #expect(response["x-stamp"] == "/there")
            }
        }
    }

    @Test func aTooLargeUploadStillGetsItsAnswer() async throws {
        try await withServer { port, _ async throws in
            let client = try TestClient(port: port)
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n")
            // More than the kernel buffers, so the server has to take it in order not to reset the answer away.
            try await client.send([UInt8](repeating: 0, count: 3_000_000))
            await client.finish()
            #expect(try await client.response().status == 413)
            #expect(try await client.ending() == .end)
        }
    }

    @Test func requestsBeforeTheBadOneAreAnswered() async throws {
        try await withServer { port, _ async throws in
            let client = try TestClient(port: port)
            try await client.send(
                "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.response().status == 200)
            #expect(try await client.response().status == 400)
            #expect(try await client.receiveAll() == "")
        }
    }

    @Test(arguments: ["GET / HTTP/1.1\r\nHost:", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"])
    func aRequestThatDoesNotArriveIsTimedOut(bytes: String) async throws {
        try await withServer(configure: {
            // It must have sent what it sends before that, also where a thousand tests begin at once.
            $0.headerTimeout = .seconds(6)
            $0.bodyTimeout = .seconds(6)
        }) { port, _ async throws in
            let client = try TestClient(port: port)
            try await client.send(bytes)
            #expect(try await client.response().status == 408)
            await client.finish()
            #expect(try await client.ending() == .end)
        }
    }

    @Test func aSilentConnectionIsClosedWithoutAWord() async throws {
        try await withServer(configure: {
            $0.headerTimeout = .milliseconds(40)
        }) { port, _ async throws in
            #expect(try await TestClient(port: port).receiveAll() == "")
        }
    }

    @Test func anIdleConnectionIsClosedWithoutAWord() async throws {
        try await withServer(configure: {
            $0.idleTimeout = .milliseconds(40)
        }) { port, _ async throws in
            let client = try TestClient(port: port)
            _ = try await client.exchange("/")
            #expect(try await client.receiveAll() == "")
        }
    }

    @Test func aPeerThatDoesNotReadIsLeft() async throws {
        let body = [UInt8](repeating: 1, count: 20_000_000)
        try await withServer(
            configure: {
                $0.writeTimeout = .milliseconds(40)
                $0.maximumConnections = 1
            },
            respond: { request in
                Response(status: .ok, body: request.path == "/large" ? body : [])
            }
        ) { port, _ async throws in
            let client = try TestClient(port: port, receiveBuffer: 4096)
            try await client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
            // Its place is free again once the server has left it, though it has not read a byte: until then others get 503.
            var status = 503
            while status == 503 { status = try await TestClient.get("/", port: port).status }
            #expect(status == 200)
            await #expect(throws: TestClient.Failure.self) { try await client.response() }
        }
    }

    /// The kernel asks for more only when it has room for much, which such a reader takes longer to make than a write may take.
    @Test func aPeerThatReadsSlowlyButAlwaysIsServed() async throws {
        let body = [UInt8](repeating: 1, count: 1_000_000)
        try await withServer(
            configure: { $0.writeTimeout = .seconds(8) }, respond: { _ in Response(status: .ok, body: body) }
        ) { port, _ async throws in
            let client = try TestClient(port: port, receiveBuffer: 4096)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await client.readSlowly(times: 45)
            #expect(try await client.response().body.count == body.count)
        }
    }

    @Test func connectionsAboveTheCeilingAreToldSo() async throws {
        try await withServer(configure: {
            $0.maximumConnections = 2
        }) { port, _ async throws in
            let clients = [try TestClient(port: port), try TestClient(port: port)]
            for client in clients { #expect(try await client.exchange("/").status == 200) }
            let third = try TestClient(port: port)
            #expect(try await third.response().status == 503)
            for client in clients { #expect(try await client.exchange("/").status == 200) }
        }
    }

    @Test func oneClientHasItsShareAndItsRequestDoesNotLoseTheAnswer() async throws {
        try await withServer(configure: {
            $0.connectionsPerClient = 2
            $0.trustedProxies = TrustedProxies(blocks: [])
        }) { port, _ async throws in
            let clients = [try TestClient(port: port), try TestClient(port: port)]
            for client in clients { #expect(try await client.exchange("/").status == 200) }
            let third = try TestClient(port: port)
            // Asked before the answer is read, as clients do: the answer must not be lost to a reset.
            let refusal = try await third.exchange("/")
            #expect(refusal.status == 503)
            #expect(refusal["retry-after"] == "1")
            #expect(try await third.ending() == .end)
            // Another address of this machine is another client.
            let other = try TestClient(port: port, from: "127.0.0.2")
            #expect(try await other.exchange("/").status == 200)
        }
    }

    @Test func behindAProxyTheClientsAreCountedAndTheProxyIsNot() async throws {
        let gate = Gate()
        try await withServer(
            configure: { $0.connectionsPerClient = 1 }, responder: Stamping(gate: gate)
        ) { port, _ async throws in
            let connections = try (0..<3).map { _ in try TestClient(port: port) }
            func send(_ connection: TestClient, for client: String) async throws {
                try await connection.send("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: \(client)\r\n\r\n")
            }
            try await send(connections[0], for: "192.0.2.7")
            await gate.arrivals(1)
            try await send(connections[1], for: "192.0.2.7")
            let refusal = try await connections[1].response()
            #expect(refusal.status == 503)
            #expect(refusal["x-stamp"] == "/")
            // The proxy's connection stays, for the next client.
            try await send(connections[1], for: "192.0.2.8")
            try await send(connections[2], for: "192.0.2.9")
            await gate.arrivals(3)
            gate.open()
            for connection in connections { #expect(try await connection.response().status == 200) }
        }
    }

    @Test func clientsThatLeaveDoNoHarm() async throws {
        let gate = Gate()
        try await withServer(respond: { request in
            if request.path == "/wait" { await gate.pass() }
            return Response(status: .ok, body: [UInt8](repeating: 1, count: 1_000_000))
        }) { port, _ async throws in
            for bytes in ["", "GET", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"] {
                let client = try TestClient(port: port)
                try await client.send(bytes)
                await client.reset()
            }
            let waiting = try TestClient(port: port)
            try await waiting.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
            await gate.arrivals(1)
            await waiting.reset()
            gate.open()
            #expect(try await TestClient.get("/", port: port).body.count == 1_000_000)
        }
    }

    @Test func anAddressInUseIsNamedWithTheCure() async throws {
        try await withServer { port, _ async throws in
            for count in [1, 2] {
                let loops = try EventLoopGroup(count: count)
                let server = HTTPServer(
                    configuration: HTTPServerConfiguration(port: port), responder: Router(), loops: loops,
                    logger: Logger(label: "test"))
                let cure = "Address already in use: another program listens on 127.0.0.1:\(port); stop it or set PORT"
                await #expect { try await server.run() } throws: { "\($0)" == cure }
                await #expect { try await server.boundPort() } throws: { "\($0)" == cure }
                await loops.shutdown()
            }
        }
    }

    @Test(arguments: [("example.org", 80), ("127.0.0.1", 70_000), ("", 80)])
    func anAddressThatIsNoneIsNamedWithTheCure(host: String, port: Int) async throws {
        let loops = try EventLoopGroup(count: 1)
        let server = HTTPServer(
            configuration: HTTPServerConfiguration(host: host, port: port), responder: Router(), loops: loops,
            logger: Logger(label: "test"))
        await #expect { try await server.run() } throws: { "\($0)".contains("set HOST to a numeric address") }
        await loops.shutdown()
    }
}

/// Says on each refusal which request it is of.
private struct Stamping: Responder {
    var gate: Gate?

    func respond(to request: Request) async -> Response {
        await gate?.pass()
        return Response(status: .ok)
    }

    func refusal(_ response: Response, of request: Request) -> Response {
        var response = response
        response.preparedFields = Array("X-Stamp: \(request.path)\r\n".utf8)
        return response
    }
}
