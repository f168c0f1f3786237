import HTTP
import TestSupport
import Testing

/// The server's bounds as they are when nobody has set them, over a real connection: the last that fits, and the first that does not.
@Suite(.timeLimit(.minutes(15))) struct BoundTests {
    private static func target(_ count: Int) -> String {
        "GET /a?" + String(repeating: "t", count: count - 3) + " HTTP/1.1\r\nHost: a\r\n\r\n"
    }

    /// A header block of so many bytes, line ends included, but for the empty line.
    private static func header(_ count: Int) -> String {
        let fixed = "Host: a\r\nX: \r\n".utf8.count
        return "GET /a HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "v", count: count - fixed) + "\r\n\r\n"
    }

    private static func fields(_ count: Int) -> String {
        "GET /a HTTP/1.1\r\nHost: a\r\n" + (1..<count).map { "X-\($0): y\r\n" }.joined() + "\r\n"
    }

    private static func body(_ count: Int) -> String {
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n" + String(repeating: "b", count: count)
    }

    private static func chunkedBody(_ count: Int) -> String {
        let chunks = (0..<(count / 4096)).map { _ in "1000\r\n" + String(repeating: "c", count: 4096) + "\r\n" }
            .joined()
        let rest =
            count % 4096 == 0
            ? "" : String(count % 4096, radix: 16) + "\r\n" + String(repeating: "c", count: count % 4096) + "\r\n"
        return "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + rest + "0\r\n\r\n"
    }

    @Test(arguments: [
        (target(8 << 10), target(8 << 10 + 1), 414), (header(16 << 10), header(16 << 10 + 1), 431),
        (fields(100), fields(101), 431), (body(1 << 20), body(1 << 20 + 1), 413),
        (chunkedBody(1 << 20), chunkedBody(1 << 20 + 1), 413),
    ])
    func theLastThatFitsIsTakenAndTheFirstThatDoesNotIsRefused(fits: String, doesNot: String, status: Int) async throws
    {
        try await withWire { client, book in
            for _ in 0..<2 {
                try await client.send(fits)
                #expect(try await client.response().status == 200)
            }
            try await client.send(doesNot)
            let refusal = try await client.response()
            #expect(refusal.status == status)
            #expect(refusal["connection"] == "close")
            #expect(try await client.ending() == .end)
            #expect(book.all.count == 2)
        }
    }

    /// A connection that has had a request; one whose first request came too late, which a busy machine may bring about, is given up.
    private func settled(_ port: Int) async throws -> TestClient {
        while true {
            let client = try TestClient(port: port)
            if await (try? client.exchange("/"))?.status == 200 { return client }
        }
    }

    @Test(arguments: [
        ("GET /a HTTP/1.1\r\nHost: a\r\nX: ", "y"),
        ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n", "z"),
        ("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n", "z"),
    ])
    func bytesThatDripInDoNotBuyTime(beginning: String, drop: String) async throws {
        let limit = Duration.milliseconds(500)
        try await withServer(configure: {
            $0.headerTimeout = limit
            $0.bodyTimeout = limit
        }) { port, _ async throws in
            let (slow, other) = (try await settled(port), try await settled(port))
            let started = ContinuousClock.now
            try await slow.send(beginning)
            // The other's exchanges pace the drops. Each of them shows as well that the loop, which they share, has turned, so
            // once they take place behind the deadline, it has been looked at.
            while ContinuousClock.now - started < limit * 2 {
                #expect(try await other.exchange("/").status == 200)
                try await slow.send(drop)
            }
            #expect(try await slow.response().status == 408)
            await slow.finish()
            #expect(try await slow.ending() == .end)
        }
    }
}
