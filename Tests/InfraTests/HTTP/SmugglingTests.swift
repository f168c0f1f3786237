import HTTP
import TestSupport
import Testing

/// What two readers might understand differently is refused, over a real connection, and nothing behind it is answered.
@Suite struct SmugglingTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: a\r\n"
    private static let post = "POST /a HTTP/1.1\r\nHost: a\r\n"
    private static let chunked = "\(post)Transfer-Encoding: chunked\r\n\r\n"

    static let requestLines: [(String, Int)] = [
        ("GET  /a HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET\t/a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (" GET /a HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET /a HTTP/1.1 \r\nHost: a\r\n\r\n", 400),
        ("GET /a\r\nHost: a\r\n\r\n", 400), ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("G@T /a HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET ftp://a/a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 400), ("GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /a HTTP/1\r\nHost: a\r\n\r\n", 400), ("GET /a http/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /a HTTP/1.1x\r\nHost: a\r\n\r\n", 400), ("\r\n\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /a HTTP/0.9\r\nHost: a\r\n\r\n", 505), ("GET /a HTTP/1.2\r\nHost: a\r\n\r\n", 505),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    ]

    static let lineEnds: [(String, Int)] = [
        ("GET /a HTTP/1.1\nHost: a\n\n", 400), ("\(get)X: b\n\r\n", 400), ("\(get)X: b\n\n", 400),
        ("\(get)X: b\rY: c\r\n\r\n", 400), ("\(get)X: b\r\r\n\r\n", 400), ("\(get)X: \0\r\n\r\n", 400),
        ("\(get)X: \u{0b}\r\n\r\n", 400), ("\(get)X: \u{7f}\r\n\r\n", 400),
        ("GET /a\0 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("\(get)X: b\r\n folded\r\n\r\n", 400), ("\(get)X: b\r\n\tfolded\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\n Host: a\r\n\r\n", 400),
    ]

    static let fields: [(String, Int)] = [
        ("\(get)X : b\r\n\r\n", 400), ("\(get)X\t: b\r\n\r\n", 400), ("\(get)X\r\n\r\n", 400),
        ("\(get): b\r\n\r\n", 400),
        ("\(get)X Y: b\r\n\r\n", 400), ("\(get)X\u{e9}: b\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\n\r\n", 400), ("\(get)Host: a\r\n\r\n", 400), ("\(get)hOST: b\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost : a\r\n\r\n", 400), ("GET /a HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: a, b@c\r\n\r\n", 400), ("GET http://a/a HTTP/1.1\r\n\r\n", 400),
        ("GET /a HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400), ("\(get)Expect: 200-ok\r\n\r\n", 417),
    ]

    static let lengths =
        [
            "+5", "-5", "0x5", "5,5", "5, 6", "5 5", "", "five", "5.0", "\u{0b}5", "18446744073709551621",
            "9223372036854775808", "00000000000000000000000000000000000000018446744073709551621",
        ].map { ("\(post)Content-Length: \($0)\r\n\r\nhello", 400) }

    static let severalLengths: [(String, Int)] = [
        ("\(post)Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400),
        ("\(post)Content-Length: 5\r\ncontent-length: 0\r\n\r\nhello", 400),
        ("\(post)Content-Length : 5\r\n\r\nhello", 400), ("\(post)Content-Length: \r\n 5\r\n\r\nhello", 400),
        ("\(post)Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("\(post)Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400),
        ("\(post)Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n", 400),
        ("\(post)Content-Length: 1048577\r\n\r\n", 413),
    ]

    static let codings =
        [
            "gzip", "gzip, chunked", "chunked, chunked", "chunked, identity", "identity", "xchunked", "chunkedx",
            "\"chunked\"", "chunked;q=1", "", ",chunked",
        ].map { ("\(post)Transfer-Encoding: \($0)\r\n\r\n0\r\n\r\n", 501) }

    static let severalCodings: [(String, Int)] = [
        ("\(post)Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("\(post)Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", 400),
        ("\(post)Transfer-Encoding: \u{0b}chunked\r\n\r\n0\r\n\r\n", 400),
        ("\(post)Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
        ("\(post)Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 501),
        ("POST /a HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ]

    static let chunks =
        [
            "5\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhelloo\r\n0\r\n\r\n", "5\r\nhell\r\n0\r\n\r\n",
            " 5\r\nhello\r\n0\r\n\r\n", "5 \r\nhello\r\n0\r\n\r\n", "+5\r\nhello\r\n0\r\n\r\n",
            "0x5\r\nhello\r\n0\r\n\r\n",
            "-1\r\n", "g\r\n", "\r\n", ";x\r\n", "5;x\ny\r\nhello\r\n0\r\n\r\n", "5;x\0\r\nhello\r\n0\r\n\r\n",
            "10000000000000005\r\nhello\r\n0\r\n\r\n", "0000000000000005\r\nhello\r\n0\r\n\r\n", "FFFFFFFFFFFFFFFF\r\n",
            "0\r\nX : a\r\n\r\n", "0\r\n folded\r\n\r\n", "0\r\nX: a\n\r\n", "0\r\n\n", "0\n\n",
            "0\r\nGET /b HTTP/1.1\r\n\r\n",
        ].map { ("\(chunked)\($0)", 400) }

    static let all = [
        requestLines, lineEnds, fields, lengths, severalLengths, codings, severalCodings, chunks,
        [("\(chunked)100001\r\n", 413)],
    ].flatMap { $0 }

    @Test(arguments: all)
    func itIsRefusedAndNothingBehindItIsAnswered(bytes: String, status: Int) async throws {
        try await withWire { client, book in
            // One good request before it, and behind it, in the same packet, what must not be heard.
            try await client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n" + bytes + smuggled)
            #expect(try await client.response().status == 200)
            let refusal = try await client.response()
            #expect(refusal.status == status)
            #expect(refusal["connection"] == "close")
            try await client.send(smuggled)
            #expect(try await client.receiveAll() == "")
            #expect(book.all == ["GET /a 0"])
        }
    }
}
