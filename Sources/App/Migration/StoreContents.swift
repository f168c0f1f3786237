import Actors

/// Everything that moves from one store to another.
struct StoreContents: Sendable {
    var activities: [Activity] = []
    /// Items that could not be decoded.
    var setAside: [RejectedActivity] = []
    /// What was deleted and waits to be erased; none of them is stored.
    var tombstones: [Tombstone] = []
    var authorization: StoredAuthorization?
    var budget: BudgetLedger?
    var state = SyncState()

    /// Whether there is nothing to move; a budget alone is nothing.
    var isEmpty: Bool {
        activities.isEmpty && setAside.isEmpty && tombstones.isEmpty && authorization == nil && state == SyncState()
    }

    /// Whose history and tokens these are: one athlete, in what Paceline writes.
    var owners: Set<Int64> { Set([state.athleteID, authorization?.athleteID].compactMap(\.self)) }
}

extension StoreContents {
    /// Reads a store.
    ///
    /// In several calls, between which others may write: what was read is a whole only if a second reading finds the same.
    static func read(_ store: any Store) async throws(StoreFailure) -> StoreContents {
        let activities = try await store.activities()
        // One that is stored as well is none: the original wrote the row, which knows of no tombstones, or it was deleted just now.
        let stored = Set(activities.map(\.id))
        let tombstones = try await store.deleted().filter { !stored.contains($0.activity.id) }
        return StoreContents(
            activities: activities, setAside: try await store.rejected(), tombstones: tombstones,
            authorization: try await store.authorization(), budget: try await store.budget(),
            state: try await store.syncState())
    }
}
