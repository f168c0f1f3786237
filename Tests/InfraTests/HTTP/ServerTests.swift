import HTTP
import HTTPTypes
import Reactor
import TestSupport
import Testing

@Suite struct ServerTests {
    @Test func aRequestIsAnswered() async throws {
        try await withServer { port, _ async throws in
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

    @Test func theHandlerSeesTheWholeRequest() async throws {
        try await withServer(respond: { request in
            let text =
                "\(request.method.rawValue) \(request.target) \(request.header(.userAgent) ?? "-") \(request.peerAddress) "
            return Response(status: .ok, fields: [.eTag: request.id], body: Array(text.utf8) + request.body)
        }) { port, _ async throws in
            let client = try TestClient(port: port)
            let response = try await client.exchange("PUT", "/a?b=c", headers: ["User-Agent": "test"], body: "body")
            #expect(response.text == "PUT /a?b=c test 127.0.0.1 body")
            #expect(response["etag"] == response["x-request-id"])
        }
    }

    @Test func aConnectionServesManyRequests() async throws {
        try await withServer { port, _ async throws in
            let client = try TestClient(port: port)
            var ids: Set<String?> = []
            for _ in 0..<200 { ids.insert(try await client.exchange("/")["x-request-id"]) }
            #expect(ids.count == 200)
        }
    }

    @Test func aHundredPipelinedRequestsAreAnsweredInOrder() async throws {
        try await withServer(respond: {
            Response(status: .ok, body: Array($0.target.utf8))
        }) { port, _ async throws in
            let client = try TestClient(port: port)
            try await client.send((0..<100).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
            for number in 0..<100 { #expect(try await client.response().text == "/\(number)") }
        }
    }

    @Test func headHasTheLengthAndNoBody() async throws {
        try await withServer { port, _ async throws in
            let client = try TestClient(port: port)
            let response = try await client.exchange("HEAD", "/")
            #expect(response["content-length"] == "5")
            #expect(try await client.exchange("/").text == "hello")
        }
    }

    @Test func anAnswerWithoutContentHasNoLength() async throws {
        try await withServer(respond: { _ in
            Response(status: .notModified, body: Array("dropped".utf8))
        }) { port, _ async throws in
            let client = try TestClient(port: port)
            for _ in 0..<2 {
                let response = try await client.exchange("/")
                #expect(response.status == 304)
                #expect(response["content-length"] == nil)
            }
        }
    }

    @Test("Every head begins with its status line, the date and the server", arguments: [200, 304, 404])
    func headsBeginAlike(status: Int) async throws {
        try await withServer(respond: { _ in Response(status: .init(code: status)) }) { port, _ async throws in
            let client = try TestClient(port: port)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let lines = try await client.receiveAll().split(separator: "\r\n")
            #expect(lines.count > 3)
            #expect(lines.first?.hasPrefix("HTTP/1.1 \(status) ") == true)
            #expect(lines.dropFirst().first?.hasPrefix("Date: ") == true)
            #expect(lines.dropFirst(2).first == "Server: paceline")
        }
    }

    @Test func http10ClosesUnlessItIsAskedToStay() async throws {
        try await withServer { port, _ async throws in
            let client = try TestClient(port: port)
            try await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try await client.response()["connection"] == "keep-alive")
            try await client.send("GET / HTTP/1.0\r\n\r\n")
            #expect(try await client.response()["connection"] == "close")
            #expect(try await client.ending() == .end)
        }
    }

    @Test func theClientMayAskForTheEnd() async throws {
        try await withServer { port, _ async throws in
            let client = try TestClient(port: port)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(try await client.receiveAll().contains("\r\nConnection: close\r\n"))
        }
    }

    @Test func aClientThatEndedItsSideIsStillAnswered() async throws {
        try await withServer { port, _ async throws in
            let client = try TestClient(port: port)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            await client.finish()
            #expect(try await client.receiveAll().hasSuffix("\r\n\r\nhello"))
        }
    }

    @Test func aChunkedBodyArrivesWhole() async throws {
        try await withServer(respond: {
            Response(status: .ok, body: $0.body)
        }) { port, _ async throws in
            let client = try TestClient(port: port)
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            for chunk in ["5\r\nhello", "\r\n7\r\n, world\r", "\n0\r\n\r\n"] { try await client.send(chunk) }
            #expect(try await client.response().text == "hello, world")
        }
    }

    @Test func aClientThatWaitsForContinueGetsIt() async throws {
        try await withServer(respond: {
            Response(status: .ok, body: $0.body)
        }) { port, _ async throws in
            let client = try TestClient(port: port)
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await client.response().status == 100)
            try await client.send("abc")
            #expect(try await client.response().text == "abc")
        }
    }

    @Test func aLargeBodyGoesOutInParts() async throws {
        let body = (0..<4_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await withServer(
            configure: {
                $0.sendBufferBytes = 4096
            },
            respond: { _ in
                Response(status: .ok, body: body)
            }
        ) { port, _ async throws in
            let client = try TestClient(port: port, receiveBuffer: 4096)
            #expect(try await client.exchange("/").body == body)
            #expect(try await client.exchange("/").body == body)
        }
    }

    @Test func aLargeRequestBodyArrivesWhole() async throws {
        try await withServer(respond: {
            Response(status: .ok, body: $0.body)
        }) { port, _ async throws in
            let body = String(repeating: "0123456789abcdef", count: 65_536)
            let client = try TestClient(port: port)
            #expect(try await client.exchange("POST", "/", body: body).text == body)
        }
    }

    @Test func preparedFieldsAndOwnDatesAreSentAsTheyAre() async throws {
        try await withServer(respond: { _ in
            var response = Response(
                status: .ok, fields: [.date: "yesterday", .contentLength: "999", .setCookie: "a=b"])
            response.fields.append(HTTPField(name: .setCookie, value: "c=d"))
            response.preparedFields = Array("ETag: \"1\"\r\nVary: Accept\r\n".utf8)
            return response
        }) { port, _ async throws in
            let response = try await TestClient.get("/", port: port)
            #expect(response["etag"] == "\"1\"")
            #expect(response["vary"] == "Accept")
            #expect(response["date"] == "yesterday")
            #expect(response["content-length"] == "0")
            #expect(response.fields.filter { $0.name == "set-cookie" }.map(\.value) == ["a=b", "c=d"])
        }
    }

    @Test func aLineEndInAFieldDoesNotSplitTheHead() async throws {
        try await withServer(respond: { _ in
            Response(status: .ok, fields: [.location: "/a\r\nSet-Cookie: b=c\r\n\r\n<p>", .eTag: "d\ne\0f"])
        }) { port, _ async throws in
            let response = try await TestClient.get("/", port: port)
            #expect(response["location"]?.contains("Set-Cookie: b=c") == true)
            #expect(response["set-cookie"] == nil)
            #expect(response["etag"] == "d e f")
            #expect(response.body.isEmpty)
        }
    }

    @Test func severalLoopsShareOnePort() async throws {
        try await withServer(loops: 3) { port, _ async throws in
            for _ in 0..<30 { #expect(try await TestClient.get("/", port: port).status == 200) }
        }
    }

    @Test func ipv6IsServed() async throws {
        try await withServer(
            configure: {
                $0.host = "[::1]"
            },
            respond: {
                Response(status: .ok, body: Array($0.peerAddress.utf8))
            }
        ) { port, _ async throws in
            #expect(try await TestClient(port: port, ipv6: true).exchange("/").text == "::1")
        }
    }
}
