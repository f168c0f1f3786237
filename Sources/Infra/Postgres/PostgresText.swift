/// Values as PostgreSQL reads them in text form.
///
/// PostgreSQL's text holds every character but NUL, which would end a value early, so it is left out of all of them.
enum PostgresText {
    /// An array literal, `{"a","b\"c",NULL}` (postgresql.org/docs/current/arrays.html, "Array Input and Output Syntax").
    ///
    /// Every element is quoted: an unquoted `NULL` would be no text, and an unquoted empty one no element.
    static func array(_ elements: some Sequence<String?>) -> String {
        var bytes: [UInt8] = [UInt8(ascii: "{")]
        var isFirst = true
        for element in elements {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            guard let element else {
                bytes.append(contentsOf: "NULL".utf8)
                continue
            }
            bytes.append(quote)
            for byte in element.utf8 {
                if byte == quote || byte == backslash { bytes.append(backslash) }
                bytes.append(byte)
            }
            bytes.append(quote)
        }
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")
}

/// A list of C strings, NULL for nil, for the time of one call.
final class CStringList {
    private(set) var pointers: [UnsafePointer<CChar>?]

    init(_ texts: [String?], isTerminated: Bool = false) {
        pointers = texts.map { text in
            guard let text else { return nil }
            var bytes = text.utf8.filter { $0 != 0 }.map { CChar(bitPattern: $0) }
            bytes.append(0)
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            copy.initialize(from: bytes, count: bytes.count)
            return UnsafePointer(copy)
        }
        if isTerminated { pointers.append(nil) }
    }

    deinit {
        for pointer in pointers { pointer?.deallocate() }
    }
}
