package import HTTPTypes

/// One answer.
///
/// The connection adds `Date`, `Server`, `X-Request-Id`, `Content-Length` and `Connection`, and leaves the body out for HEAD. A
/// `Date` or `Server` among the fields is kept instead; `Connection: close` there closes.
package struct Response: Sendable {
    /// How the answer is sent.
    ///
    /// Everything but `normal` is a fault on purpose, for a stand-in server that has to misbehave.
    package enum Transmission: Sendable, Equatable {
        case normal
        /// The connection is reset instead of an answer.
        case reset
        /// The `Content-Length` of the whole body, only so many bytes of it, and the end of the connection.
        case truncated(afterBytes: Int)
        /// No answer at all, until the client goes or the server shuts down.
        case hang
        /// The body in small steps.
        case drip(bytesPerStep: Int, every: Duration)
    }

    /// Shared, since each `HTTPFields` made anew is two allocations.
    package static let noFields = HTTPFields()

    package var status: HTTPResponse.Status
    package var fields: HTTPFields
    package var body: [UInt8]
    /// Header lines ready to be sent, `name: value\r\n` each, after those of `fields`.
    ///
    /// For cached answers whose fields were rendered once. They are not checked: never put a client's bytes there.
    package var preparedFields: [UInt8]
    package var transmission: Transmission

    package init(
        status: HTTPResponse.Status, fields: HTTPFields = Response.noFields, body: [UInt8] = [],
        preparedFields: [UInt8] = [],
        transmission: Transmission = .normal
    ) {
        self.status = status
        self.fields = fields
        self.body = body
        self.preparedFields = preparedFields
        self.transmission = transmission
    }

    /// `{"detail":"…"}` with the status.
    init(status: HTTPResponse.Status, detail: StaticDetail) {
        self.init(status: status, body: Array("{\"detail\":\"\(detail.text)\"}".utf8))
        fields = [.contentType: "application/json"]
    }

    init(_ fault: HTTPFault) {
        self.init(status: fault.status, detail: StaticDetail(fault.detail))
    }
}

extension Response {
    /// A fault that passes by itself.
    static func refusal(_ fault: HTTPFault) -> Response {
        var response = Response(fault)
        response.fields[.retryAfter] = "1"
        return response
    }
}

/// A text of this module's own, which needs no escaping in JSON.
struct StaticDetail: ExpressibleByStringLiteral {
    let text: String

    init(stringLiteral text: String) {
        self.text = text
    }

    init(_ text: String) {
        self.text = text
    }
}
