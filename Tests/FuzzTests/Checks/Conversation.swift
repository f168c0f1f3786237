import HTTPTypes

@testable import HTTP

/// One connection without a socket: the parser reads, the machine decides, and the reference says what is right.
///
/// It goes the way of `Connection.step`. What the parser tells must be what the reference reads, at the byte where it is complete; the
/// machine must answer each request once, in order, and nothing after the answer that closes.
struct Conversation {
    /// What the client got.
    struct Outcome: Equatable {
        var answers = 0
        var rejection: Int?
    }

    private let bytes: [UInt8]
    private let reference: ReferenceStream
    private var script: Script
    private var rest: ArraySlice<UInt8>
    private var wire: Wire
    private var machine = ConnectionMachine()

    private var outcome = Outcome()
    private var askedToContinue = false
    private var handlerCloses = false
    private var isDraining = false
    /// The phases that got a deadline since the last answer.
    private var phases: [ConnectionMachine.Phase] = []

    /// Limits that short inputs reach.
    static let limits: RequestLimits = {
        var limits = RequestLimits()
        limits.targetBytes = 128
        limits.headerBytes = 512
        limits.fieldCount = 12
        limits.bodyBytes = 256
        return limits
    }()

    /// Holds the whole stream and the stream byte by byte against the reference and each other.
    ///
    /// - Returns: the reference's reading.
    @discardableResult
    static func check(_ bytes: [UInt8], limits: RequestLimits = Self.limits) throws(Finding) -> ReferenceStream {
        let reference = ReferenceStream(bytes, limits: limits)
        let whole = try run(bytes, reference, .whole, limits)
        let cut = try run(bytes, reference, .byteByByte, limits)
        try require(whole == cut, "whole it is \(whole), byte by byte \(cut)")
        return reference
    }

    /// Goes through the stream as the script says.
    @discardableResult
    static func run(
        _ bytes: [UInt8], _ reference: ReferenceStream, _ script: Script, _ limits: RequestLimits = Self.limits
    ) throws(Finding) -> Outcome {
        var conversation = Conversation(
            bytes: bytes, reference: reference, script: script, rest: bytes[...], wire: Wire(limits: limits))
        while try conversation.step() {}
        return conversation.outcome
    }

    private init(bytes: [UInt8], reference: ReferenceStream, script: Script, rest: ArraySlice<UInt8>, wire: Wire) {
        self.bytes = bytes
        self.reference = reference
        self.script = script
        self.rest = rest
        self.wire = wire
    }

    /// The request that is coming, as far as the reference has seen its head.
    private var coming: ReferenceStream.Entry? {
        hasComing ? reference.entries[outcome.answers] : nil
    }

    /// Whether what follows the last good request begins as HEAD does, after an empty line or none.
    private var refusedAsksForHead: Bool {
        let refused = bytes[start..<wire.fed]
        return refused.dropFirst(refused.starts(with: "\r\n".utf8) ? 2 : 0).starts(with: "HEAD ".utf8)
    }

    // These are asked for at every byte, where a copy of the whole request would cost more than all the rest.
    private var hasComing: Bool { outcome.answers < reference.entries.count }
    private var headEnd: Int { hasComing ? reference.entries[outcome.answers].headEnd : .max }
    private var end: Int { hasComing ? reference.entries[outcome.answers].end ?? .max : .max }
    private var start: Int { outcome.answers == 0 ? 0 : reference.entries[outcome.answers - 1].end ?? 0 }

    private mutating func step() throws(Finding) -> Bool {
        switch wire.next() {
        case .request(let request, let isVersion11, let keepsAlive):
            return try answer(request, isVersion11: isVersion11, keepsAlive: keepsAlive)
        case .rejected(let status): return try reject(status)
        case .continueExpected:
            try checkContinue()
            return true
        case .needsMore:
            try checkStage()
            return try receive()
        }
    }

    // MARK: Requests and refusals

    private mutating func answer(_ request: Request, isVersion11: Bool, keepsAlive: Bool) throws(Finding) -> Bool {
        guard let expected = coming, let end = expected.end else {
            throw Finding("there is a request more than the reference has: \(request.target)")
        }
        try require(end <= wire.fed, "request \(outcome.answers) is there before its end")
        try RequestComparison.check(request, expected.request)
        try require(isVersion11 == expected.request.isVersion11, "the version is not the request's")
        try require(keepsAlive == expected.request.keepsAlive, "keep-alive is not what the fields say")
        let isHead = expected.request.method.elementsEqual("HEAD".utf8)
        machine.requestArrived(isHead: request.method == .head, isVersion11: isVersion11, keepsAlive: keepsAlive)
        let plan = machine.answerReady(.ok, wantsClose: handlerCloses)
        let mayFollow = expected.request.keepsAlive && !handlerCloses && !isDraining
        try require(plan.keepsOpen == mayFollow, "after this answer another request may follow, or may not")
        try require(plan.sendsBody == !isHead && plan.sendsLength, "the answer's body is not the method's")
        try require((plan.connection == .close) == !mayFollow, "the Connection field does not tell")
        outcome.answers += 1
        (handlerCloses, askedToContinue, phases) = (false, false, [])
        return mayFollow
    }

    private mutating func reject(_ status: Int) throws(Finding) -> Bool {
        guard let statuses = reference.refusal else {
            throw Finding("what the reference accepts is refused: \(status)")
        }
        try require(statuses.contains(status), "refused with \(status), and right is \(statuses)")
        try require(outcome.answers == reference.whole.count, "refused before the last good request is told")
        let plan = machine.rejected(isHead: wire.asksForHead)
        try require(!plan.keepsOpen && plan.connection == .close, "a refusal leaves the connection open")
        try require(plan.sendsBody == !refusedAsksForHead, "the refusal's body is not the method's")
        outcome.rejection = status
        // Whatever comes now is no request.
        var more = Array("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)[...]
        try wire.feed(&more)
        guard case .rejected(status) = wire.next() else { throw Finding("something follows a refusal") }
        return false
    }

    private mutating func checkContinue() throws(Finding) {
        guard let coming else { throw Finding("nothing there asks for 100 Continue") }
        try require(coming.request.expectsContinue, "a request without Expect is told to continue")
        try require(coming.request.framing != .none, "a request without a body is told to continue")
        try require(wire.fed == headEnd, "a request whose body comes already is told to continue")
        try require(!askedToContinue, "a request is told twice to continue")
        askedToContinue = true
    }

    // MARK: Waiting

    /// The parser waits: so nothing that is complete, and nothing that is wrong, may have come.
    private func checkStage() throws(Finding) {
        try require(wire.fed < end, "request \(outcome.answers) is complete and not told")
        if rest.isEmpty { try require(reference.refusal == nil, "what the reference refuses is waited for") }
        if wire.fed == headEnd {
            let isWaiting = coming?.request.expectsContinue ?? false
            try require(!isWaiting || askedToContinue, "the client waits for 100 Continue")
        }
        let head = bytes[start..<wire.fed]
        let expected: RequestParser.Stage =
            switch true {
            case wire.fed >= headEnd: .body
            // An empty line before a request is none of it.
            case head.allSatisfy { $0 == 13 || $0 == 10 }: .none
            default: .head
            }
        try require(wire.stage == expected, "the stage is \(wire.stage), and right is \(expected)")
    }

    private mutating func receive() throws(Finding) -> Bool {
        switch machine.bytesRanOut(wire.stage) {
        case .close: throw Finding("the connection closes for no reason")
        case .keepWaiting: try require(!phases.isEmpty, "the wait has no deadline")
        case .wait(let phase): try begin(phase)
        }
        try wire.settle(partial: wire.fed - start)
        return try act()
    }

    /// A deadline is set once a phase, and phases go forward only.
    private mutating func begin(_ phase: ConnectionMachine.Phase) throws(Finding) {
        func rank(_ phase: ConnectionMachine.Phase) -> Int {
            switch phase {
            case .opening, .idle: 0
            case .farewell: 1
            case .head: 2
            case .body: 3
            }
        }
        try require(phases.allSatisfy { rank($0) < rank(phase) }, "after \(phases) the deadline is set for \(phase)")
        let expected: ConnectionMachine.Phase =
            switch wire.stage {
            case .none: isDraining ? .farewell : outcome.answers == 0 ? .opening : .idle
            case .head: .head
            case .body: .body
            }
        try require(phase == expected, "\(phase) at the stage \(wire.stage)")
        phases.append(phase)
    }

    /// What the script wants; false at the stream's end.
    private mutating func act() throws(Finding) -> Bool {
        switch script.next() {
        case .closeNext: handlerCloses = true
        case .drain:
            isDraining = true
            machine.drain()
        case .deadline:
            let isAnswered = machine.deadlinePassed(wire.stage) == .reject(.requestTimeout)
            try require(
                isAnswered == (wire.stage != .none), "at the stage \(wire.stage) the deadline is answered, or not")
            return false
        case .piece(let size):
            guard !rest.isEmpty else { return false }
            var piece = rest.prefix(size)
            let before = piece.count
            try wire.feed(&piece)
            rest = rest.dropFirst(before - piece.count)
        }
        return true
    }
}
