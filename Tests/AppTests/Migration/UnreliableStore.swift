import Actors
import Locking
import TestSupport

/// A store that fails at one of its writes, before it takes effect or after, as one does whose connection breaks.
final class UnreliableStore: Store {
    static let failure = StoreFailure(.unavailable, "the wire was cut; see DATABASE_URL")

    let base: MemoryStore
    private let failingWrite: Int
    private let takesEffect: Bool
    private let count = Lock(0)

    init(_ base: MemoryStore, failingWrite: Int, takesEffect: Bool) {
        self.base = base
        self.failingWrite = failingWrite
        self.takesEffect = takesEffect
    }

    private func write(_ body: () async throws(StoreFailure) -> Void) async throws(StoreFailure) {
        let number = count.withLock { count in
            count += 1
            return count - 1
        }
        if number == failingWrite, !takesEffect { throw Self.failure }
        try await body()
        if number == failingWrite { throw Self.failure }
    }

    func migrate() async throws(StoreFailure) {}
    func authorization() async throws(StoreFailure) -> StoredAuthorization? { try await base.authorization() }

    func save(_ authorization: StoredAuthorization) async throws(StoreFailure) {
        try await write { () async throws(StoreFailure) in try await base.save(authorization) }
    }

    func save(
        _ authorization: StoredAuthorization, replacing expected: StoredAuthorization
    ) async throws(StoreFailure) -> Bool { throw Self.failure }

    func activities() async throws(StoreFailure) -> [Activity] { try await base.activities() }
    func rejected() async throws(StoreFailure) -> [RejectedActivity] { try await base.rejected() }
    func deleted() async throws(StoreFailure) -> [Tombstone] { try await base.deleted() }
    func syncState() async throws(StoreFailure) -> SyncState { try await base.syncState() }

    func commit(_ batch: SyncBatch) async throws(StoreFailure) {
        try await write { () async throws(StoreFailure) in try await base.commit(batch) }
    }

    func erase(deletedBefore instant: UTCInstant) async throws(StoreFailure) -> Int {
        var count = 0
        try await write { () async throws(StoreFailure) in count = try await base.erase(deletedBefore: instant) }
        return count
    }

    func budget() async throws(StoreFailure) -> BudgetLedger? { try await base.budget() }

    func save(_ budget: BudgetLedger) async throws(StoreFailure) {
        try await write { () async throws(StoreFailure) in try await base.save(budget) }
    }
    func commit(_ batch: SyncBatch, after expected: SyncState) async throws(StoreFailure) -> Bool { throw Self.failure }
    func save(
        _ budget: BudgetLedger, replacing expected: BudgetLedger?
    ) async throws(StoreFailure) -> Bool { throw Self.failure }
    func lease(_ lease: Lease) async throws(StoreFailure) -> (record: LeaseRecord, at: UTCInstant) {
        throw Self.failure
    }
    func save(
        _ record: LeaseRecord, as lease: Lease, replacing expected: LeaseRecord
    ) async throws(StoreFailure) -> Bool { throw Self.failure }
    func ping() async throws(StoreFailure) {}
    func close() async {}
}
