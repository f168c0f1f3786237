/// Bytes the protocol speaks of, and the classes RFC 9110 §5.6 sorts them into.
enum ASCII {
    static let tab: UInt8 = 0x09
    static let lf: UInt8 = 0x0A
    static let cr: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let colon: UInt8 = 0x3A
    static let semicolon: UInt8 = 0x3B
    static let slash: UInt8 = 0x2F
    static let questionMark: UInt8 = 0x3F
    static let zero: UInt8 = 0x30

    /// `tchar`: letters, digits and ``!#$%&'*+-.^_`|~``, as a bit per byte below 128.
    private static let tokenLow: UInt64 = 0x03FF_6CFA_0000_0000
    private static let tokenHigh: UInt64 = 0x57FF_FFFF_C7FF_FFFE

    static func isToken(_ byte: UInt8) -> Bool {
        let word = byte < 64 ? tokenLow : tokenHigh
        return byte < 128 && word >> (byte & 63) & 1 == 1
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= zero && byte <= 0x39 }

    /// The value of a hexadecimal digit.
    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    /// What may stand in a field line or target at all: no control character but the tab.
    static func isControl(_ byte: UInt8) -> Bool { byte < space && byte != tab || byte == 0x7F }

    /// Where the first control character of the range stands; the range's end when there is none.
    ///
    /// Eight bytes at a time: every byte of every head passes here.
    static func firstControl(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
        var index = range.lowerBound
        while index < range.upperBound {
            if index + 8 <= range.upperBound {
                let word = bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
                if !mayHoldControl(word) {
                    index += 8
                    continue
                }
            }
            // The word that holds one, or a tab, or what is left at the end.
            let end = min(index + 8, range.upperBound)
            while index < end {
                if isControl(bytes[index]) { return index }
                index += 1
            }
        }
        return index
    }

    /// Whether one of eight bytes is below a space, the tab included, or a DEL; it may be wrong about a word that holds none.
    ///
    /// A subtraction sets the top bit of each byte that is smaller than what is taken away, unless it was set before (Warren, *Hacker's Delight*,
    /// 6-1); a borrow from the byte below may set it, too.
    private static func mayHoldControl(_ word: UInt64) -> Bool {
        let (ones, tops): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        let low = (word &- ones &* UInt64(space)) & ~word
        let difference = word ^ (ones &* 0x7F)
        let delete = (difference &- ones) & ~difference
        return (low | delete) & tops != 0
    }

    static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }

    /// Whether the bytes are `text`.
    static func equals(_ bytes: Span<UInt8>, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { text in bytes.indices.allSatisfy { bytes[$0] == text[$0] } }
    }

    /// Whether the bytes are `text`, letters compared without case; `text` is lower case.
    static func matches(_ bytes: Span<UInt8>, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { text in
            for index in bytes.indices where lowercased(bytes[index]) != text[index] { return false }
            return true
        }
    }

    /// The range without the spaces and tabs at its two ends.
    static func trimmed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var (lower, upper) = (range.lowerBound, range.upperBound)
        while lower < upper && (bytes[lower] == space || bytes[lower] == tab) { lower += 1 }
        while lower < upper && (bytes[upper - 1] == space || bytes[upper - 1] == tab) { upper -= 1 }
        return lower..<upper
    }
}
