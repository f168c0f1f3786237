import Locking

/// Ready-made answers, where readers find them without waiting.
///
/// ``StatsCache`` alone puts them there and takes them away; anybody may look, from any thread. So a read costs neither a hop to
/// the actor nor a wait for whatever it is rendering.
final class Shelf<Key: Hashable & Sendable, Answer: Sendable>: Sendable {
    private struct State {
        var answers: [Key: Answer] = [:]
        var expiry = UTCInstant(milliseconds: .min)
    }

    private let state = Lock(State())

    /// The answer for `key`; nil when there is none, or when `now` is too late for it.
    func answer(_ key: Key, at now: UTCInstant) -> Answer? {
        state.withLock { $0.expiry > now ? $0.answers[key] : nil }
    }

    func put(_ answer: Answer, for key: Key) {
        state.withLock { $0.answers[key] = answer }
    }

    func take(_ keys: [Key]) {
        state.withLock { state in
            for key in keys { state.answers[key] = nil }
        }
    }

    /// Takes everything away; what is put here next is good until `expiry`.
    func clear(expiry: UTCInstant) {
        state.withLock { state in
            state.answers.removeAll(keepingCapacity: true)
            state.expiry = expiry
        }
    }
}
