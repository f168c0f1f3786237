import Synchronization

/// Counts what is under way, and lets no more in than there is room for.
final class Turnstile: Sendable {
    private let limit: Int
    private let inside = Atomic(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// True when there was room; then it must be left.
    func enter() -> Bool {
        let (before, _) = inside.add(1, ordering: .relaxed)
        guard before >= limit else { return true }
        leave()
        return false
    }

    func leave() {
        inside.subtract(1, ordering: .relaxed)
    }
}
