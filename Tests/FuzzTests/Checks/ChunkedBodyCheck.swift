import HTTP

/// The input is a chunked body, and what a client sends after it.
///
/// The body is what the reference makes of it, the request after it is in step, and its limits hold.
enum ChunkedBodyCheck {
    private static let head = Array("POST /chunks HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)

    static func check(_ input: [UInt8]) throws(Finding) {
        let reference = try Conversation.check(head + input)
        for entry in reference.whole {
            try require(entry.request.body.count <= Conversation.limits.bodyBytes, "a body is beyond its limit")
        }
    }
}
