import Locking

/// A value that comes once, for any number who wait for it.
final class Outcome<Value: Sendable>: Sendable {
    private struct State {
        var result: Result<Value, any Error>?
        var waiting: [Int: CheckedContinuation<Value, any Error>] = [:]
        var nextID = 0
    }

    private let state = Lock(State())

    /// Sets the result and wakes all; only the first call counts.
    func settle(_ result: Result<Value, any Error>) {
        let waiting = state.withLock { state in
            if state.result == nil { state.result = result }
            defer { state.waiting = [:] }
            return state.waiting
        }
        for waiter in waiting.values { waiter.resume(with: result) }
    }

    /// Waits for the value.
    ///
    /// - Throws: the failure it was settled with, or `CancellationError`.
    func value() async throws -> Value {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wake in
                let result = state.withLock { state -> Result<Value, any Error>? in
                    // Asked inside the lock: a cancellation that came before finds no waiter to wake.
                    if let result = state.result { return result }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiting[id] = wake
                    return nil
                }
                if let result { wake.resume(with: result) }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(throwing: CancellationError())
        }
    }
}
