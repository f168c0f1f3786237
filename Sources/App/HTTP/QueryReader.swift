import HTTP
import HTTPTypes
import JSON

/// Reads query parameters and collects what is wrong with them, in the shape that the original's framework answered.
///
/// A parameter that is absent or empty has its default; of one that is given twice, the last counts.
struct QueryReader {
    private let items: [(name: String, value: String)]
    private var problems: [JSON] = []

    init(_ request: Request) {
        items = request.queryItems
    }

    /// The text of a parameter; nil when it is absent or empty.
    func text(_ name: String) -> String? {
        items.last { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }

    /// A whole number within `range`; nil when it is absent, and a problem when it is anything else.
    mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = text(name) else { return nil }
        guard let number = Self.clamped(text) else {
            problem("int_parsing", name, "Input should be a valid integer, unable to parse string as an integer", text)
            return nil
        }
        if number < range.lowerBound {
            problem(
                "greater_than_equal", name, "Input should be greater than or equal to \(range.lowerBound)", text,
                context: ["ge": .int(range.lowerBound)])
        } else if number > range.upperBound {
            problem(
                "less_than_equal", name, "Input should be less than or equal to \(range.upperBound)", text,
                context: ["le": .int(range.upperBound)])
        }
        return number
    }

    /// The number; one that does not fit is a whole number all the same, and so the nearest that does.
    private static func clamped(_ text: String) -> Int? {
        let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text) ?? (text.first == "-" ? .min : .max)
    }

    /// A truth value, in any of the words that the original's framework took.
    mutating func flag(_ name: String) -> Bool? {
        guard let text = text(name) else { return nil }
        switch text.lowercased() {
        case "true", "1", "yes", "on", "t", "y": return true
        case "false", "0", "no", "off", "f", "n": return false
        default:
            problem("bool_parsing", name, "Input should be a valid boolean, unable to interpret input", text)
            return nil
        }
    }

    /// The 422 that lists every problem; nil when there is none.
    var refusal: Response? {
        problems.isEmpty ? nil : .json(["detail": .array(problems)], status: .unprocessableContent)
    }

    /// A query that is answered with 422.
    struct Refused: Error {
        var response: Response
    }

    /// What was read, or the refusal if anything was wrong with it.
    func result<Value>(_ value: Value) -> Result<Value, Refused> {
        refusal.map { .failure(Refused(response: $0)) } ?? .success(value)
    }

    private mutating func problem(
        _ type: String, _ name: String, _ message: String, _ input: String, context: JSON? = nil
    ) {
        var members: [JSON.Member] = [
            .init("type", .string(type)), .init("loc", ["query", .string(name)]), .init("msg", .string(message)),
            .init("input", .string(input)),
        ]
        if let context { members.append(.init("ctx", context)) }
        problems.append(.object(members))
    }
}
