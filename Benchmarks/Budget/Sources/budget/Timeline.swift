import Actors
import Locking

/// True time, which jumps from one event to the next.
///
/// Everything that waits in the simulation waits here: latencies, alarms, agendas. The loop of the simulation advances it when nobody
/// has anything left to do.
final class Timeline: Sendable {
    private struct Event: Sendable {
        /// Asked again each time: a clock that was set changes when a sleeper is due.
        var due: @Sendable () -> UTCInstant
        var happen: @Sendable () -> Void
    }

    private struct State {
        var now: UTCInstant
        var events: [Int: Event] = [:]
        var lastID = 0
        var sleepers: [Int: CheckedContinuation<Void, any Error>] = [:]
    }

    let start: UTCInstant
    private let state: Lock<State>

    init(_ start: UTCInstant) {
        self.start = start
        state = Lock(State(now: start))
    }

    var now: UTCInstant { state.withLock { $0.now } }

    /// Lets something happen at a moment.
    func at(_ instant: UTCInstant, _ happen: @escaping @Sendable () -> Void) {
        add(Event(due: { instant }, happen: happen), newID())
    }

    /// Returns when `due` has come.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    func sleep(until due: @escaping @Sendable () -> UTCInstant) async throws {
        let id = newID()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wake in
                let isCancelled = state.withLock { state in
                    guard !Task.isCancelled else { return true }
                    state.events[id] = Event(due: due, happen: { wake.resume() })
                    state.sleepers[id] = wake
                    return false
                }
                if isCancelled { wake.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let wake = state.withLock { state in
                state.events[id] = nil
                return state.sleepers.removeValue(forKey: id)
            }
            wake?.resume(throwing: CancellationError())
        }
    }

    /// Moves on to the next event before `end` and lets it happen; false when there is none.
    func advance(before end: UTCInstant) -> Bool {
        let event = state.withLock { state -> Event? in
            let next = state.events.map { (due: $0.value.due(), id: $0.key) }.min { ($0.due, $0.id) < ($1.due, $1.id) }
            guard let next, next.due < end else { return nil }
            state.now = max(state.now, next.due)
            state.sleepers[next.id] = nil
            return state.events.removeValue(forKey: next.id)
        }
        event?.happen()
        return event != nil
    }

    private func newID() -> Int {
        state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
    }

    private func add(_ event: Event, _ id: Int) { state.withLock { $0.events[id] = event } }
}

/// A machine's own clock, which is out by some time and can be set.
final class MachineClock: WallClock {
    private let timeline: Timeline
    private let ahead: Lock<Duration>

    /// - Parameter ahead: how far it is ahead of true time.
    init(_ timeline: Timeline, ahead: Duration) {
        self.timeline = timeline
        self.ahead = Lock(ahead)
    }

    func now() -> UTCInstant { timeline.now + ahead.withLock { $0 } }

    func uptime() -> Duration { timeline.now - timeline.start }

    func sleep(until deadline: UTCInstant) async throws {
        guard deadline > now() else { return }
        try await timeline.sleep { [self] in deadline - ahead.withLock { $0 } }
    }

    /// Somebody sets the clock.
    func set(ahead: Duration) { self.ahead.withLock { $0 = ahead } }
}
