/// Decides what becomes of one connection while statements run on it, so that it is never left in the middle of an answer.
///
/// States: resting, running, calling off, closed. Inputs: ``begin()``, ``interrupt(_:_:)``, ``drained()``,
/// ``requestEnded(_:)``, ``giveUp()``. Invariant: it rests again only when the answer was read to its end and, if the statement
/// was called off, the request to do so has ended too; one that is still on its way would hit the next statement.
struct StatementMachine {
    /// Why a statement is called off.
    enum Reason: Sendable, Hashable {
        case cancelled
        case timedOut
    }

    private enum State: Hashable {
        case resting
        case running(Int)
        case callingOff(Int, Reason, isDrained: Bool, isRequestEnded: Bool)
        case closed
    }

    private var state = State.resting
    private var lastID = 0

    /// Whether the next statement may begin.
    var isResting: Bool { state == .resting }
    var isClosed: Bool { state == .closed }

    /// Why the statement under way is called off; nil when it is not.
    var reason: Reason? {
        if case .callingOff(_, let reason, _, _) = state { reason } else { nil }
    }

    /// Begins a statement.
    ///
    /// - Returns: its number; nil when the connection is closed, or another one runs.
    mutating func begin() -> Int? {
        guard state == .resting else { return nil }
        lastID += 1
        state = .running(lastID)
        return lastID
    }

    /// Somebody wants this statement to end.
    ///
    /// - Returns: whether to ask the server for it now; false when that was done, or another statement runs.
    mutating func interrupt(_ id: Int, _ reason: Reason) -> Bool {
        guard state == .running(id) else { return false }
        state = .callingOff(id, reason, isDrained: false, isRequestEnded: false)
        return true
    }

    /// The answer has been read to its end.
    mutating func drained() {
        switch state {
        case .running: state = .resting
        case .callingOff(let id, let reason, _, let isRequestEnded):
            state = isRequestEnded ? .resting : .callingOff(id, reason, isDrained: true, isRequestEnded: false)
        case .resting, .closed: break
        }
    }

    /// The request to call off this statement has ended, well or not.
    mutating func requestEnded(_ id: Int) {
        guard case .callingOff(id, let reason, let isDrained, _) = state else { return }
        state = isDrained ? .resting : .callingOff(id, reason, isDrained: false, isRequestEnded: true)
    }

    /// The connection is of no use any more.
    mutating func giveUp() { state = .closed }
}
