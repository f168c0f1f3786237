import HTTP

/// Reads a chunked body all at once, the way RFC 9112 §7.1 and the limits describe one.
struct ReferenceChunks {
    /// What all extensions of a body may take, without the semicolons that begin them.
    private static let longestExtensions = 4096

    private let limits: RequestLimits
    private var rest: ArraySlice<UInt8>
    private var body: [UInt8] = []
    private var extensionBytes = 0

    /// Says what the body at the beginning of `bytes` amounts to.
    static func read(_ bytes: ArraySlice<UInt8>, limits: RequestLimits) -> Verdict<[UInt8]> {
        var reader = ReferenceChunks(limits: limits, rest: bytes)
        while true {
            switch reader.readChunk() {
            case .complete(let size, _): if size == 0 { return reader.readTrailer() }
            case .incomplete: return .incomplete
            case .refused(let statuses): return .refused(statuses)
            }
        }
    }

    private init(limits: RequestLimits, rest: ArraySlice<UInt8>) {
        self.limits = limits
        self.rest = rest
    }

    /// Takes the next line off; without a line end it is what has come of one, less the CR that may begin the end.
    private mutating func takeLine() -> (line: ArraySlice<UInt8>, isWhole: Bool) {
        guard let cr = rest.firstIndex(of: 13) else { return (rest, false) }
        let line = rest[..<cr]
        guard cr + 1 < rest.endIndex else { return (line, false) }
        // A CR with anything else after it belongs to the line, and no line may hold one.
        guard rest[cr + 1] == 10 else { return (rest[...cr], true) }
        rest = rest[(cr + 2)...]
        return (line, true)
    }

    private mutating func readChunk() -> Verdict<Int> {
        if rest.isEmpty { return .incomplete }
        let (line, isWhole) = takeLine()
        let parts = line.split(separator: UInt8(ascii: ";"), maxSplits: 1, omittingEmptySubsequences: false)
        guard (1...15).contains(parts[0].count), parts[0].consists(of: Characters.hexadecimal) else {
            return .refused([400])
        }
        if parts.count > 1 {
            extensionBytes += parts[1].count
            let isTooMuch = extensionBytes > Self.longestExtensions
            if isTooMuch || parts[1].contains(where: Characters.isControl) { return .refused([400]) }
        }
        guard isWhole, let size = Int(String(decoding: parts[0], as: UTF8.self), radix: 16) else { return .incomplete }
        guard body.count + size <= limits.bodyBytes else { return .refused([413]) }
        return size == 0 ? .complete(0, end: rest.startIndex) : readData(size)
    }

    private mutating func readData(_ size: Int) -> Verdict<Int> {
        body += rest.prefix(size)
        let end = rest.dropFirst(size).prefix(2)
        guard end.elementsEqual([13, 10].prefix(end.count)) else { return .refused([400]) }
        guard end.count == 2 else { return .incomplete }
        rest = rest[end.endIndex...]
        return .complete(size, end: rest.startIndex)
    }

    private mutating func readTrailer() -> Verdict<[UInt8]> {
        var (bytes, count) = (0, 0)
        while true {
            let (line, isWhole) = takeLine()
            if line.isEmpty { return isWhole ? .complete(body, end: rest.startIndex) : .incomplete }
            count += 1
            bytes += line.count + (isWhole ? 2 : 0)
            let isTooMuch = bytes > limits.headerBytes || count > limits.fieldCount
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
            // A line that is still coming may not have reached its colon.
            let isEnough = parts.count == 2 || !isWhole && rest.last != 13
            let isGood =
                isEnough && !parts[0].isEmpty && parts[0].consists(of: Characters.token)
                && !parts.dropFirst().contains { $0.contains(where: Characters.isControl) }
            if !isGood || isTooMuch { return .refused(isGood ? [431] : isTooMuch ? [400, 431] : [400]) }
            if !isWhole { return .incomplete }
        }
    }
}
