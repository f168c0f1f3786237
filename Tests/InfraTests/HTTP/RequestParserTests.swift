import HTTPTypes
import Testing

@testable import HTTP

@Suite struct RequestParserTests {
    private static let host = "Host: a\r\n"

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / 1.1 keep [host=a] "),
        ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / 1.1 keep [host=a] "),
        ("GET /a?b=c%20d&e HTTP/1.1\r\nHost:a\r\n\r\n", "GET /a?b=c%20d&e 1.1 keep [host=a] "),
        ("GET http://a.example:80/b?c HTTP/1.1\r\nHost: a\r\n\r\n", "GET /b?c 1.1 keep [host=a] "),
        ("GET http://a.example HTTP/1.1\r\nHost: a\r\n\r\n", "GET / 1.1 keep [host=a] "),
        ("GET https://a.example:80?b/c HTTP/1.1\r\nHost: a\r\n\r\n", "GET /?b/c 1.1 keep [host=a] "),
        ("GET HTTP://a? HTTP/1.1\r\nHost: a\r\n\r\n", "GET /? 1.1 keep [host=a] "),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * 1.1 keep [host=a] "),
        ("BREW / HTTP/1.1\r\nHost: [::1]:5001\r\n\r\n", "BREW / 1.1 keep [host=[::1]:5001] "),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / 1.1 keep [host=] "),
        ("GET / HTTP/1.1\r\nhOsT: \t a \t \r\nX-A: b  c\r\nX-A: d\r\n\r\n", "GET / 1.1 keep [host=a;x-a=b  c;x-a=d] "),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: TE , Close\r\n\r\n",
            "GET / 1.1 close [host=a;connection=TE , Close] "
        ),
        ("GET / HTTP/1.0\r\n\r\n", "GET / 1.0 close [] "),
        ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET / 1.0 keep [connection=keep-alive] "),
        ("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", "GET / 1.0 close [connection=keep-alive, close] "),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 005\r\n\r\nhello",
            "POST / 1.1 keep [host=a;content-length=005] hello"
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "POST / 1.1 keep [host=a;content-length=0] "),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n00A;x=\"y\"\r\n, my world\r\n0\r\nSum: 1\r\n\r\n",
            "POST / 1.1 keep [host=a;transfer-encoding=Chunked] hello, my world"
        ),
    ])
    func aGoodRequestIsUnderstood(bytes: String, meaning: String) {
        #expect(parse(bytes) == [.request(meaning)])
    }

    @Test(arguments: [
        // The request line.
        ("GET  / HTTP/1.1\r\n", 400), ("GET /  HTTP/1.1\r\n", 400), (" GET / HTTP/1.1\r\n", 400),
        ("GET / HTTP/1.1 \r\n", 400), ("GET /\r\n", 400), ("GET\r\n", 400), ("G@T / HTTP/1.1\r\n", 400),
        ("GET\t/ HTTP/1.1\r\n", 400), ("GET a HTTP/1.1\r\n", 400), ("GET * HTTP/1.1\r\n", 400),
        ("options * HTTP/1.1\r\n", 400),
        ("GET http:// HTTP/1.1\r\n", 400), ("GET http://?a HTTP/1.1\r\n", 400), ("GET http:/// HTTP/1.1\r\n", 400),
        ("GET ftp://a/ HTTP/1.1\r\n", 400),
        ("CONNECT a:1 HTTP/1.1\r\n", 400), ("GET /\u{e9} HTTP/1.1\r\n", 400), ("GET / http/1.1\r\n", 400),
        ("GET / HTTP/1\r\n", 400), ("GET / HTTP/11.1\r\n", 400), ("\r\n\r\n", 400),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.1\r\n", 400),
        ("GET / HTTP/2.0\r\n", 505), ("GET / HTTP/1.2\r\n", 505), ("GET / HTTP/0.9\r\n", 505),
        ("PRI * HTTP/2.0\r\n", 505),
        // Line ends and control characters, at once and not only at the line's end.
        ("GET / HTTP/1.1\n", 400), ("GET / HTTP/1.1\rH", 400), ("GET /\0", 400), ("GET / HTTP/1.1\r\nHost: a\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\rX: b", 400), ("GET / HTTP/1.1\r\nHost: a\0", 400), ("GET / HTTP/1.1\r\r\n", 400),
        ("GET / HTTP/1.1\r\nX: \u{1b}", 400), ("GET / HTTP/1.1\r\nX: \u{7f}", 400),
        // Fields.
        ("GET / HTTP/1.1\r\nHost : a\r\n", 400), ("GET / HTTP/1.1\r\n Host: a\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\n", 400),
        ("GET / HTTP/1.1\r\nHost\r\n", 400), ("GET / HTTP/1.1\r\n: a\r\n", 400), ("GET / HTTP/1.1\r\nX Y: a\r\n", 400),
        ("GET / HTTP/1.1\r\nX(Y): a\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n", 417),
        // Host.
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n", 400),
        ("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n", 400), ("GET / HTTP/1.1\r\nHost: a b\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n", 400), ("GET / HTTP/1.1\r\nHost: u@a\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a,b?\r\n", 400),
        // Lengths.
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5 5\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551617\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400),
        ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", 413),
    ])
    func aBadRequestIsRefused(bytes: String, status: Int) {
        #expect(parse(bytes) == [.rejected(status)])
    }

    @Test(arguments: [
        ("5\r\nhello\n", 400), ("5\r\nhelloX", 400), ("5\nhello", 400), ("5\r\nhello\r\rX", 400), ("\r\n", 400),
        ("g\r\n", 400),
        (" 5\r\n", 400), ("5 \r\n", 400), ("+5\r\n", 400), ("0x5\r\n", 400), (";a\r\n", 400),
        ("1000000000000000\r\n", 400),
        ("FFFFFFFFFFFFFFFF\r\n", 400), ("5;a\nb", 400), ("5;a\0", 400), ("100001\r\n", 413), ("0\r\n a: b\r\n", 400),
        ("0\r\na b: c\r\n", 400), ("0\r\na\r\n", 400), ("0\r\na: \0", 400), ("0\r\na: b\n", 400), ("0\r\n\rX", 400),
    ])
    func aBadChunkedBodyIsRefused(chunks: String, status: Int) {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(parse(head + chunks) == [.rejected(status)])
    }

    /// Pipelined requests of every kind, and some that end in a refusal.
    static let streams = [
        "GET /a HTTP/1.1\r\nHost: a\r\nX-Long-Name: value with spaces\r\n\r\n",
        "\r\nPOST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\n12\r\n\r\n3GET /c HTTP/1.0\r\n\r\n",
        "POST /d HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;e=f\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: u\r\n\r\nGET /g HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /h HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabcGET /i HTTP/3.0\r\n\r\n",
        "GET /j HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nkPOST /l HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET /m HTTP/1.1\r\nHost: a\r\n\r\nPOST /n HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\nzz",
        "GET /o HTTP/1.1\r\nHost: a\r\nBare: lf\nX: y\r\n\r\n",
        "GET /p HTTP/1.1\r\nHost: a\r\n\r\nGET /unfinished HTTP/1.1\r\nHo",
    ]

    @Test(arguments: streams)
    func theMeaningDoesNotDependOnTheCut(stream: String) {
        let bytes = Array(stream.utf8)
        let whole = parse([bytes])
        #expect(!whole.isEmpty)
        for cut in 1..<bytes.count {
            #expect(parse([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole, "cut at \(cut)")
        }
        #expect(parse(bytes.map { [$0] }) == whole, "byte by byte")
    }

    @Test func anEmptyLineAloneIsNoRequestThatHasBegun() {
        #expect(parse("\r").isEmpty)
        #expect(parse("\r\n").isEmpty)
        #expect(parse("GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n") == [.request("GET / 1.1 keep [host=a] ")])
        #expect(parse("\r\nG") == [.incomplete])
        #expect(parse("\r\n\r").isEmpty)
    }

    @Test func eachLimitIsExact() {
        var limits = RequestLimits()
        limits.targetBytes = 20
        limits.headerBytes = 60
        limits.fieldCount = 3
        limits.bodyBytes = 10
        func status(_ text: String) -> Parsed? {
            switch parse(text, limits: limits).last {
            case .rejected(let status): .rejected(status)
            default: nil
            }
        }
        let longest = "/" + String(repeating: "t", count: 19)
        #expect(status("GET \(longest) HTTP/1.1\r\nHost: a\r\n\r\n") == nil)
        #expect(status("GET \(longest)t HTTP/1.1\r\nHost: a\r\n\r\n") == .rejected(414))
        // The host line has 9 bytes, the other's name, colon and end 4: 60 in all.
        #expect(status("GET / HTTP/1.1\r\nHost: a\r\nX:" + String(repeating: "v", count: 47) + "\r\n\r\n") == nil)
        #expect(
            status("GET / HTTP/1.1\r\nHost: a\r\nX:" + String(repeating: "v", count: 48) + "\r\n\r\n") == .rejected(431)
        )
        #expect(status("GET / HTTP/1.1\r\nHost: a\r\nA:\r\nB:\r\n\r\n") == nil)
        #expect(status("GET / HTTP/1.1\r\nHost: a\r\nA:\r\nB:\r\nC:\r\n\r\n") == .rejected(431))
        let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(status("\(chunked)5\r\n12345\r\n5\r\n12345\r\n0\r\n\r\n") == nil)
        #expect(status("\(chunked)5\r\n12345\r\n6\r\n") == .rejected(413))
        #expect(status("\(chunked)0\r\nA:\r\nB:\r\nC:\r\n\r\n") == nil)
        #expect(status("\(chunked)0\r\nA:\r\nB:\r\nC:\r\nD") == .rejected(431))
        #expect(status("\(chunked)0\r\nA:" + String(repeating: "v", count: 60)) == .rejected(431))
        // Two lines of 30 bytes with their ends are 60.
        let half = "A:" + String(repeating: "v", count: 26) + "\r\n"
        #expect(status("\(chunked)0\r\n\(half)\(half)\r\n") == nil)
        #expect(status("\(chunked)0\r\n\(half)A\(half)\r\n") == .rejected(431))
        #expect(status("\(chunked)1;" + String(repeating: "e", count: 4097)) == .rejected(400))
    }

    @Test func aHeaderThatNeverEndsIsRefusedBeforeItsEnd() {
        #expect(parse("GET /" + String(repeating: "t", count: 9000)) == [.rejected(414)])
        #expect(parse("GET / HTTP/1.1\r\nX: " + String(repeating: "v", count: 17_000)) == [.rejected(431)])
    }

    @Test func continueIsAskedForOnceAndOnlyWithoutABody() {
        func events(_ pieces: [String]) -> [String] {
            var parser = RequestParser(limits: RequestLimits())
            var events: [String] = []
            for piece in pieces {
                parser.append(Array(piece.utf8))
                loop: while true {
                    switch parser.next() {
                    case .needsMore: break loop
                    case .continueExpected: events.append("continue")
                    case .request: events.append("request")
                    case .rejected: return events + ["rejected"]
                    }
                }
            }
            return events
        }
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-Continue\r\n\r\n"
        #expect(events([head, "a", "bc"]) == ["continue", "request"])
        #expect(events([head + "a", "bc"]) == ["request"])
        #expect(events([head + "abc"]) == ["request"])
        #expect(events(["POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n", "a"]) == ["request"])
        #expect(events(["POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n"]) == ["request"])
    }
}
