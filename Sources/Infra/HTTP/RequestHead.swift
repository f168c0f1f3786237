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
        forEachValue(of: name) { range in
            let value = String(decoding: bytes[range], as: UTF8.self)
            found = found.map { $0 + (name == .cookie ? "; " : ", ") + value } ?? value
        }
        return found
    }

    /// Whether exactly one field of the name stands there, with just this value.
    func value(of name: HTTPField.Name, is value: String) -> Bool {
        var (count, isSame) = (0, false)
        forEachValue(of: name) { range in
            count += 1
            isSame = ASCII.equals(bytes.span.extracting(range), value.utf8.span)
        }
        return count == 1 && isSame
    }

    /// Whether `isWanted` says yes to the value of one of the fields of the name.
    func hasValue(of name: HTTPField.Name, where isWanted: (Span<UInt8>) -> Bool) -> Bool {
        var isFound = false
        forEachValue(of: name) { range in isFound = isFound || isWanted(bytes.span.extracting(range)) }
        return isFound
    }

    /// All fields, in their order.
    var parsedFields: HTTPFields {
        var fields = HTTPFields()
        forEachLine { line in
            guard let colon = bytes[line].firstIndex(of: ASCII.colon),
                let name = HTTPField.Name(String(decoding: bytes[line.lowerBound..<colon], as: UTF8.self))
            else { return }
            let value = ASCII.trimmed(bytes.span, colon + 1..<line.upperBound)
            fields.append(HTTPField(name: name, value: String(decoding: bytes[value], as: UTF8.self)))
        }
        return fields
    }

    /// Calls `body` with where the value of each field of the name stands.
    private func forEachValue(of name: HTTPField.Name, _ body: (Range<Int>) -> Void) {
        let canonicalName = name.canonicalName
        let (name, bytes) = (canonicalName.utf8.span, bytes.span)
        forEachLine { line in
            // The colon first: most lines have another byte there, and so are passed by with one look.
            let colon = line.lowerBound + name.count
            guard colon < line.upperBound, bytes[colon] == ASCII.colon,
                ASCII.matches(bytes.extracting(line.lowerBound..<colon), name)
            else { return }
            body(ASCII.trimmed(bytes, colon + 1..<line.upperBound))
        }
    }

    /// Relies on what the parser has checked: each line has a colon, ends in CR LF and holds no other control character but tabs.
    private func forEachLine(_ body: (Range<Int>) -> Void) {
        var start = fields.lowerBound
        while start < fields.upperBound {
            let end = ASCII.firstControl(bytes.span, start..<fields.upperBound)
            body(start..<end)
            start = end + 2
        }
    }
}
