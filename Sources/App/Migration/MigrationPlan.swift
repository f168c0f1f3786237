import Actors

/// What is to be written so that a target holds what a source holds; pure.
///
/// The target's sync state says that nothing is complete from the first step to the last but one. So a copy that was cut short
/// is never taken for a whole one: a server that is started on it reads the whole history from Strava, and a second plan, which
/// leaves out what is there already, finishes it.
struct MigrationPlan: Sendable {
    enum Step: Sendable, Hashable {
        case commit(SyncBatch)
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
    ///   - lost: ids that the source had when the copy began and has no more. No other row of the target's is deleted.
    ///   - now: stands for the time of the last refresh when there was none.
    init(from source: StoreContents, to target: StoreContents, lost: Set<Int64> = [], now: UTCInstant) {
        let underWay = SyncState(athleteID: source.state.athleteID ?? source.authorization?.athleteID)
        let fetchedAt = source.state.lastSuccessAt ?? now
        let stored = Dictionary(
            target.activities.map { ($0.id, CanonicalForm($0)) }, uniquingKeysWith: { first, _ in first })
        let setAside = Set(target.setAside.map(CanonicalForm.init))
        for ids in lost.filter({ stored[$0] != nil }).sorted().chunks(of: Self.chunk) {
            steps.append(.commit(SyncBatch(deletions: ids, state: underWay, fetchedAt: fetchedAt)))
        }
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
    static func refusal(from source: StoreContents, to target: StoreContents) -> MigrationRefusal? {
        if source.isEmpty { return .nothingToMove }
        if let other = target.owners.subtracting(source.owners).min() { return .otherAthlete(other) }
        let ids = Set(source.activities.map(\.id))
        let items = Set(source.setAside.map(\.key))
        let activities = target.activities.count { !ids.contains($0.id) }
        let setAside = target.setAside.count { !items.contains($0.key) }
        if activities + setAside > 0 { return .foreignRows(activities: activities, setAside: setAside) }
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
        guard case .commit(let batch) = self else { return 0 }
        return batch.upserts.count + batch.deletions.count + batch.rejected.count
    }

    /// Does it.
    func carryOut(on store: any Store) async throws(StoreFailure) {
        switch self {
        case .commit(let batch): try await store.commit(batch)
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
    fileprivate func chunks(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
