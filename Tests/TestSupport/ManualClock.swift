package import Actors
import Locking

/// A wall clock that moves only when a test says so.
package final class ManualClock: WallClock {
    private struct Sleeper {
        var deadline: UTCInstant
        var wake: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: UTCInstant
        var uptime = Duration.zero
        var sleepers: [Int: Sleeper] = [:]
        var nextID = 0
        /// Tests that wait until somebody sleeps.
        var watchers: [(deadline: UTCInstant?, wake: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Lock<State>

    /// - Parameter now: where the clock stands at first; 2026-11-23T03:00:00Z unless told.
    package init(_ now: UTCInstant = UTCInstant(seconds: 1_795_402_800)) {
        state = Lock(State(now: now))
    }

    package func now() -> UTCInstant { state.withLock { $0.now } }

    package func uptime() -> Duration { state.withLock { $0.uptime } }

    package func sleep(until deadline: UTCInstant) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wake in
                // The cancelled check stands inside the lock: a cancellation that came before finds no sleeper to wake.
                let (result, watchers) = state.withLock {
                    state -> (Result<Void, any Error>?, [CheckedContinuation<Void, Never>]) in
                    if Task.isCancelled { return (.failure(CancellationError()), []) }
                    if deadline <= state.now { return (.success(()), []) }
                    state.sleepers[id] = Sleeper(deadline: deadline, wake: wake)
                    let ready = state.watchers.filter { $0.deadline == nil || $0.deadline == deadline }
                    state.watchers.removeAll { $0.deadline == nil || $0.deadline == deadline }
                    return (nil, ready.map(\.wake))
                }
                for watcher in watchers { watcher.resume() }
                if let result { wake.resume(with: result) }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.wake.resume(throwing: CancellationError())
        }
    }

    /// Moves the clock and wakes, in order of their deadlines, all whose time has come.
    package func advance(by duration: Duration) {
        advance(to: now() + duration)
    }

    /// Moves the clock to `instant` and wakes all whose time has come.
    ///
    /// Backwards it is put back, and no time passes.
    package func advance(to instant: UTCInstant) {
        move(to: instant, passing: max(.zero, instant - now()))
    }

    /// Sets the clock, as somebody who finds it wrong does, and wakes all whose time has come; no time passes.
    package func set(_ instant: UTCInstant) { move(to: instant, passing: .zero) }

    private func move(to instant: UTCInstant, passing time: Duration) {
        let due = state.withLock { state in
            state.now = instant
            state.uptime += time
            let due = state.sleepers.filter { $0.value.deadline <= instant }
            for id in due.keys { state.sleepers[id] = nil }
            return due.sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }
        }
        for (_, sleeper) in due { sleeper.wake.resume() }
    }

    /// Returns once somebody sleeps, until exactly `deadline` when one is given.
    package func untilSomeoneSleeps(until deadline: UTCInstant? = nil) async {
        await withCheckedContinuation { wake in
            let isAlready = state.withLock { state in
                if state.sleepers.values.contains(where: { deadline == nil || $0.deadline == deadline }) { return true }
                state.watchers.append((deadline, wake))
                return false
            }
            if isAlready { wake.resume() }
        }
    }

    /// The deadlines of all who sleep now, earliest first.
    package var deadlines: [UTCInstant] { state.withLock { $0.sleepers.values.map(\.deadline).sorted() } }
}
