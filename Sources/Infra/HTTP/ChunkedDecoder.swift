import HTTPTypes

/// Removes the chunked coding from a body (RFC 9112 §7.1).
///
/// States follow the grammar byte by byte: size, extension, the size line's end, data, the data's end, trailer lines, the end.
/// Invariants: `body` never grows beyond the limit; what is framing and not data is bounded too, so that nobody sends a gigabyte of
/// extensions for a byte of body; the result does not depend on how the bytes were cut.
struct ChunkedDecoder {
    private enum State {
        case size(digits: Int)
        case sizeExtension
        case sizeLF
        case data
        case dataCR
        case dataLF
        case trailerStart
        case trailerName
        case trailerValue
        case trailerLF
        case finalLF
        case finished
    }

    /// Extensions that mean nothing to us are skipped, up to this many bytes in all.
    private static let longestExtensions = 4 * 1024

    private let limits: RequestLimits
    private var state = State.size(digits: 0)
    /// The size being read, then what is left of the chunk.
    private var remaining = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var trailerCount = 0

    init(limits: RequestLimits) {
        self.limits = limits
    }

    var isFinished: Bool {
        if case .finished = state { true } else { false }
    }

    /// Decodes as far as the bytes go, and no further than the body's end.
    ///
    /// - Returns: how many bytes were used.
    mutating func decode(_ bytes: Span<UInt8>, into body: inout [UInt8]) throws(HTTPFault) -> Int {
        var index = 0
        while index < bytes.count, !isFinished {
            if case .data = state {
                let count = min(remaining, bytes.count - index)
                for offset in index..<index + count { body.append(bytes[offset]) }
                index += count
                remaining -= count
                if remaining == 0 { state = .dataCR }
            } else {
                try step(bytes[index], bodyCount: body.count)
                index += 1
            }
        }
        return index
    }

    private mutating func step(_ byte: UInt8, bodyCount: Int) throws(HTTPFault) {
        switch state {
        case .size(let digits): try sizeByte(byte, digits: digits)
        case .sizeExtension: try extensionByte(byte)
        case .sizeLF:
            try expect(byte, ASCII.lf)
            guard remaining <= limits.bodyBytes - bodyCount else { throw .bodyTooLarge }
            state = remaining == 0 ? .trailerStart : .data
        case .dataCR:
            try expect(byte, ASCII.cr)
            state = .dataLF
        case .dataLF:
            try expect(byte, ASCII.lf)
            state = .size(digits: 0)
        case .trailerStart, .trailerName, .trailerValue:
            if byte != ASCII.cr { try countTrailer(1) }
            try trailerByte(byte)
        case .trailerLF:
            try expect(byte, ASCII.lf)
            // The line end, which the empty line at the trailer's end does not count towards it.
            try countTrailer(2)
            state = .trailerStart
        case .finalLF:
            try expect(byte, ASCII.lf)
            state = .finished
        case .data, .finished: preconditionFailure("decode handles these states itself")
        }
    }

    private func expect(_ byte: UInt8, _ expected: UInt8) throws(HTTPFault) {
        guard byte == expected else { throw .badRequest("The chunked body is malformed") }
    }

    private mutating func sizeByte(_ byte: UInt8, digits: Int) throws(HTTPFault) {
        if let digit = ASCII.hexValue(byte) {
            // Fifteen digits fit an Int; more are either an overflow or padding nobody needs.
            guard digits < 15 else { throw .badRequest("A chunk size is too long") }
            remaining = digits == 0 ? Int(digit) : remaining << 4 | Int(digit)
            state = .size(digits: digits + 1)
            return
        }
        guard digits > 0 else { throw .badRequest("The chunked body is malformed") }
        switch byte {
        case ASCII.cr: state = .sizeLF
        case ASCII.semicolon: state = .sizeExtension
        default: throw .badRequest("The chunked body is malformed")
        }
    }

    private mutating func extensionByte(_ byte: UInt8) throws(HTTPFault) {
        if byte == ASCII.cr {
            state = .sizeLF
            return
        }
        extensionBytes += 1
        guard !ASCII.isControl(byte), extensionBytes <= Self.longestExtensions else {
            throw .badRequest("A chunk extension is malformed or too long")
        }
    }

    private mutating func countTrailer(_ count: Int) throws(HTTPFault) {
        trailerBytes += count
        guard trailerBytes <= limits.headerBytes else { throw .headerTooLarge }
    }

    /// Trailer fields are checked as header fields are, and dropped: nothing here knows one.
    private mutating func trailerByte(_ byte: UInt8) throws(HTTPFault) {
        switch state {
        case .trailerStart where byte == ASCII.cr: state = .finalLF
        case .trailerStart:
            trailerCount += 1
            guard trailerCount <= limits.fieldCount else { throw .tooManyFields }
            guard ASCII.isToken(byte) else { throw .badRequest("A trailer field is malformed") }
            state = .trailerName
        case .trailerName where byte == ASCII.colon: state = .trailerValue
        case .trailerName:
            guard ASCII.isToken(byte) else { throw .badRequest("A trailer field is malformed") }
        default:
            if byte == ASCII.cr {
                state = .trailerLF
            } else if ASCII.isControl(byte) {
                throw .badRequest("A trailer field is malformed")
            }
        }
    }
}
