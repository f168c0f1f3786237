import Glibc

/// Bytes the protocol speaks of, and the classes RFC 9110 §5.6 sorts them into.
enum ASCII {
    static let tab: UInt8 = 0x09
    static let lf: UInt8 = 0x0A
    static let cr: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let colon: UInt8 = 0x3A
    static let comma: UInt8 = 0x2C
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

    /// Where the token that begins the range ends.
    ///
    /// Eight bytes at a time where they are letters and hyphens, as in nearly every field name.
    static func endOfToken(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
        var index = range.lowerBound
        while index + 8 <= range.upperBound {
            let others = othersThanLettersAndHyphens(word(of: bytes, at: index))
            guard others != 0 else {
                index += 8
                continue
            }
            index += others.trailingZeroBitCount / 8
            guard isToken(bytes[index]) else { return index }
            index += 1
        }
        while index < range.upperBound && isToken(bytes[index]) { index += 1 }
        return index
    }

    /// Of eight bytes: the top bit of each that is neither a letter nor a hyphen.
    ///
    /// Additions to seven bits carry into the eighth and no further, so what it says of a byte does not depend on those beside it.
    private static func othersThanLettersAndHyphens(_ word: UInt64) -> UInt64 {
        let lower = (word | ones &* 0x20) & ~tops
        let isLetter = (lower &+ ones &* (0x80 - 0x61)) & ~(lower &+ ones &* (0x80 - 0x7B))
        let difference = (word ^ (ones &* 0x2D)) & ~tops
        let isHyphen = ~(difference &+ ones &* 0x7F)
        return (~(isLetter | isHyphen) | word) & tops
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
    /// Eight bytes at a time: every byte of every head passes here, and again when a field is looked for.
    static func firstControl(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
        var index = range.lowerBound
        while index + 8 <= range.upperBound {
            let marks = controls(word(of: bytes, at: index))
            guard marks != 0 else {
                index += 8
                continue
            }
            index += marks.trailingZeroBitCount / 8
            guard bytes[index] == tab else { return index }
            index += 1
        }
        while index < range.upperBound && !isControl(bytes[index]) { index += 1 }
        return index
    }

    /// Of eight bytes, the top bit of the first one that is below a space, the tab included, or a DEL.
    ///
    /// The first byte has the lowest eight bits. Bits above the one that is told say nothing.
    ///
    /// A subtraction sets the top bit of each byte that is smaller than what is taken away, unless it was set before (Warren, *Hacker's Delight*,
    /// 6-1); a borrow from such a byte may set it in the one above, too.
    private static func controls(_ word: UInt64) -> UInt64 {
        let low = (word &- ones &* UInt64(space)) & ~word
        let difference = word ^ (ones &* 0x7F)
        let delete = (difference &- ones) & ~difference
        return (low | delete) & tops
    }

    static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }

    /// The same with eight bytes at once.
    private static func lowercased(_ word: UInt64) -> UInt64 {
        let low = word & ~tops
        let isCapital = (low &+ ones &* (0x80 - 0x41)) & ~(low &+ ones &* (0x80 - 0x5B)) & ~word & tops
        return word | isCapital >> 2
    }

    /// Whether the bytes are `text`.
    static func equals(_ bytes: Span<UInt8>, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { text in bytes.indices.allSatisfy { bytes[$0] == text[$0] } }
    }

    /// Whether the two are the same bytes.
    static func equals(_ bytes: Span<UInt8>, _ others: Span<UInt8>) -> Bool {
        guard bytes.count == others.count else { return false }
        return bytes.withUnsafeBytes { bytes in
            others.withUnsafeBytes { others in
                guard let start = bytes.baseAddress, let other = others.baseAddress else { return true }
                return memcmp(start, other, bytes.count) == 0
            }
        }
    }

    /// Whether the bytes are `text`, letters compared without case; `text` is lower case.
    static func matches(_ bytes: Span<UInt8>, _ text: Span<UInt8>) -> Bool {
        guard bytes.count == text.count else { return false }
        var index = 0
        while index + 8 <= bytes.count {
            guard lowercased(word(of: bytes, at: index)) == word(of: text, at: index) else { return false }
            index += 8
        }
        while index < bytes.count && lowercased(bytes[index]) == text[index] { index += 1 }
        return index == bytes.count
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

    // MARK: Eight bytes at once

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    /// Eight bytes, the first in the lowest eight bits; they must lie within the span.
    private static func word(of bytes: Span<UInt8>, at index: Int) -> UInt64 {
        UInt64(littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }
}
