import FoundationEssentials

/// Strava's own words about an error: `message`, and `errors` that may be empty; something else's may lack either.
struct Fault: Decodable {
    struct Entry: Decodable {
        private enum Key: String, CodingKey {
            case resource, field, code
        }

        var resource: String
        var field: String
        var code: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            resource = container.text(.resource) ?? ""
            field = container.text(.field) ?? ""
            code = container.text(.code) ?? ""
        }

        /// Compares without regard to case: the inactive fault alone is capitalised.
        func names(_ resource: String, _ field: String? = nil, _ code: String? = nil) -> Bool {
            self.resource.lowercased() == resource.lowercased()
                && (field.map { self.field.lowercased() == $0.lowercased() } ?? true)
                && (code.map { self.code.lowercased() == $0.lowercased() } ?? true)
        }
    }

    private enum Key: String, CodingKey {
        case message, errors
    }

    var message: String
    var errors: [Entry]
    /// Whether there were `errors` at all, an empty list included, as in all that Strava says.
    private var hasErrors: Bool

    /// - Returns: nil when the body is not a JSON object.
    init?(_ body: [UInt8]) {
        guard let fault = try? JSONDecoder().decode(Fault.self, from: Data(body)) else { return nil }
        self = fault
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        message = container.text(.message) ?? ""
        let entries = try? container.decodeIfPresent([Entry].self, forKey: .errors)
        (errors, hasErrors) = (entries ?? [], entries != nil)
    }

    /// Whether it says that there is no such activity, and not that there is no such path.
    ///
    /// `Resource Not Found` or, on older servers, `Record Not Found`, with no entry or one that names the activity (seen in public code; the
    /// exact words are not documented).
    var lacksActivity: Bool {
        hasErrors && message.lowercased().hasSuffix("not found") && errors.allSatisfy { $0.names("Activity") }
    }

    /// `Authorization Error: Athlete/access_token/invalid`.
    var summary: String {
        let entries = errors.map { "\($0.resource)/\($0.field)/\($0.code)" }
        return [message, entries.joined(separator: ", ")].filter { !$0.isEmpty }.joined(separator: ": ")
    }
}
