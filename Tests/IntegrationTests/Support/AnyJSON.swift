import FoundationEssentials
import TestSupport

/// Any JSON, for answers whose shape is the question.
enum AnyJSON: Decodable, Hashable {
    case null, bool(Bool), number(Double), text(String), list([AnyJSON]), object([String: AnyJSON])

    init(from decoder: any Decoder) throws {
        let box = try decoder.singleValueContainer()
        if box.decodeNil() {
            self = .null
        } else if let value = try? box.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? box.decode(Double.self) {
            self = .number(value)
        } else if let value = try? box.decode(String.self) {
            self = .text(value)
        } else if let value = try? box.decode([AnyJSON].self) {
            self = .list(value)
        } else {
            self = .object(try box.decode([String: AnyJSON].self))
        }
    }

    subscript(name: String) -> AnyJSON? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    subscript(index: Int) -> AnyJSON? {
        if case .list(let items) = self, items.indices.contains(index) { items[index] } else { nil }
    }

    var text: String? { if case .text(let value) = self { value } else { nil } }
    var keys: Set<String> { if case .object(let members) = self { Set(members.keys) } else { [] } }
}

extension TestResponse {
    func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
        do { return try JSONDecoder().decode(type, from: Data(body)) } catch {
            throw SetupFailure("\(status) \(text.prefix(300)): \(error)")
        }
    }

    /// The `detail` of an error, when it is a sentence.
    var detail: String? { (try? decoded(AnyJSON.self))?["detail"]?.text }
}
