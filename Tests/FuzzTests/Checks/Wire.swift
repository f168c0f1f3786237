import HTTPTypes

@testable import HTTP

/// The parser under test, fed as a connection feeds it.
///
/// All that the checks know of the parser's interface is in this file.
struct Wire {
    enum Event {
        case needsMore
        case continueExpected
        case request(Request, isVersion11: Bool, keepsAlive: Bool)
        case rejected(Int)
    }

    private let limits: RequestLimits
    private var parser: RequestParser
    /// How many bytes it was given.
    private(set) var fed = 0

    init(limits: RequestLimits) {
        self.limits = limits
        parser = RequestParser(limits: limits)
    }

    var stage: RequestParser.Stage { parser.stage }
    var asksForHead: Bool { parser.asksForHead }

    /// The buffer has this much, and only for a longer head twice what came of it.
    private var largestBuffer: Int { max(4 * 1024, 2 * (limits.targetBytes + limits.headerBytes + 64)) }

    /// Gives it what its buffer has room for, as a read from a socket does, and takes that off `bytes`.
    mutating func feed(_ bytes: inout ArraySlice<UInt8>) throws(Finding) {
        var size = 0
        let count = parser.fill { (buffer: inout [UInt8], offset: Int) -> Int? in
            size = buffer.count
            let part = bytes.prefix(buffer.count - offset)
            buffer.replaceSubrange(offset..<offset + part.count, with: part)
            return part.count
        }
        try require(count != 0, "the buffer has no room for a byte")
        try require(size <= largestBuffer, "the buffer has grown to \(size) bytes")
        bytes = bytes.dropFirst(count ?? 0)
        fed += count ?? 0
    }

    /// A wait begins: what is kept is what came of a request, and little more.
    mutating func settle(partial: Int) throws(Finding) {
        parser.settle()
        try require(parser.weight <= 2 * partial + 64, "\(parser.weight) bytes are kept for \(partial) that came")
    }

    mutating func next() -> Event {
        switch parser.next() {
        case .needsMore: .needsMore
        case .continueExpected: .continueExpected
        case .rejected(let fault): .rejected(fault.status.code)
        case .request(let message):
            .request(
                Request(
                    method: message.method, head: message.head, body: message.body, peerAddress: "127.0.0.1", id: ""),
                isVersion11: message.isVersion11, keepsAlive: message.keepsAlive)
        }
    }
}
