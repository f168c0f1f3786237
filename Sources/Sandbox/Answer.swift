internal import HTTP
internal import HTTPTypes
internal import JSON

/// Ready-made kinds of response.
enum Answer {
    static let jsonType = "application/json; charset=utf-8"
    static let htmlType = "text/html; charset=utf-8"

    static func json(_ value: JSON, status: Int = 200) -> Response {
        make(status, jsonType, value.bytes)
    }

    static func html(_ text: String, status: Int = 200) -> Response {
        make(status, htmlType, Array(text.utf8))
    }

    static func make(_ status: Int, _ type: String?, _ body: [UInt8]) -> Response {
        var fields = HTTPFields()
        if let type { fields[.contentType] = type }
        fields[.cacheControl] = "no-store"
        return Response(status: HTTPResponse.Status(code: status), fields: fields, body: body)
    }

    /// 302, as Strava sends people back with; 303 after a form of the stand-in's own.
    static func redirect(to location: String, status: Int = 302) -> Response {
        var response = make(status, nil, [])
        response.fields[.location] = location
        return response
    }
}

extension Response {
    /// Adds a field by a name that HTTPTypes has no constant for.
    mutating func add(_ name: String, _ value: String) {
        if let name = HTTPField.Name(name) { fields[name] = value }
    }

    /// Says what time it is here.
    ///
    /// The server would say the machine's time, and windows and expiries follow the sandbox's clock.
    mutating func setDate(_ now: Int64) {
        fields[.date] = HTTPDate.format(max(0, Int(now.floored(by: 1000))))
    }
}
