import Actors

extension MigrationPlan {
    /// Long enough ago for whoever erases to take it at the first look.
    private static let longAgo = UTCInstant(milliseconds: 0)

    /// Steps that take out of the target what was deleted in the source, so that it then has the source's tombstones and no others.
    ///
    /// - Parameters:
    ///   - lost: as in ``init(from:to:lost:now:)``; those of which the source keeps a tombstone are not erased.
    ///   - underWay: the state that goes with each step.
    static func deletions(
        from source: StoreContents, to target: StoreContents, lost: Set<Int64>, underWay: SyncState
    ) -> [Step] {
        let stored = Set(target.activities.map(\.id))
        let vanished = lost.subtracting(source.tombstones.map(\.activity.id)).intersection(stored).sorted()
        let ended = target.tombstones(notIn: source)
        var (steps, kept) = ([Step](), target.tombstones)
        if !vanished.isEmpty || !ended.isEmpty {
            // A store erases by time alone. What goes with them, and the source still has, is written again.
            let last = max(ended.map(\.deletedAt).max() ?? longAgo, longAgo)
            // One of them even without rows, since the target must not call itself complete from here on.
            let chunks = vanished.isEmpty ? [[]] : vanished.chunks(of: chunk)
            steps = chunks.map { .commit(SyncBatch(deletions: $0, state: underWay, fetchedAt: longAgo)) }
            kept.removeAll { $0.deletedAt <= last }
            steps.append(
                .erase(deletedBefore: last + .milliseconds(1), count: target.tombstones.count - kept.count))
        }
        return steps + burials(source.tombstones, besides: kept, underWay)
    }

    /// Each row comes and goes within one transaction, so that nobody can find it; all of a transaction have the same moment, since
    /// that is the time of a batch.
    private static func burials(
        _ tombstones: [Tombstone], besides present: [Tombstone], _ underWay: SyncState
    ) -> [Step] {
        let present = Set(present.map(CanonicalForm.init))
        let missing = tombstones.filter { !present.contains(CanonicalForm($0)) }
        let moments = Dictionary(grouping: missing, by: \.deletedAt).sorted { $0.key < $1.key }
        return moments.flatMap { moment, tombstones -> [Step] in
            tombstones.map(\.activity).sorted { $0.id < $1.id }.chunks(of: chunk).map { rows in
                .commit(SyncBatch(upserts: rows, deletions: rows.map(\.id), state: underWay, fetchedAt: moment))
            }
        }
    }
}

extension StoreContents {
    /// Tombstones of activities of which the other store has neither row nor tombstone.
    func tombstones(notIn other: StoreContents) -> [Tombstone] {
        let known = other.knownIDs
        return tombstones.filter { !known.contains($0.activity.id) }
    }

    /// The ids of what is stored, and of what was deleted and is not erased.
    var knownIDs: Set<Int64> { Set(activities.map(\.id)).union(tombstones.map(\.activity.id)) }
}
