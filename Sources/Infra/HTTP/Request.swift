package import HTTPTypes

/// One request, whole: the head parsed, the body read to its end.
package struct Request: Sendable {
    /// The head comes from the wire, or was put together by a test or a middleware.
    private enum Content {
        case wire(RequestHead)
        case made(target: String, fields: HTTPFields)
    }

    package var method: HTTPRequest.Method
    /// The body with any chunked coding removed; empty when there was none.
    package var body: [UInt8]
    /// The socket's other end as numeric text, `127.0.0.1` or `::1`.
    ///
    /// A proxy's own when there is one.
    package var peerAddress: String
    /// Names this request in logs and in the response's `X-Request-Id`; at most 15 bytes.
    package let id: String
    private var content: Content

    package init(
        method: HTTPRequest.Method, target: String, fields: HTTPFields = [:], body: [UInt8] = [],
        peerAddress: String = "127.0.0.1", id: String = "made-by-hand"
    ) {
        self.method = method
        self.body = body
        self.peerAddress = peerAddress
        self.id = id
        content = .made(target: target, fields: fields)
    }

    init(method: HTTPRequest.Method, head: RequestHead, body: [UInt8], peerAddress: String, id: String) {
        self.method = method
        self.body = body
        self.peerAddress = peerAddress
        self.id = id
        content = .wire(head)
    }

    /// The path and query as in the request line, percent-encoding included: `/strava/activities?limit=5`.
    package var target: String {
        switch content {
        case .wire: query.map { "\(path)?\($0)" } ?? String(path)
        case .made(let target, _): target
        }
    }

    /// Header fields, in the order they came; several of one name stay apart.
    ///
    /// They are put together anew each time: to look at one, `header(_:)` is much cheaper.
    package var fields: HTTPFields {
        switch content {
        case .wire(let head): head.parsedFields
        case .made(_, let fields): fields
        }
    }

    /// The value of one header field, nil when there is none.
    ///
    /// Values of several fields of the name are joined with `, `, those of Cookie with `; `.
    package func header(_ name: HTTPField.Name) -> String? {
        switch content {
        case .wire(let head): head.value(of: name)
        case .made(_, let fields): fields[name]
        }
    }

    /// Whether there is one such header field and its value is `value`, byte for byte; it costs no string.
    package func header(_ name: HTTPField.Name, is value: String) -> Bool {
        switch content {
        case .wire(let head): head.value(of: name, is: value)
        case .made(_, let fields): fields[name] == value
        }
    }

    /// Whether `isWanted` says yes to the value of one of the header fields of the name; it costs no string.
    package func hasHeader(_ name: HTTPField.Name, where isWanted: (Span<UInt8>) -> Bool) -> Bool {
        switch content {
        case .wire(let head): head.hasValue(of: name, where: isWanted)
        case .made(_, let fields): fields[values: name].contains { isWanted($0.utf8.span) }
        }
    }

    /// The target up to the question mark, still percent-encoded.
    package var path: Substring {
        switch content {
        case .wire(let head): String(decoding: head.bytes[head.path], as: UTF8.self)[...]
        case .made(let target, _): target.prefix { $0 != "?" }
        }
    }

    /// The target after the first question mark, still percent-encoded; nil when there is none.
    package var query: Substring? {
        switch content {
        case .wire(let head): head.query.map { String(decoding: head.bytes[$0], as: UTF8.self)[...] }
        case .made(let target, _):
            target.firstIndex(of: "?").map { target[target.index(after: $0)...] }
        }
    }

    /// The query's names and values, decoded: percent-encoded UTF-8, `+` for a space.
    package var queryItems: [(name: String, value: String)] {
        query.map { FormURLEncoded.decode($0.utf8) } ?? []
    }

    /// The path's bytes; for a request from the wire it costs nothing.
    var pathBytes: ArraySlice<UInt8> {
        switch content {
        case .wire(let head): head.bytes[head.path]
        case .made: Array(path.utf8)[...]
        }
    }
}
