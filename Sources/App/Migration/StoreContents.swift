import Actors

/// Everything that moves from one store to another.
///
/// Not what waits to be erased: nobody can find it, and its time ends where it is.
struct StoreContents: Sendable {
    var activities: [Activity] = []
    /// Items that could not be decoded.
    var setAside: [RejectedActivity] = []
    var authorization: StoredAuthorization?
    var budget: BudgetLedger?
    var state = SyncState()

    /// Whether there is nothing to move; a budget alone is nothing.
    var isEmpty: Bool { activities.isEmpty && setAside.isEmpty && authorization == nil && state == SyncState() }

    /// Whose history and tokens these are: one athlete, in what Paceline writes.
    var owners: Set<Int64> { Set([state.athleteID, authorization?.athleteID].compactMap(\.self)) }
}

extension StoreContents {
    /// Reads a store.
    ///
    /// In several calls, between which others may write: what was read is a whole only if a second reading finds the same.
    static func read(_ store: any Store) async throws(StoreFailure) -> StoreContents {
        StoreContents(
            activities: try await store.activities(), setAside: try await store.rejected(),
            authorization: try await store.authorization(), budget: try await store.budget(),
            state: try await store.syncState())
    }
}
