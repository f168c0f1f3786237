import HTTPTypes

/// Turns a connection's bytes into requests.
///
/// States: head, body of known length, chunked body, rejected. Inputs: bytes (`append`, `fill`) and `next`. Invariants: the events
/// depend on the bytes only, not on how they were cut (but for `continueExpected`, which is left out when the body is there
/// already); a rejection is final; at most one read's bytes, one head and one body are held.
struct RequestParser {
    /// A request whose bytes have all come.
    struct Message {
        var method: HTTPRequest.Method
        var head: RequestHead
        var body: [UInt8]
        var isVersion11: Bool
        /// Whether the client leaves the connection open for another request.
        var keepsAlive: Bool
    }

    enum Event {
        /// Nothing to do until more bytes come.
        case needsMore
        /// The client waits for `100 Continue` before it sends the body; told once per request.
        case continueExpected
        case request(Message)
        case rejected(HTTPFault)
    }

    /// How far the request that is coming has come.
    enum Stage { case none, head, body }

    private enum State {
        case head
        case body(Message, remaining: Int)
        case chunked(Message, ChunkedDecoder)
        /// With the request, where its head was understood.
        case rejected(HTTPFault, Message?)
    }

    private let limits: RequestLimits
    private var input: InputBuffer
    private var head: HeadParser
    private var state = State.head
    private var owesContinue = false

    /// - Parameter pool: where the array for incoming bytes is borrowed.
    init(limits: RequestLimits, pool: BufferPool = .filled(size: 4096)) {
        self.limits = limits
        input = InputBuffer(pool: pool)
        head = HeadParser(limits: limits)
    }

    var stage: Stage {
        switch state {
        // The empty line that may stand before a request is none of it: some clients send one after a body and then rest.
        case .head: head.hasBegun ? .head : .none
        default: .body
        }
    }

    /// The request whose head has come, while its body has not; after a rejection that of the rejected one.
    var coming: Message? {
        switch state {
        case .head: nil
        case .body(let message, _), .chunked(let message, _): message
        case .rejected(_, let message): message
        }
    }

    /// Whether the request that is coming, or was rejected, asks for no body; false as long as that cannot be told.
    var asksForHead: Bool {
        if let coming { return coming.method == .head }
        // Nothing of it is used up, the empty line that may stand before it included.
        let bytes = input.bytes(0..<min(7, input.count))
        return bytes.dropFirst(bytes.starts(with: [ASCII.cr, ASCII.lf]) ? 2 : 0).starts(with: "HEAD ".utf8)
    }

    mutating func append(_ bytes: some Collection<UInt8>) {
        input.append(bytes)
    }

    /// Lets `read` put bytes into the buffer, without a copy; see `InputBuffer.fill`.
    mutating func fill<Failure: Error>(
        _ read: (inout [UInt8], Int) throws(Failure) -> Int?
    ) throws(Failure) -> Int? {
        try input.fill(read)
    }

    /// A wait for bytes begins: what is not needed meanwhile is given back.
    mutating func settle() {
        input.settle()
    }

    /// What it holds of memory, in bytes: the bytes of a head or a body that came in part.
    var weight: Int {
        switch state {
        case .body(let message, _), .chunked(let message, _): input.weight + message.weight
        case .head, .rejected: input.weight
        }
    }

    /// What the bytes so far amount to.
    ///
    /// Ask again until it is `needsMore`.
    mutating func next() -> Event {
        do throws(HTTPFault) {
            return try advance()
        } catch {
            // Where the head was understood, its rejection has been noted with it.
            if case .rejected = state { return .rejected(error) }
            state = .rejected(error, nil)
            return .rejected(error)
        }
    }

    private mutating func advance() throws(HTTPFault) -> Event {
        while true {
            switch state {
            case .rejected(let fault, _): return .rejected(fault)
            case .head:
                guard !input.isEmpty else { return .needsMore }
                if let event = try advanceHead() { return event }
            case .body(let message, let remaining): return advanceBody(message, remaining)
            case .chunked(let message, let decoder): return try advanceChunked(message, decoder)
            }
        }
    }

    /// Reads on in the head; nil when a body follows.
    private mutating func advanceHead() throws(HTTPFault) -> Event? {
        // A copy of a few words: the closure may not change `self` while it reads `input`.
        var parser = head
        let progress = try input.read { bytes throws(HTTPFault) in try parser.parse(bytes) }
        guard case .complete(let length) = progress else {
            head = parser
            return .needsMore
        }
        let message = message(from: parser, length: length)
        input.discard(length)
        head = HeadParser(limits: limits)
        owesContinue = parser.framing.expectsContinue && input.isEmpty
        if parser.framing.isChunked {
            state = .chunked(message, ChunkedDecoder(limits: limits))
            return nil
        }
        let contentLength = parser.framing.contentLength ?? 0
        guard contentLength <= limits.bodyBytes else { throw reject(.bodyTooLarge, message) }
        guard contentLength > 0 else { return .request(message) }
        state = .body(message, remaining: contentLength)
        return nil
    }

    private func message(from parser: HeadParser, length: Int) -> Message {
        let framing = parser.framing
        let hasBody = framing.isChunked || framing.contentLength ?? 0 > 0
        return Message(
            method: Self.method(input.bytes(parser.method)),
            head: hasBody ? copiedHead(parser, length) : sharedHead(parser),
            body: [], isVersion11: parser.isVersion11,
            keepsAlive: !framing.closes && (parser.isVersion11 || framing.keepsAlive))
    }

    /// The head where it lies: without a body the request is answered before more is read, so it need not be copied.
    private func sharedHead(_ parser: HeadParser) -> RequestHead {
        let (array, offset) = input.shared
        return RequestHead(
            bytes: array, path: parser.path.shifted(by: offset), query: parser.query?.shifted(by: offset),
            fields: parser.fields.shifted(by: offset))
    }

    private func copiedHead(_ parser: HeadParser, _ length: Int) -> RequestHead {
        let start = parser.start
        return RequestHead(
            bytes: Array(input.bytes(start..<length)), path: parser.path.shifted(by: -start),
            query: parser.query?.shifted(by: -start), fields: parser.fields.shifted(by: -start))
    }

    private static func method(_ bytes: ArraySlice<UInt8>) -> HTTPRequest.Method {
        // Methods are case-sensitive. The first three come without building a string.
        if bytes.elementsEqual("GET".utf8) { return .get }
        if bytes.elementsEqual("HEAD".utf8) { return .head }
        if bytes.elementsEqual("POST".utf8) { return .post }
        // The parser has seen that it is a token, so GET stands for nothing here.
        return HTTPRequest.Method(String(decoding: bytes, as: UTF8.self)) ?? .get
    }

    private mutating func advanceBody(_ message: Message, _ remaining: Int) -> Event {
        guard !input.isEmpty else { return waitForBody() }
        // Emptied first: two owners of the array would copy it with each read.
        state = .head
        var message = message
        let count = min(remaining, input.count)
        message.body.append(contentsOf: input.bytes(0..<count))
        input.discard(count)
        guard count < remaining else { return .request(message) }
        state = .body(message, remaining: remaining - count)
        return .needsMore
    }

    private mutating func advanceChunked(_ message: Message, _ decoder: ChunkedDecoder) throws(HTTPFault) -> Event {
        guard !input.isEmpty else { return waitForBody() }
        state = .head
        var (message, decoder) = (message, decoder)
        do throws(HTTPFault) {
            input.discard(try input.read { bytes throws(HTTPFault) in try decoder.decode(bytes, into: &message.body) })
        } catch {
            throw reject(error, message)
        }
        guard !decoder.isFinished else { return .request(message) }
        state = .chunked(message, decoder)
        return .needsMore
    }

    private mutating func reject(_ fault: HTTPFault, _ message: Message) -> HTTPFault {
        state = .rejected(fault, message)
        return fault
    }

    private mutating func waitForBody() -> Event {
        guard owesContinue else { return .needsMore }
        owesContinue = false
        return .continueExpected
    }
}

extension RequestParser.Message {
    fileprivate var weight: Int { head.bytes.count + body.capacity }
}

extension Range<Int> {
    fileprivate func shifted(by offset: Int) -> Range<Int> { lowerBound + offset..<upperBound + offset }
}
