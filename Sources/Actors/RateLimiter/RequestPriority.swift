/// Who asks, and so how much of the budget is theirs and who goes first.
package enum RequestPriority: Sendable, Hashable, Comparable {
    /// Backfill and reconciliation: leaves the reserve alone.
    case background
    /// The hourly refresh.
    case scheduled
    /// A person waits: an admin's refresh, a code exchange, a token refresh.
    case interactive
}
