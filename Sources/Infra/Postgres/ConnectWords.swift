/// What libpq says of a connection that did not come to be, taken apart.
///
/// libpq before version 18 tells the SQLSTATE of it in no other way than in its message, and there only when it is asked to be
/// verbose. The words around it are in the server's language; the form is not: `…FATAL:  28P01: password authentication failed…`,
/// with two blanks behind the severity. A server or a proxy that sends no SQLSTATE, and libpq's own words, have no such place.
struct ConnectWords: Hashable {
    /// The last one: libpq tries further addresses and ways after it was turned away at one, and this is where it ended.
    private(set) var sqlState: String?
    /// The words as they would be if nothing verbose had been asked for.
    private(set) var plain: String

    init(verbose words: String) {
        var lines: [Substring] = []
        for line in words.split(whereSeparator: \.isNewline) where !Self.isPlaceInTheServersSource(line) {
            guard let code = Self.code(in: line) else {
                lines.append(line)
                continue
            }
            sqlState = String(line[code])
            // With the colon and the blank behind it.
            lines.append(line[..<code.lowerBound] + line[code.upperBound...].dropFirst(2))
        }
        plain = lines.joined(separator: "\n")
    }

    /// Why the server lets nobody in by these settings; nil when that may pass by itself.
    ///
    /// - Parameter needsPassword: whether libpq gave up because it had none to send.
    func refusal(needsPassword: Bool) -> ConnectRefusal? {
        needsPassword ? .noPassword : sqlState.flatMap { ConnectRefusal(sqlState: $0) }
    }

    /// Where in a line the code is; the first place that looks like one, since what follows it may quote anything.
    private static func code(in line: Substring) -> Range<Substring.Index>? {
        var rest = line
        while let severityEnd = rest.firstRange(of: ":  ") {
            rest = rest[severityEnd.upperBound...]
            let code = rest.prefix(5)
            let isCode = code.count == 5 && code.utf8.allSatisfy { isCodeByte($0) }
            if isCode, rest[code.endIndex...].hasPrefix(": ") { return code.startIndex..<code.endIndex }
        }
        return nil
    }

    private static func isCodeByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    /// Whether it is `LOCATION:  auth_failed, auth.c:329`.
    private static func isPlaceInTheServersSource(_ line: Substring) -> Bool {
        guard let colon = line.lastIndex(of: ":") else { return false }
        let number = line[line.index(after: colon)...]
        return line[..<colon].hasSuffix(".c") && !number.isEmpty && number.allSatisfy(\.isWholeNumber)
    }
}
