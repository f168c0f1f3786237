import HTTPTypes

/// A request's head as it came, checked but not taken apart.
///
/// Most handlers look at one or two fields of a dozen, so the bytes are kept and searched when somebody asks: one allocation
/// per request instead of two per field.
struct RequestHead: Sendable {
    /// From the first byte of the request line to the empty line.
    var bytes: [UInt8]
    /// Where the target stands, its scheme and authority left out.
    var target: Range<Int>
    /// The target up to the question mark.
    var path: Range<Int>
    /// Where the field lines stand, the last line end included.
    var fields: Range<Int>

    /// The value of the field; several of one name are joined with `, ` as RFC 9110 §5.3 says, those of Cookie with `; `.
    func value(of name: HTTPField.Name) -> String? {
        var found: String?
        let isName = { (line: FieldLine) in bytes[line.name].elementsEqual(name.canonicalName.utf8, by: Self.isSame) }
        forEachField { line in
            guard line.name.count == name.canonicalName.utf8.count, isName(line) else { return }
            let value = String(decoding: bytes[line.value], as: UTF8.self)
            found = found.map { $0 + (name == .cookie ? "; " : ", ") + value } ?? value
        }
        return found
    }

    /// All fields, in their order.
    var parsedFields: HTTPFields {
        var fields = HTTPFields()
        forEachField { line in
            guard let name = HTTPField.Name(String(decoding: bytes[line.name], as: UTF8.self)) else { return }
            fields.append(HTTPField(name: name, value: String(decoding: bytes[line.value], as: UTF8.self)))
        }
        return fields
    }

    private struct FieldLine {
        var name: Range<Int>
        var value: Range<Int>
    }

    private static func isSame(_ byte: UInt8, _ canonical: UInt8) -> Bool { ASCII.lowercased(byte) == canonical }

    /// Relies on what the parser has checked: each line has a colon and ends in CR LF.
    private func forEachField(_ body: (FieldLine) -> Void) {
        var start = fields.lowerBound
        while start < fields.upperBound {
            guard let colon = bytes[start..<fields.upperBound].firstIndex(of: ASCII.colon),
                let end = bytes[colon..<fields.upperBound].firstIndex(of: ASCII.cr)
            else { return }
            body(FieldLine(name: start..<colon, value: ASCII.trimmed(bytes.span, colon + 1..<end)))
            start = end + 2
        }
    }
}
