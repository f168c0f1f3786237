/// A JSON value to be written: members stay in the order they were given, and numbers keep the form they were given in.
///
/// `JSONEncoder` cannot serve here: it writes 312500.0 as `312500` and sorts or shuffles members, and the contract fixes both.
package enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    /// Always written with a fraction or an exponent; NaN and infinities are written as `null`.
    case double(Double)
    case string(String)
    case array([JSON])
    case object([Member])
    /// A value that is already JSON text; written as it is.
    case raw([UInt8])

    /// A name and its value.
    package struct Member: Sendable, Hashable {
        package var name: String
        package var value: JSON

        package init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// A string, or `null`.
    package static func optional(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }

    /// A number with a fraction, or `null`.
    package static func optional(_ number: Double?) -> JSON { number.map { .double($0) } ?? .null }

    /// A whole number.
    package static func int(_ number: Int) -> JSON { .int(Int64(number)) }

    /// The value as UTF-8 text without white space.
    package var bytes: [UInt8] {
        var output: [UInt8] = []
        write(to: &output)
        return output
    }

    /// The value as text without white space.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .int(value) }
    package init(floatLiteral value: Double) { self = .double(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
    package init(nilLiteral: ()) { self = .null }
}
