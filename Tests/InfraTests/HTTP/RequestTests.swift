import HTTPTypes
import Testing

@testable import HTTP

@Suite struct RequestTests {
    private func fromWire(_ head: String) -> Request {
        var parser = RequestParser(limits: RequestLimits())
        parser.append(Array("\(head)\r\n\r\n".utf8))
        guard case .request(let message) = parser.next() else { return Request(method: .trace, target: "rejected") }
        return Request(method: message.method, head: message.head, body: message.body, peerAddress: "::1", id: "id")
    }

    @Test func fieldsAreFoundWithoutCaseAndJoined() {
        let request = fromWire(
            "GET / HTTP/1.1\r\nHOST: a\r\nX-API-key: k:1 \r\nAccept: a\r\nCookie: b=c\r\naccept: d\r\ncookie: e=f\r\nEmpty:"
        )
        #expect(HTTPField.Name("Host").flatMap(request.header) == "a")
        #expect(HTTPField.Name("X-Api-Key").flatMap(request.header) == "k:1")
        #expect(request.header(.accept) == "a, d")
        #expect(request.header(.cookie) == "b=c; e=f")
        #expect(HTTPField.Name("empty").flatMap(request.header) == "")
        #expect(HTTPField.Name("X-Api-Ke").flatMap(request.header) == nil)
        #expect(request.fields[values: .accept] == ["a", "d"])
        #expect(request.fields.count == 7)
    }

    @Test func aFieldIsComparedWhole() {
        let fields: HTTPFields = [.ifNoneMatch: "\"tag\"", .accept: "a"]
        let wire = fromWire("GET / HTTP/1.1\r\nHost: a\r\nif-none-match:  \"tag\" \r\nAccept: a")
        for request in [wire, Request(method: .get, target: "/", fields: fields)] {
            #expect(request.header(.ifNoneMatch, is: "\"tag\""))
            #expect(!request.header(.ifNoneMatch, is: "\"tag"))
            #expect(!request.header(.ifNoneMatch, is: "\"tag\" "))
            #expect(!request.header(.acceptEncoding, is: ""))
        }
        // Two of a name are a list, and no single value.
        #expect(!fromWire("GET / HTTP/1.1\r\nHost: a\r\nAccept: a\r\nAccept: a").header(.accept, is: "a"))
    }

    @Test func eachFieldOfANameIsShownAsItCame() {
        var fields: HTTPFields = [.accept: "z"]
        for value in ["\"a\"", "\"b\",\t\"c\""] { fields.append(HTTPField(name: .ifNoneMatch, value: value)) }
        let wire = fromWire(
            "GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match:\"a\"\r\nAccept: z\r\nIf-None-Matches: d\r\nIF-NONE-MATCH: \"b\",\t\"c\" "
        )
        for request in [wire, Request(method: .get, target: "/", fields: fields)] {
            var seen: [String] = []
            let isFound = request.hasHeader(.ifNoneMatch) { value in
                seen.append(String(decoding: value.indices.map { value[$0] }, as: UTF8.self))
                return false
            }
            #expect(!isFound)
            #expect(seen == ["\"a\"", "\"b\",\t\"c\""])
            #expect(request.hasHeader(.ifNoneMatch) { $0.count == 3 })
            #expect(request.hasHeader(.ifNoneMatch) { $0.count > 3 })
            #expect(!request.hasHeader(.acceptEncoding) { _ in true })
        }
    }

    @Test(arguments: [
        ("/a", "/a", nil), ("/a?", "/a", ""), ("/a?b=c?d", "/a", "b=c?d"), ("/?x", "/", "x"),
    ])
    func pathAndQueryAreTheSameFromTheWireAndByHand(target: String, path: String, query: String?) {
        for request in [fromWire("GET \(target) HTTP/1.1\r\nHost: a"), Request(method: .get, target: target)] {
            #expect(request.target == target)
            #expect(request.path == path[...])
            #expect(request.query == query?[...])
            #expect(Array(request.pathBytes) == Array(path.utf8))
        }
    }

    @Test func queryItemsAreDecoded() {
        let items = Request(method: .get, target: "/?a=1&b=two+words%21&%C3%A9=%e2%82%ac&c&=d&&e=f=g&h=%zz%4")
            .queryItems
        #expect(items.map(\.name) == ["a", "b", "é", "c", "", "e", "h"])
        #expect(items.map(\.value) == ["1", "two words!", "€", "", "d", "f=g", "%zz%4"])
        #expect(Request(method: .get, target: "/").queryItems.isEmpty)
        #expect(FormURLEncoded.decode("a=%FF").map(\.value) == ["\u{FFFD}"])
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    ])
    func datesAreWrittenAsHTTPWantsThem(seconds: Int, text: String) {
        #expect(HTTPDate.format(seconds) == text)
    }

    @Test func requestIDsAreShortAndDifferent() {
        var ids: Set<String> = []
        for loop in 0..<4 {
            var source = RequestIDs(run: 7, loop: loop)
            for _ in 0..<1000 { ids.insert(source.next()) }
        }
        #expect(ids.count == 4000)
        #expect(ids.allSatisfy { $0.utf8.count == 13 })
    }
}
