import HTTP
import Testing

/// What short inputs do not reach, and that the checks themselves can find something.
@Suite("A conversation without a socket")
struct ConversationTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let post = "\r\nPOST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\n12\r\n\r\n3"
    private static let chunked =
        "PUT /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;e=f\r\nabc\r\n0\r\nT: u\r\n\r\n"

    @Test("is the same however the bytes are cut, far beyond one buffer", arguments: ["", "z", "ab", "3", "9y", "z1z"])
    func cuts(script: String) throws {
        let stream = Array(String(repeating: Self.get + Self.post + Self.chunked, count: 100).utf8)
        let reference = ReferenceStream(stream, limits: Conversation.limits)
        let outcome = try Conversation.run(stream, reference, Script(script.utf8))
        #expect(outcome == Conversation.Outcome(answers: 300, rejection: nil))
    }

    @Test("takes the longest head there may be, and not a byte more", arguments: ["", "7", "9z"])
    func longHeads(script: String) throws {
        let limits = RequestLimits()
        let target = "/" + String(repeating: "t", count: limits.targetBytes - 1)
        // The Host line has nine bytes; the name, the colon and the line end of the other four.
        let value = String(repeating: "v", count: limits.headerBytes - 13)
        func outcome(_ value: String) throws -> Conversation.Outcome {
            let stream = Array((Self.get + "GET \(target) HTTP/1.1\r\nHost: a\r\nX:\(value)\r\n\r\n" + Self.get).utf8)
            return try Conversation.run(stream, ReferenceStream(stream, limits: limits), Script(script.utf8), limits)
        }
        #expect(try outcome(value) == Conversation.Outcome(answers: 3, rejection: nil))
        #expect(try outcome(value + "v") == Conversation.Outcome(answers: 1, rejection: 431))
    }

    @Test(
        "that says something else than the reference is a finding",
        arguments: [
            ("GET /b HTTP/1.1\r\nHost: a\r\n\r\n", "the target"),
            ("PUT /a HTTP/1.1\r\nHost: a\r\n\r\n", "the method"),
            ("GET /a HTTP/1.1\r\nHost: b\r\n\r\n", "the value"),
            ("GET /a HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n", "before its end"),
            ("GET /a HTTP/1.0\r\nHost: a\r\n\r\n", "the version"),
            ("GET /a HTTP/1.1\r\nHost: a\r\n", "a request more"),
            ("GET /a HTTP/1.1\r\n\r\n", "a request more"),
            (Self.get + "\n", "waited for"),
        ])
    func disagreement(other: String, finding: String) {
        let reference = ReferenceStream(Array(other.utf8), limits: Conversation.limits)
        let error = #expect(throws: Finding.self) { try Conversation.run(Array(Self.get.utf8), reference, .whole) }
        #expect(error?.description.contains(finding) == true, "\(error.map(String.init(describing:)) ?? "nothing")")
    }

    @Test("that waits where the reference has a request is a finding")
    func silence() {
        let sent = Array("GET /aa HTTP/1.1\r\nHost: aaaaaaaa".utf8)
        let reference = ReferenceStream(Array(Self.get.utf8), limits: Conversation.limits)
        let error = #expect(throws: Finding.self) { try Conversation.run(sent, reference, .whole) }
        #expect(error?.description.contains("not told") == true)
    }

    @Test func accountsForEveryStepOfItsScript() {
        var script = Script("aDb?TC2".utf8)
        let steps = (0..<9).map { _ in String(describing: script.next()) }
        #expect(
            steps == [
                "piece(1)", "drain", "piece(2)", "deadline", "closeNext", "piece(200)", "piece(1)", "piece(2)",
                "piece(200)",
            ])
    }
}
