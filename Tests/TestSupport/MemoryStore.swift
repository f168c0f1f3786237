package import Actors

/// A store in memory that can be told to fail, and remembers what it was told.
package actor MemoryStore: Store {
    package private(set) var authorization_: StoredAuthorization?
    package private(set) var rows: [Int64: Activity] = [:]
    package private(set) var state: SyncState
    private var setAside: [RejectedActivity] = []
    private var buried: [Int64: Tombstone] = [:]
    package private(set) var batches: [SyncBatch] = []
    package private(set) var ledgers: [BudgetLedger] = []
    /// Every authorization that was saved, in order.
    package private(set) var savedAuthorizations: [StoredAuthorization] = []
    package private(set) var leases: [Lease: LeaseRecord] = [:]
    private let clock: any WallClock
    private var commitFailures: [StoreFailure?] = []
    private var saveFailures: [StoreFailure?] = []
    private var commitGate: Gate?
    private var saveGate: Gate?

    /// - Parameter clock: what the times of leases go by.
    package init(
        activities: [Activity] = [], state: SyncState = SyncState(), authorization: StoredAuthorization? = nil,
        clock: any WallClock = ManualClock()
    ) {
        self.clock = clock
        rows = Dictionary(activities.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        self.state = state
        authorization_ = authorization
    }

    /// The next commits fail like this, one after another; nil lets one through.
    package func failCommits(_ failures: StoreFailure?...) { commitFailures += failures }
    /// The next saves of tokens fail like this.
    package func failSaves(_ failures: StoreFailure?...) { saveFailures += failures }
    /// Holds commits before they take effect.
    package func holdCommits(_ gate: Gate?) { commitGate = gate }
    /// Holds saves of tokens before they take effect.
    package func holdSaves(_ gate: Gate?) { saveGate = gate }
    package var commits: Int { batches.count }
    /// What was deleted and not erased, and when.
    package var tombstones: [Int64: UTCInstant] { buried.mapValues(\.deletedAt) }

    package func migrate() async throws(StoreFailure) {}
    package func authorization() async throws(StoreFailure) -> StoredAuthorization? { authorization_ }

    package func save(_ authorization: StoredAuthorization) async throws(StoreFailure) {
        await saveGate?.pass()
        if !saveFailures.isEmpty, let failure = saveFailures.removeFirst() { throw failure }
        authorization_ = authorization
        savedAuthorizations.append(authorization)
    }

    package func save(
        _ authorization: StoredAuthorization, replacing expected: StoredAuthorization
    ) async throws(StoreFailure) -> Bool {
        await saveGate?.pass()
        if !saveFailures.isEmpty, let failure = saveFailures.removeFirst() { throw failure }
        guard authorization_ == expected else { return false }
        authorization_ = authorization
        savedAuthorizations.append(authorization)
        return true
    }

    package func activities() async throws(StoreFailure) -> [Activity] {
        rows.values.sorted(by: Activity.newestFirst)
    }

    package func rejected() async throws(StoreFailure) -> [RejectedActivity] { setAside }

    package func deleted() async throws(StoreFailure) -> [Tombstone] { Array(buried.values) }

    package func syncState() async throws(StoreFailure) -> SyncState { state }

    package func commit(_ batch: SyncBatch) async throws(StoreFailure) {
        await commitGate?.pass()
        if !commitFailures.isEmpty, let failure = commitFailures.removeFirst() { throw failure }
        batches.append(batch)
        for activity in batch.upserts {
            rows[activity.id] = activity
            buried[activity.id] = nil
        }
        for id in batch.deletions {
            guard let activity = rows.removeValue(forKey: id) else { continue }
            buried[id] = Tombstone(activity: activity, deletedAt: batch.fetchedAt)
        }
        for item in batch.rejected {
            setAside.removeAll { item.id == nil ? $0.id == nil && $0.json == item.json : $0.id == item.id }
            setAside.append(item)
        }
        state = batch.state
    }

    package func commit(_ batch: SyncBatch, after expected: SyncState) async throws(StoreFailure) -> Bool {
        await commitGate?.pass()
        guard state == expected else { return false }
        try await commit(batch)
        return true
    }

    package func erase(deletedBefore instant: UTCInstant) async throws(StoreFailure) -> Int {
        let old = buried.filter { $0.value.deletedAt < instant }
        for id in old.keys { buried[id] = nil }
        return old.count
    }

    package func budget() async throws(StoreFailure) -> BudgetLedger? { ledgers.last }
    package func save(_ budget: BudgetLedger) async throws(StoreFailure) { ledgers.append(budget) }

    package func save(
        _ budget: BudgetLedger, replacing expected: BudgetLedger?
    ) async throws(StoreFailure) -> Bool {
        guard ledgers.last == expected else { return false }
        ledgers.append(budget)
        return true
    }

    package func lease(_ lease: Lease) async throws(StoreFailure) -> (record: LeaseRecord, at: UTCInstant) {
        (leases[lease] ?? LeaseRecord(), clock.now())
    }

    package func save(
        _ record: LeaseRecord, as lease: Lease, replacing expected: LeaseRecord
    ) async throws(StoreFailure) -> Bool {
        guard leases[lease] ?? LeaseRecord() == expected else { return false }
        leases[lease] = record
        return true
    }

    package func ping() async throws(StoreFailure) {}
    package func close() async {}
}

/// A cipher that hides nothing but shows who wrote: `key:text`.
package struct LabelCipher: TokenCipher {
    private let key: String

    package init(key: String = "key") {
        self.key = key
    }

    package func encrypt(_ secret: Secret) throws(CipherFailure) -> String { "\(key):\(secret.exposed)" }

    package func decrypt(_ ciphertext: String) throws(CipherFailure) -> Secret {
        guard ciphertext.hasPrefix("\(key):") else { throw .wrongKey }
        return Secret(String(ciphertext.dropFirst(key.count + 1)))
    }
}
