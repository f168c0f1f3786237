package import HTTPTypes

/// Why the connection itself refuses a request; it answers with this and closes.
package struct HTTPFault: Error, Equatable, Sendable {
    package let status: HTTPResponse.Status
    /// For whoever debugs the client: what was wrong, without the client's bytes in it.
    package let detail: String

    init(_ status: HTTPResponse.Status, _ detail: String) {
        self.status = status
        self.detail = detail
    }

    static func badRequest(_ detail: String) -> HTTPFault { HTTPFault(.badRequest, detail) }

    static let targetTooLong = HTTPFault(.uriTooLong, "The request target is too long")
    static let headerTooLarge = HTTPFault(.requestHeaderFieldsTooLarge, "The header fields are too large")
    static let tooManyFields = HTTPFault(.requestHeaderFieldsTooLarge, "There are too many header fields")
    static let bodyTooLarge = HTTPFault(.contentTooLarge, "The request body is too large")
    static let requestTimeout = HTTPFault(.requestTimeout, "The request did not arrive in time")
    static let tooManyRequests = HTTPFault(.serviceUnavailable, "Too many requests at one time; try again in a moment")
    static let tooManyConnections = HTTPFault(.serviceUnavailable, "Too many connections")
}
