import HTTPTypes

/// A request's head as it came, checked but not taken apart.
///
/// Most handlers look at one or two fields of a dozen, so the bytes are kept where they were read and searched when somebody asks: no
/// allocation per request instead of two per field.
struct RequestHead: Sendable {
    /// Holds the request line and the field lines, and possibly what came before and after.
    var bytes: [UInt8]
    /// The target up to the question mark, its scheme and authority left out.
    var path: Range<Int>
    /// What stands behind the target's question mark; nil without one.
    var query: Range<Int>?
    /// Where the field lines stand, the last line end included.
    var fields: Range<Int>

    /// The value of the field; several of one name are joined with `, ` as RFC 9110 §5.3 says, those of Cookie with `; `.
    func value(of name: HTTPField.Name) -> String? {
        var found: String?
        forEachField { line in
            guard isNamed(line, name.canonicalName) else { return }
            let value = String(decoding: bytes[line.value], as: UTF8.self)
            found = found.map { $0 + (name == .cookie ? "; " : ", ") + value } ?? value
        }
        return found
    }

    /// Whether exactly one field of the name stands there, with just this value.
    func value(of name: HTTPField.Name, is value: String) -> Bool {
        var (count, isSame) = (0, false)
        forEachField { line in
            guard isNamed(line, name.canonicalName) else { return }
            count += 1
            isSame = line.value.count == value.utf8.count && bytes[line.value].elementsEqual(value.utf8)
        }
        return count == 1 && isSame
    }

    private func isNamed(_ line: FieldLine, _ canonicalName: String) -> Bool {
        let name = canonicalName.utf8
        guard line.name.count == name.count else { return false }
        var index = line.name.lowerBound
        for letter in name {
            guard ASCII.lowercased(bytes[index]) == letter else { return false }
            index += 1
        }
        return true
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
