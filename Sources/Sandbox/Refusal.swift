internal import HTTP
internal import HTTPTypes
internal import JSON

/// An error as Strava words it: a message and a list of what is wrong with which field.
struct Refusal: Error, Hashable {
    struct Reason: Hashable {
        var resource: String
        var field: String
        var code: String
    }

    var status: Int
    var message: String
    var reasons: [Reason]

    static func badRequest(_ resource: String, _ field: String, _ code: String) -> Refusal {
        Refusal(status: 400, message: "Bad Request", resource, field, code)
    }

    static func unauthorized(_ resource: String, _ field: String, _ code: String) -> Refusal {
        Refusal(status: 401, message: "Authorization Error", resource, field, code)
    }

    /// The application was switched off; the capitals are Strava's.
    static let inactive = Refusal(status: 403, message: "Forbidden", "Application", "Status", "Inactive")
    static let limited = Refusal(
        status: 429, message: "Rate Limit Exceeded", "Application", "rate limit", "exceeded")
    static let notFound = Refusal(status: 404, message: "Resource Not Found", reasons: [])
    static let wrongMethod = Refusal(status: 405, message: "Method Not Allowed", reasons: [])

    init(status: Int, message: String, reasons: [Reason]) {
        self.status = status
        self.message = message
        self.reasons = reasons
    }

    private init(status: Int, message: String, _ resource: String, _ field: String, _ code: String) {
        self.init(
            status: status, message: message, reasons: [Reason(resource: resource, field: field, code: code)])
    }

    var response: Response {
        let errors = reasons.map { reason in
            JSON.object([
                .init("resource", .string(reason.resource)), .init("field", .string(reason.field)),
                .init("code", .string(reason.code)),
            ])
        }
        return Answer.json(
            .object([.init("message", .string(message)), .init("errors", .array(errors))]), status: status)
    }
}
