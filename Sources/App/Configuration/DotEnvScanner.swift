/// Walks over the bytes of a `.env` file, one entry at a time.
///
/// Bytes rather than characters: to Swift a carriage return and a line feed are one character, and a file from Windows would
/// read as a single line.
struct DotEnvScanner {
    enum Entry {
        case assignment(name: String, value: DotEnvValue)
        case problem(line: Int, reason: String)
    }

    private let bytes: [UInt8]
    private var index = 0
    private var line = 1

    init(_ text: String) {
        var bytes = Array(text.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        self.bytes = bytes
    }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }
    private var isAtLineEnd: Bool { current == nil || current == Ascii.lineFeed || current == Ascii.carriageReturn }

    /// The next assignment or problem; nil at the end of the file.
    mutating func nextEntry() -> Entry? {
        while current != nil {
            skipBlanks()
            if isAtLineEnd || current == Ascii.hash {
                skipLine()
            } else {
                let start = line
                switch readEntry() {
                case .success(let entry):
                    skipLine()
                    if let entry { return entry }
                case .failure(let fault):
                    skipLine()
                    return .problem(line: start, reason: fault.reason)
                }
            }
        }
        return nil
    }

    private struct Fault: Error {
        var reason: String
    }

    /// Reads `export NAME=value`; a name alone sets nothing and gives nil.
    private mutating func readEntry() -> Result<Entry?, Fault> {
        var name = readName()
        if name == "export", current == Ascii.space || current == Ascii.tab {
            skipBlanks()
            name = readName()
        }
        skipBlanks()
        guard !name.isEmpty else { return .failure(Fault(reason: "a name must come first, as in NAME=value")) }
        if isAtLineEnd || current == Ascii.hash { return .success(nil) }
        guard current == Ascii.equals else {
            return .failure(Fault(reason: "\(name) must be followed by an equals sign, as in \(name)=value"))
        }
        index += 1
        return readValue(of: name).map { .assignment(name: name, value: $0) }
    }

    private mutating func readName() -> String {
        let start = index
        while let byte = current, Ascii.isName(byte) { index += 1 }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func readValue(of name: String) -> Result<DotEnvValue, Fault> {
        let hadBlank = current == Ascii.space || current == Ascii.tab
        skipBlanks()
        guard let first = current, first == Ascii.singleQuote || first == Ascii.doubleQuote else {
            return .success(DotEnvValue(text: readUnquoted(afterBlank: hadBlank), mayRefer: true))
        }
        index += 1
        guard let text = readQuoted(until: first) else {
            return .failure(Fault(reason: "the quotation mark that opens the value of \(name) is never closed"))
        }
        skipBlanks()
        guard isAtLineEnd || current == Ascii.hash else {
            return .failure(Fault(reason: "something follows the closing quotation mark of \(name)"))
        }
        return .success(DotEnvValue(text: text, mayRefer: first == Ascii.doubleQuote))
    }

    /// Reads up to the end of the line or to a `#` with a blank before it.
    private mutating func readUnquoted(afterBlank: Bool) -> String {
        let start = index
        var end = index
        var blankBefore = afterBlank
        while let byte = current, !isAtLineEnd {
            if byte == Ascii.hash, blankBefore { break }
            blankBefore = byte == Ascii.space || byte == Ascii.tab
            index += 1
            if !blankBefore { end = index }
        }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// Reads up to the closing mark; nil when the file ends first.
    private mutating func readQuoted(until quote: UInt8) -> String? {
        var text: [UInt8] = []
        let start = (index, line)
        while let byte = current {
            index += 1
            if byte == quote { return String(decoding: text, as: UTF8.self) }
            if byte == Ascii.lineFeed { line += 1 }
            if byte == Ascii.backslash, let escaped = current,
                let meaning = quote == Ascii.doubleQuote ? Ascii.escape(escaped) : Ascii.singleQuoteEscape(escaped)
            {
                text.append(meaning)
                index += 1
            } else {
                text.append(byte)
            }
        }
        // The lines after the open quote are read again as lines of their own, so that their problems are told as well.
        (index, line) = start
        return nil
    }

    private mutating func skipBlanks() {
        while current == Ascii.space || current == Ascii.tab { index += 1 }
    }

    private mutating func skipLine() {
        while let byte = current {
            index += 1
            if byte == Ascii.lineFeed {
                line += 1
                return
            }
        }
    }
}

private enum Ascii {
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let doubleQuote = UInt8(ascii: "\"")
    static let hash = UInt8(ascii: "#")
    static let singleQuote = UInt8(ascii: "'")
    static let equals = UInt8(ascii: "=")
    static let backslash = UInt8(ascii: "\\")

    static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// What stands for a backslash and this byte in double quotes; nil when the backslash is only a backslash.
    static func escape(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "n"): lineFeed
        case UInt8(ascii: "r"): carriageReturn
        case UInt8(ascii: "t"): tab
        case backslash, doubleQuote, singleQuote: byte
        default: nil
        }
    }

    static func singleQuoteEscape(_ byte: UInt8) -> UInt8? { byte == backslash || byte == singleQuote ? byte : nil }
}
