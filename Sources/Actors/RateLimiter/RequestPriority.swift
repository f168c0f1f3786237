/// Who asks, and so how much of the budget is theirs and who goes first.
///
/// Stores keep the raw value.
package enum RequestPriority: Int, Sendable, Hashable, Comparable {
    /// Backfill and reconciliation: leaves the reserve alone.
    case background = 0
    /// The hourly refresh.
    case scheduled = 1
    /// A person waits: an admin's refresh, a code exchange, a token refresh.
    case interactive = 2

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
