import HTTPTypes

/// Checks one request head, byte by byte.
///
/// Strict as RFC 9112 allows, since everything two readers may understand differently is a way to smuggle a request past one of
/// them. It keeps no bytes: each call gets the head's bytes from its first one on, and goes on where the last call stopped.
///
/// States: in the request line, in the field lines, complete. Invariants: what it says depends on the bytes only, not on how
/// they were cut, because every decision falls at one byte with what stands before it; `position` never goes back, so a head of n
/// bytes costs n steps however slowly it comes.
struct HeadParser {
    enum Progress {
        case incomplete
        /// The head ends before `length`.
        case complete(length: Int)
    }

    /// What the head says about its body and its connection.
    struct Framing {
        var contentLength: Int?
        var isChunked = false
        var expectsContinue = false
        var closes = false
        var keepsAlive = false
        fileprivate var hostCount = 0
    }

    private enum Phase { case requestLine, fields }

    /// What fits around a target in a request line: a method of 32 bytes, two spaces, the version.
    private static let longestMethod = 32
    private static let requestLineExtra = longestMethod + 2 + 8

    private let limits: RequestLimits
    private var phase = Phase.requestLine
    private var position = 0
    private var lineStart = 0
    private var sawCR = false
    private var fieldCount = 0

    private(set) var framing = Framing()
    private(set) var method = 0..<0
    private(set) var path = 0..<0
    private(set) var query: Range<Int>?
    private(set) var fields = 0..<0
    private(set) var start = 0
    private(set) var isVersion11 = true

    /// Whether any of the request line has come; half an empty line before it is none of it either.
    var hasBegun: Bool { phase == .fields || position - (sawCR ? 1 : 0) > start }

    init(limits: RequestLimits) {
        self.limits = limits
    }

    mutating func parse(_ bytes: Span<UInt8>) throws(HTTPFault) -> Progress {
        while position < bytes.count {
            if sawCR {
                position += 1
                guard bytes[position - 1] == ASCII.lf else { throw .badRequest("A carriage return stands alone") }
                sawCR = false
                let line = lineStart..<position - 2
                lineStart = position
                if try lineEnded(line, bytes) { return .complete(length: position) }
            } else {
                try skipText(bytes)
            }
        }
        return .incomplete
    }

    /// Goes on to behind the line's carriage return, or to the end of the bytes.
    private mutating func skipText(_ bytes: Span<UInt8>) throws(HTTPFault) {
        let index = ASCII.firstControl(bytes, position..<max(position, min(bytes.count, textEnd)))
        position = index
        guard index < bytes.count else { return }
        switch bytes[index] {
        case ASCII.cr:
            sawCR = true
            position += 1
        case ASCII.lf: throw .badRequest("A line feed stands alone")
        case let byte where ASCII.isControl(byte): throw .badRequest("A control character stands in the header")
        default: throw phase == .requestLine ? .targetTooLong : .headerTooLarge
        }
    }

    /// How far text may go in this phase.
    private var textEnd: Int {
        switch phase {
        case .requestLine: lineStart + limits.targetBytes + Self.requestLineExtra
        case .fields: fields.lowerBound + limits.headerBytes
        }
    }

    /// True when the line was the empty one that ends the head.
    private mutating func lineEnded(_ line: Range<Int>, _ bytes: Span<UInt8>) throws(HTTPFault) -> Bool {
        switch phase {
        case .requestLine:
            if line.isEmpty {
                // RFC 9112 §2.2: an empty line before the request line is ignored. One is; more would be a stream of nothing.
                guard start == 0 else { throw .badRequest("The request line is empty") }
                start = position
            } else {
                try requestLineEnded(line, bytes)
                phase = .fields
                fields = position..<position
            }
            return false
        case .fields:
            guard !line.isEmpty else {
                try headEnded()
                return true
            }
            fieldCount += 1
            guard fieldCount <= limits.fieldCount else { throw .tooManyFields }
            guard position - fields.lowerBound <= limits.headerBytes else { throw .headerTooLarge }
            fields = fields.lowerBound..<position
            try fieldEnded(line, bytes)
            return false
        }
    }

    // MARK: The request line

    private mutating func requestLineEnded(_ line: Range<Int>, _ bytes: Span<UInt8>) throws(HTTPFault) {
        method = line.lowerBound..<ASCII.endOfToken(bytes, line)
        guard !method.isEmpty, method.count <= Self.longestMethod else { throw .badRequest("The method is malformed") }
        guard method.upperBound < line.upperBound, bytes[method.upperBound] == ASCII.space else {
            throw .badRequest("The request line is malformed")
        }
        let rest = method.upperBound + 1..<line.upperBound
        let target = rest.lowerBound..<Self.end(of: rest, bytes) { $0 > ASCII.space && $0 < 0x7F }
        guard target.count <= limits.targetBytes else { throw .targetTooLong }
        guard !target.isEmpty, target.upperBound < line.upperBound, bytes[target.upperBound] == ASCII.space else {
            throw .badRequest("The request line is malformed")
        }
        try checkVersion(bytes.extracting(target.upperBound + 1..<line.upperBound))
        try checkTarget(target, bytes)
    }

    private static func end(of range: Range<Int>, _ bytes: Span<UInt8>, _ belongs: (UInt8) -> Bool) -> Int {
        var index = range.lowerBound
        while index < range.upperBound && belongs(bytes[index]) { index += 1 }
        return index
    }

    private mutating func checkVersion(_ version: Span<UInt8>) throws(HTTPFault) {
        // The name is in capitals, so no comparison without case here.
        let isWellFormed =
            version.count == 8 && version[0] == 0x48 && version[1] == 0x54 && version[2] == 0x54 && version[3] == 0x50
            && version[4] == ASCII.slash && ASCII.isDigit(version[5]) && version[6] == 0x2E && ASCII.isDigit(version[7])
        guard isWellFormed else { throw .badRequest("The request line is malformed") }
        guard version[5] == 0x31, version[7] <= 0x31 else {
            throw HTTPFault(.httpVersionNotSupported, "The HTTP version is not supported: use HTTP/1.1")
        }
        isVersion11 = version[7] == 0x31
    }

    /// Accepts `/path?query`, the same after `http://authority` (a proxy's form), and `*` for OPTIONS.
    private mutating func checkTarget(_ target: Range<Int>, _ bytes: Span<UInt8>) throws(HTTPFault) {
        var begin = target.lowerBound
        if bytes[begin] != ASCII.slash {
            let isAsterisk = target.count == 1 && bytes[begin] == 0x2A
            let isOptions = ASCII.equals(bytes.extracting(method), "OPTIONS")
            if !(isAsterisk && isOptions) { begin = try endOfAuthority(target, bytes) }
        }
        path = begin..<Self.end(of: begin..<target.upperBound, bytes) { $0 != ASCII.questionMark }
        query = path.upperBound < target.upperBound ? path.upperBound + 1..<target.upperBound : nil
        // RFC 9110 §4.2.3: with an authority, an empty path is `/`, such as the last one of the `//` before it.
        if path.isEmpty { path = Self.lastSlash(of: target.lowerBound..<begin, bytes) }
    }

    private func endOfAuthority(_ target: Range<Int>, _ bytes: Span<UInt8>) throws(HTTPFault) -> Int {
        let text = bytes.extracting(target)
        let schemeLength =
            switch true {
            case text.count > 7 && ASCII.matches(text.extracting(0..<7), "http://"): 7
            case text.count > 8 && ASCII.matches(text.extracting(0..<8), "https://"): 8
            default: 0
            }
        let authority = target.lowerBound + schemeLength..<target.upperBound
        let end = Self.end(of: authority, bytes) { $0 != ASCII.slash && $0 != ASCII.questionMark }
        guard schemeLength > 0, end > authority.lowerBound else {
            throw .badRequest("The request target is malformed")
        }
        return end
    }

    private static func lastSlash(of range: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int> {
        var index = range.upperBound - 1
        while bytes[index] != ASCII.slash { index -= 1 }
        return index..<index + 1
    }

    // MARK: Fields

    private mutating func fieldEnded(_ line: Range<Int>, _ bytes: Span<UInt8>) throws(HTTPFault) {
        let name = line.lowerBound..<ASCII.endOfToken(bytes, line)
        // This refuses folded lines too: they begin with a space.
        guard !name.isEmpty, name.upperBound < line.upperBound, bytes[name.upperBound] == ASCII.colon else {
            throw .badRequest("A header field is malformed")
        }
        let valueRange = ASCII.trimmed(bytes, name.upperBound + 1..<line.upperBound)
        let (key, value) = (bytes.extracting(name), bytes.extracting(valueRange))
        switch key.count {
        case 4 where ASCII.matches(key, "host"): try host(value)
        case 6 where ASCII.matches(key, "expect"): try expect(value)
        case 10 where ASCII.matches(key, "connection"): connection(value)
        case 14 where ASCII.matches(key, "content-length"): try contentLength(value)
        case 17 where ASCII.matches(key, "transfer-encoding"): try transferEncoding(value)
        default: break
        }
    }

    private mutating func host(_ value: Span<UInt8>) throws(HTTPFault) {
        framing.hostCount += 1
        guard framing.hostCount == 1 else { throw .badRequest("There is more than one Host field") }
        for index in value.indices {
            switch value[index] {
            // What a URI's authority is made of, percent-encoding included; no user name before an @.
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: continue
            case 0x21, 0x24...0x2E, 0x3A, 0x3B, 0x3D, 0x5B, 0x5D, 0x5F, 0x7E: continue
            default: throw .badRequest("The Host field is malformed")
            }
        }
    }

    private mutating func expect(_ value: Span<UInt8>) throws(HTTPFault) {
        guard ASCII.matches(value, "100-continue") else {
            throw HTTPFault(.expectationFailed, "The expectation is not supported: only 100-continue is")
        }
        // HTTP/1.0 clients do not know 100, so their expectation is ignored (RFC 9110 §10.1.1).
        framing.expectsContinue = isVersion11
    }

    private mutating func connection(_ value: Span<UInt8>) {
        var start = 0
        while start <= value.count {
            let end = Self.end(of: start..<value.count, value) { $0 != ASCII.comma }
            let option = value.extracting(ASCII.trimmed(value, start..<end))
            if ASCII.matches(option, "close") { framing.closes = true }
            if ASCII.matches(option, "keep-alive") { framing.keepsAlive = true }
            start = end + 1
        }
    }

    private mutating func contentLength(_ value: Span<UInt8>) throws(HTTPFault) {
        guard framing.contentLength == nil else { throw .badRequest("There is more than one Content-Length field") }
        guard !value.isEmpty else { throw .badRequest("The Content-Length field is malformed") }
        var length = 0
        for index in value.indices {
            let digit = value[index]
            let (product, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(digit) - Int(ASCII.zero))
            guard ASCII.isDigit(digit), !overflow, !carry else {
                throw .badRequest("The Content-Length field is malformed")
            }
            length = sum
        }
        framing.contentLength = length
    }

    private mutating func transferEncoding(_ value: Span<UInt8>) throws(HTTPFault) {
        guard !framing.isChunked else { throw .badRequest("There is more than one Transfer-Encoding field") }
        guard ASCII.matches(value, "chunked") else {
            throw HTTPFault(.notImplemented, "The transfer coding is not supported: only chunked is")
        }
        framing.isChunked = true
    }

    private func headEnded() throws(HTTPFault) {
        guard framing.hostCount == 1 || !isVersion11 else { throw .badRequest("There is no Host field") }
        if framing.isChunked {
            // Two lengths, or a coding the version does not know: the classic ways to smuggle a request.
            guard framing.contentLength == nil else {
                throw .badRequest("There are both Content-Length and Transfer-Encoding")
            }
            guard isVersion11 else { throw .badRequest("HTTP/1.0 has no Transfer-Encoding") }
        }
    }
}
