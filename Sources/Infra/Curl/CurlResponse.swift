/// One answer, whole; any status, since only the caller knows what it means.
package struct CurlResponse: Sendable {
    package var status: Int
    package var headers: CurlHeaders
    package var body: [UInt8]

    package init(status: Int, headers: CurlHeaders = CurlHeaders(), body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// The header fields of an answer.
///
/// Names are compared without regard to case: HTTP/2 sends them in lower case, HTTP/1.1 as it likes.
package struct CurlHeaders: Sendable {
    private var fields: [(name: String, value: String)] = []

    package init(_ fields: KeyValuePairs<String, String> = [:]) {
        for field in fields { append(field.key, field.value) }
    }

    /// The first value of that name, without white space around it.
    package subscript(_ name: String) -> String? {
        let name = name.lowercased()
        return fields.first { $0.name == name }?.value
    }

    mutating func append(_ name: some StringProtocol, _ value: String) {
        fields.append((name.lowercased(), value))
    }
}
