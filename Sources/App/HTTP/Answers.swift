import HTTP
import HTTPTypes
import JSON

/// The small answers that every endpoint shares.
extension Response {
    /// A JSON answer that no cache keeps.
    static func json(_ json: JSON, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, fields: [.contentType: "application/json", .cacheControl: "no-store"], body: json.bytes)
    }

    /// `{"detail":…}`, as every error is answered.
    static func detail(_ detail: String, status: HTTPResponse.Status) -> Response {
        .json(["detail": .string(detail)], status: status)
    }

    /// 503 for who comes while the server stops.
    static let stopping = Response.detail(
        "The server is stopping. Please try again.", status: .serviceUnavailable)

    /// 307, which keeps the method, as the original redirects.
    static func redirect(to location: String) -> Response {
        Response(status: .temporaryRedirect, fields: [.location: location, .cacheControl: "no-store"])
    }
}
