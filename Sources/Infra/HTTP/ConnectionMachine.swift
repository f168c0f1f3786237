import HTTPTypes

/// Decides what a connection does next; it reads and writes nothing.
///
/// States: waiting for a request (with how far it has come), answering one, finished. Inputs: bytes run out, a request arrived or
/// was rejected, its answer is ready, a deadline passed, the server drains. Invariants: one answer per request, in
/// order; nothing is read as a request after the answer that said `Connection: close`; each phase of waiting has one deadline,
/// set when the phase begins.
struct ConnectionMachine {
    /// What the connection waits for; each kind has its own time limit.
    enum Phase: Equatable {
        /// The first request: the header's time runs from the connection's beginning.
        case opening
        /// A further request, of which nothing has come.
        case idle
        case head
        case body
        /// Whatever a client of a draining server sent before it could know; the time runs from when the connection fell silent.
        case farewell
    }

    enum WaitAction: Equatable {
        /// Wait for bytes with a new deadline.
        case wait(Phase)
        /// Wait for bytes; the deadline of before stands.
        case keepWaiting
        case close
    }

    /// How an answer goes out.
    struct Plan: Equatable {
        enum ConnectionField { case none, close, keepAlive }
        var sendsBody: Bool
        var sendsLength: Bool
        var connection: ConnectionField
        /// Whether another request may follow.
        var keepsOpen: Bool
    }

    enum TimeoutAction: Equatable {
        /// Nothing was asked, so nothing is answered.
        case close
        case reject(HTTPFault)
    }

    private enum State {
        case waiting(Phase?)
        case answering(isHead: Bool, isVersion11: Bool, keepsAlive: Bool)
        case finished
    }

    private var state = State.waiting(nil)
    private var isFirst = true
    private(set) var isDraining = false

    /// The parser needs more bytes and has none left.
    mutating func bytesRanOut(_ stage: RequestParser.Stage) -> WaitAction {
        guard case .waiting(let previous) = state else { return .close }
        let phase: Phase =
            switch stage {
            case .none: isDraining ? .farewell : isFirst ? .opening : .idle
            case .head: .head
            case .body: .body
            }
        // The first bytes of the first request do not start its time again.
        if previous == phase || previous == .opening && phase == .head { return .keepWaiting }
        state = .waiting(phase)
        return .wait(phase)
    }

    mutating func requestArrived(isHead: Bool, isVersion11: Bool, keepsAlive: Bool) {
        guard case .waiting = state else { preconditionFailure("a request arrived before the last one was answered") }
        isFirst = false
        state = .answering(isHead: isHead, isVersion11: isVersion11, keepsAlive: keepsAlive)
    }

    /// The answer to the request under way is ready.
    ///
    /// - Parameter wantsClose: the handler asked for `Connection: close`.
    mutating func answerReady(_ status: HTTPResponse.Status, wantsClose: Bool) -> Plan {
        guard case .answering(let isHead, let isVersion11, let keepsAlive) = state else {
            preconditionFailure("an answer without a request")
        }
        let keepsOpen = keepsAlive && !wantsClose && !isDraining
        state = keepsOpen ? .waiting(nil) : .finished
        let hasNoContent = status.code < 200 || status == .noContent || status == .notModified
        return Plan(
            sendsBody: !isHead && !hasNoContent, sendsLength: !hasNoContent,
            connection: keepsOpen ? (isVersion11 ? .none : .keepAlive) : .close, keepsOpen: keepsOpen)
    }

    /// The request is refused; the answer closes the connection.
    mutating func rejected(isHead: Bool) -> Plan {
        state = .finished
        return Plan(sendsBody: !isHead, sendsLength: true, connection: .close, keepsOpen: false)
    }

    /// The deadline of the phase passed.
    ///
    /// - Parameter stage: as the parser has it; part of a request deserves an answer.
    mutating func deadlinePassed(_ stage: RequestParser.Stage) -> TimeoutAction {
        guard case .waiting = state, stage != .none else { return .close }
        return .reject(.requestTimeout)
    }

    /// The server shuts down: requests under way are the last ones.
    mutating func drain() {
        isDraining = true
    }
}
