import Actors

/// What is to be written so that a target holds what a source holds; pure.
///
/// The target's sync state says that nothing is complete from the first step to the last but one. So a copy that was cut short
/// is never taken for a whole one: a server that is started on it reads the whole history from Strava, and a second plan, which
/// leaves out what is there already, finishes it.
struct MigrationPlan: Sendable {
    enum Step: Sendable, Hashable {
        case commit(SyncBatch)
        /// Takes so many tombstones of the target's.
        case erase(deletedBefore: UTCInstant, count: Int)
        case save(BudgetLedger)
        case authorize(StoredAuthorization)
    }

    /// Rows for one transaction; what an interruption takes back is no more.
    static let chunk = 500
    /// Items set aside for one transaction; each may have 64 KiB.
    static let setAsideChunk = 20

    /// In the order in which they must be taken.
    private(set) var steps: [Step] = []

    /// - Parameters:
    ///   - lost: ids that the source had when the copy began and has no more. No other row of the target's is deleted, but those
    ///     that were deleted in the source too.
    ///   - now: stands for the time of the last refresh when there was none.
    init(from source: StoreContents, to target: StoreContents, lost: Set<Int64> = [], now: UTCInstant) {
        let underWay = SyncState(athleteID: source.state.athleteID ?? source.authorization?.athleteID)
        let fetchedAt = source.state.lastSuccessAt ?? now
        let stored = Dictionary(
            target.activities.map { ($0.id, CanonicalForm($0)) }, uniquingKeysWith: { first, _ in first })
        let setAside = Set(target.setAside.map(CanonicalForm.init))
        steps += Self.deletions(from: source, to: target, lost: lost, underWay: underWay)
        for rows in source.activities.filter({ stored[$0.id] != CanonicalForm($0) }).chunks(of: Self.chunk) {
            steps.append(.commit(SyncBatch(upserts: rows, state: underWay, fetchedAt: fetchedAt)))
        }
        let items = source.setAside.filter { !setAside.contains(CanonicalForm($0)) }
        for items in items.chunks(of: Self.setAsideChunk) {
            steps.append(.commit(SyncBatch(rejected: items, state: underWay, fetchedAt: fetchedAt)))
        }
        // Before the tokens and the state: whoever syncs with those must know what is spent.
        if let budget = source.budget, budget != target.budget { steps.append(.save(budget)) }
        if let authorization = source.authorization, authorization != target.authorization {
            steps.append(.authorize(authorization))
        }
        let isStateLost = steps.contains { if case .commit = $0 { true } else { false } }
        if isStateLost || source.state != target.state {
            steps.append(.commit(SyncBatch(state: source.state, fetchedAt: fetchedAt)))
        }
    }

    /// How many rows it writes or deletes.
    var rows: Int { steps.reduce(0) { $0 + $1.rows } }

    /// Why the source must not be copied over the target; nil when it may.
    ///
    /// A tombstone that the source does not have is no reason once its time is over: the source may have erased it.
    static func refusal(from source: StoreContents, to target: StoreContents, now: UTCInstant) -> MigrationRefusal? {
        if source.isEmpty { return .nothingToMove }
        if let other = target.owners.subtracting(source.owners).min() { return .otherAthlete(other) }
        let ids = source.knownIDs
        let items = Set(source.setAside.map(\.key))
        let activities = target.activities.count { !ids.contains($0.id) }
        let setAside = target.setAside.count { !items.contains($0.key) }
        let tombstones = target.tombstones(notIn: source).count { $0.deletedAt >= now - Eraser.grace }
        if activities + setAside + tombstones > 0 {
            return .foreignRows(activities: activities, setAside: setAside, tombstones: tombstones)
        }
        return isNewer(target, than: source) ? .targetIsNewer : nil
    }

    private static func isNewer(_ target: StoreContents, than source: StoreContents) -> Bool {
        func isLater(_ instant: (StoreContents) -> UTCInstant?) -> Bool {
            guard let there = instant(target) else { return false }
            return instant(source).map { there > $0 } ?? true
        }
        return isLater(\.state.lastSuccessAt) || isLater { $0.authorization?.expiresAt }
            || isLater { $0.budget?.latestStart }
    }
}

extension MigrationPlan.Step {
    /// How many rows it writes or deletes.
    var rows: Int {
        switch self {
        // A row that is brought only to be deleted is one row.
        case .commit(let batch):
            Set(batch.upserts.map(\.id)).union(batch.deletions).count + batch.rejected.count
        case .erase(_, let count): count
        case .save, .authorize: 0
        }
    }

    /// Does it.
    func carryOut(on store: any Store) async throws(StoreFailure) {
        switch self {
        case .commit(let batch): try await store.commit(batch)
        case .erase(let instant, _): _ = try await store.erase(deletedBefore: instant)
        case .save(let budget): try await store.save(budget)
        case .authorize(let authorization): try await store.save(authorization)
        }
    }
}

extension BudgetLedger {
    /// When the newest of its windows began.
    fileprivate var latestStart: UTCInstant? {
        [overallQuarter.start, overallDay.start, readQuarter.start, readDay.start].max()
    }
}

extension RejectedActivity {
    /// By what a store tells one from another: its id, or its text when it has none.
    fileprivate var key: String { id.map { "\($0)" } ?? "text \(json)" }
}

extension Array {
    /// The elements in their order, at most `size` at a time.
    func chunks(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
