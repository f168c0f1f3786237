import HTTP
import TestSupport
import Testing

/// Behind every kind of request and answer the next one of the pipeline is in step, or the connection has ended.
@Suite struct PipelineTests {
    /// Requests that leave the connection open: the bytes, the status, and what the responder saw.
    static let kept: [(String, Int, String)] = [
        ("GET /a HTTP/1.1\r\nHost: a\r\n\r\n", 200, "GET /a 0"),
        ("\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n", 200, "GET /a 0"),
        ("GET http://other.example:80/a?x=1 HTTP/1.1\r\nHost: a\r\n\r\n", 200, "GET /a?x=1 0"),
        ("GET http://other.example?x=1 HTTP/1.1\r\nHost: a\r\n\r\n", 200, "GET /?x=1 0"),
        ("OPTIONS /a HTTP/1.1\r\nHost: a\r\n\r\n", 200, "OPTIONS /a 0"),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 204, "OPTIONS * 0"),
        ("GET /a HTTP/1.1\r\nHost:\r\n\r\n", 200, "GET /a 0"),
        ("GET /a HTTP/1.1\r\nHost: a\r\nX: caf\u{e9}\t\u{20ac}\r\n\r\n", 200, "GET /a 0"),
        ("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, "GET /a 0"),
        // Bodies that look like requests.
        ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: \(smuggled.utf8.count)\r\n\r\n\(smuggled)", 200, "POST /a 28"),
        (
            "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1c\r\n\(smuggled)\r\n0\r\n\r\n", 200,
            "POST /a 28"
        ),
        (
            "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b;c=\"d\"\r\nx\r\n0A\r\n0123456789\r\n000\r\nSum: 1\r\nX:\r\n\r\n",
            200, "POST /a 11"
        ),
        ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 200, "POST /a 0"),
        ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 00000000000005\r\n\r\nhello", 200, "POST /a 5"),
        ("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, "POST /a 0"),
        ("GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 200, "GET /a 5"),
        ("DELETE /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 200, "DELETE /a 5"),
        ("POST /a HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello", 200, "POST /a 5"),
        (
            "POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello", 200, "POST /a 5"
        ),
        // A field that only looks like the length is none of it.
        ("GET /a HTTP/1.1\r\nHost: a\r\nContent_Length: 28\r\nTransfer_Encoding: chunked\r\n\r\n", 200, "GET /a 0"),
        // Nobody has a handler for it, but its body has been read.
        ("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 404, "POST /nowhere 5"),
        ("BREW /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 405, "BREW /a 5"),
        ("TRACE /a HTTP/1.1\r\nHost: a\r\n\r\n", 405, "TRACE /a 0"),
        ("GET /unchanged HTTP/1.1\r\nHost: a\r\n\r\n", 304, "GET /unchanged 0"),
        ("DELETE /gone HTTP/1.1\r\nHost: a\r\n\r\n", 204, "DELETE /gone 0"),
    ]

    @Test(arguments: kept)
    func theNextRequestIsInStep(bytes: String, status: Int, saw: String) async throws {
        try await withWire { client, book in
            let next = "GET /b HTTP/1.1\r\nHost: a\r\n\r\n"
            try await client.send(bytes + next + bytes + next)
            for _ in 0..<2 {
                #expect(try await client.response().status == status)
                #expect(try await client.response().text == "/b")
            }
            #expect(book.all == [saw, "GET /b 0", saw, "GET /b 0"])
        }
    }

    @Test func theAnswerToHeadHasNoBodyAndTheNextIsInStep() async throws {
        try await withWire { client, book in
            try await client.send(
                "HEAD /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.response(hasBody: false)["content-length"] == "2")
            #expect(try await client.response().text == "/b")
            #expect(book.all == ["HEAD /a 5", "GET /b 0"])
        }
    }

    /// Requests that are answered as the last ones of their connections.
    @Test(arguments: [
        "GET /a HTTP/1.0\r\n\r\n", "GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Close\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n",
        "GET /a HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
        "POST /a HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello",
    ])
    func nothingIsAnsweredBehindTheLastAnswer(bytes: String) async throws {
        try await withWire { client, book in
            try await client.send(bytes + smuggled)
            let answer = try await client.response()
            #expect(answer.status == 200)
            #expect(answer["connection"] == "close")
            try await client.send(smuggled)
            #expect(try await client.receiveAll() == "")
            #expect(book.all.count == 1)
        }
    }

    /// Bodies that are refused before they have all come: what follows is body, whatever it looks like.
    @Test(arguments: [
        "Content-Length: 1048577\r\n\r\n", "Content-Length: 1048577\r\nExpect: 100-continue\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n100001\r\n",
        "Transfer-Encoding: chunked\r\n\r\n80000\r\n" + halfAMegabyte + "\r\n80001\r\n",
    ])
    func aBodyThatIsTooLargeIsNotHeardAsRequests(framing: String) async throws {
        try await withWire { client, book in
            try await client.send(
                "POST /a HTTP/1.1\r\nHost: a\r\n" + framing + String(repeating: smuggled, count: 1000))
            let answer = try await client.response()
            #expect(answer.status == 413)
            #expect(answer["connection"] == "close")
            #expect(try await client.receiveAll() == "")
            #expect(book.all == [])
        }
    }

    private static let halfAMegabyte = String(repeating: "x", count: 0x80000)

    @Test func continueIsSaidOnceAndOnlyToWhoWaitsForIt() async throws {
        try await withWire { client, book in
            let head = "POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
            try await client.send(head)
            #expect(try await client.response().status == 100)
            try await client.send("he")
            try await client.send("llo" + head + "hello")
            // The second body came with its head: there was nothing to wait for.
            for _ in 0..<2 { #expect(try await client.response().status == 200) }
            // HTTP/1.0 knows no interim answers, and a request without a body has nothing to send.
            try await client.send(
                "POST /a HTTP/1.0\r\nExpect: 100-continue\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\n")
            try await client.send("x" + "GET /b HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n")
            for _ in 0..<2 { #expect(try await client.response().status == 200) }
            #expect(book.all == ["POST /a 5", "POST /a 5", "POST /a 1", "GET /b 0"])
        }
    }
}
