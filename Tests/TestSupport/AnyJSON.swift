/// Any JSON, for answers whose shape is the question; numbers as they are compared, as doubles.
package enum AnyJSON: Decodable, Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([AnyJSON])
    case object([String: AnyJSON])

    package init(from decoder: any Decoder) throws {
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

    /// The member of an object; nil in anything else.
    package subscript(name: String) -> AnyJSON? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    /// The element of a list; nil beyond its end and in anything else.
    package subscript(index: Int) -> AnyJSON? {
        if case .list(let items) = self, items.indices.contains(index) { items[index] } else { nil }
    }

    package var text: String? { if case .text(let value) = self { value } else { nil } }
    package var number: Double? { if case .number(let value) = self { value } else { nil } }
    package var count: Int? { if case .list(let value) = self { value.count } else { nil } }
    package var keys: Set<String> { if case .object(let members) = self { Set(members.keys) } else { [] } }
}
