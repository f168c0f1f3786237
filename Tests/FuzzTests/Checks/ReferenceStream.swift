import HTTP

/// A connection's bytes as the reference reads them: requests, and how it stands after the last.
struct ReferenceStream {
    /// A request whose head is there, and its place in the stream.
    struct Entry {
        var request: ReferenceRequest
        var start: Int
        var headEnd: Int
        /// Nil when the body is not there, or refused.
        var end: Int?
    }

    private let limits: RequestLimits
    private(set) var entries: [Entry] = []
    /// The statuses that say why no request can follow; nil when more bytes may bring one.
    private(set) var refusal: Set<Int>?

    init(_ bytes: [UInt8], limits: RequestLimits) {
        self.limits = limits
        var position: Int? = 0
        while let start = position, start < bytes.count { position = readRequest(bytes[start...]) }
    }

    /// The requests that have come to their end.
    var whole: [Entry] { entries.filter { $0.end != nil } }

    /// Where the next request begins; nil when none can be read.
    private mutating func readRequest(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard let (request, headEnd) = unwrap(ReferenceHead.read(bytes, limits: limits)) else { return nil }
        entries.append(Entry(request: request, start: bytes.startIndex, headEnd: headEnd))
        guard let (body, end) = readBody(request.framing, bytes[headEnd...]) else { return nil }
        entries[entries.count - 1].request.body = body
        entries[entries.count - 1].end = end
        return end
    }

    private mutating func readBody(_ framing: ReferenceRequest.Body, _ bytes: ArraySlice<UInt8>) -> ([UInt8], Int)? {
        switch framing {
        case .none: ([], bytes.startIndex)
        case .length(let count): bytes.count < count ? nil : (Array(bytes.prefix(count)), bytes.startIndex + count)
        case .chunked: unwrap(ReferenceChunks.read(bytes, limits: limits))
        }
    }

    private mutating func unwrap<Value>(_ verdict: Verdict<Value>) -> (Value, Int)? {
        switch verdict {
        case .complete(let value, let end): return (value, end)
        case .incomplete: break
        case .refused(let statuses): refusal = statuses
        }
        return nil
    }
}
