package import HTTPTypes

/// One request, whole: the head parsed, the body read to its end.
package struct Request: Sendable {
    package var method: HTTPRequest.Method
    /// The path and query exactly as they stood in the request line, percent-encoding included: `/strava/activities?limit=5`.
    package var target: String
    /// Header fields, in the order they came; several of one name stay apart.
    package var fields: HTTPFields
    /// The body with any chunked coding removed; empty when there was none.
    package var body: [UInt8]
    /// The socket's other end as numeric text, `127.0.0.1` or `::1`.
    ///
    /// A proxy's own when there is one.
    package var peerAddress: String

    package init(
        method: HTTPRequest.Method, target: String, fields: HTTPFields = [:], body: [UInt8] = [],
        peerAddress: String = "127.0.0.1"
    ) {
        self.method = method
        self.target = target
        self.fields = fields
        self.body = body
        self.peerAddress = peerAddress
    }

    /// The target up to the question mark, still percent-encoded.
    package var path: Substring { target.prefix { $0 != "?" } }

    /// The target after the first question mark, still percent-encoded; nil when there is none.
    package var query: Substring? {
        target.firstIndex(of: "?").map { target[target.index(after: $0)...] }
    }
}
