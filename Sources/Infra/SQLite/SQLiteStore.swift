package import Actors
import Threads

/// The store in one SQLite file.
///
/// SQLite blocks, for a lock or for the disk, so this actor has a thread of its own and the pool never waits. The file is opened
/// by the first call, so a failure to open is a failure of that call and the next one tries again.
package actor SQLiteStore: Store {
    private enum State {
        case unopened
        case open(SQLiteConnection)
        case closed
    }

    private let executor = ThreadExecutor(name: "sqlite")
    private let path: String
    private let busyTimeout: Duration
    private let isReadOnly: Bool
    private var state = State.unopened

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameters:
    /// - path: the database file; it and its folder are made when missing.
    /// - busyTimeout: how long a call waits for another process's transaction before it fails as unavailable.
    /// - isReadOnly: whether every call that writes shall fail, and a file that is missing not be made.
    package init(path: String, busyTimeout: Duration = .seconds(5), isReadOnly: Bool = false) {
        self.path = path
        self.busyTimeout = busyTimeout
        self.isReadOnly = isReadOnly
    }

    package func migrate() throws(StoreFailure) {
        try SQLiteMigrations.run(on: connection())
    }

    package func authorization() throws(StoreFailure) -> StoredAuthorization? {
        try AuthorizationTable.load(connection())
    }

    package func save(_ authorization: StoredAuthorization) throws(StoreFailure) {
        try AuthorizationTable.save(authorization, connection())
    }

    package func save(
        _ authorization: StoredAuthorization, replacing expected: StoredAuthorization
    ) throws(StoreFailure) -> Bool {
        try replace(expected, AuthorizationTable.load) { connection throws(StoreFailure) in
            try AuthorizationTable.save(authorization, connection)
        }
    }

    package func activities() throws(StoreFailure) -> [Activity] {
        try ActivityTable.load(connection())
    }

    package func deleted() throws(StoreFailure) -> [Tombstone] {
        try TombstoneTable.load(connection())
    }

    package func syncState() throws(StoreFailure) -> SyncState {
        try SyncStateTable.load(connection())
    }

    package func commit(_ batch: SyncBatch) throws(StoreFailure) {
        let connection = try connection()
        try connection.transaction { () throws(StoreFailure) in try Self.write(batch, connection) }
    }

    package func commit(_ batch: SyncBatch, after expected: SyncState) throws(StoreFailure) -> Bool {
        try replace(expected, SyncStateTable.load) { connection throws(StoreFailure) in
            try Self.write(batch, connection)
        }
    }

    private static func write(_ batch: SyncBatch, _ connection: SQLiteConnection) throws(StoreFailure) {
        try ActivityTable.save(batch.upserts, fetchedAt: batch.fetchedAt, connection)
        try TombstoneTable.restore(batch.upserts.map(\.id), connection)
        try TombstoneTable.bury(batch.deletions, at: batch.fetchedAt, connection)
        try RejectedTable.save(batch.rejected, fetchedAt: batch.fetchedAt, connection)
        try SyncStateTable.save(batch.state, connection)
    }

    package func erase(deletedBefore instant: UTCInstant) throws(StoreFailure) -> Int {
        try TombstoneTable.erase(deletedBefore: instant, connection())
    }

    package func budget() throws(StoreFailure) -> BudgetLedger? {
        try BudgetTable.load(connection())
    }

    package func save(_ budget: BudgetLedger) throws(StoreFailure) {
        try BudgetTable.save(budget, connection())
    }

    package func save(
        _ budget: BudgetLedger, replacing expected: BudgetLedger?
    ) throws(StoreFailure) -> Bool {
        try replace(expected, BudgetTable.load) { connection throws(StoreFailure) in
            try BudgetTable.save(budget, connection)
        }
    }

    package func lease(_ lease: Lease) throws(StoreFailure) -> (record: LeaseRecord, at: UTCInstant) {
        try LeaseTable.load(lease, connection())
    }

    package func save(
        _ record: LeaseRecord, as lease: Lease, replacing expected: LeaseRecord
    ) throws(StoreFailure) -> Bool {
        try replace(expected) { connection throws(StoreFailure) in
            try LeaseTable.load(lease, connection).record
        } with: { connection throws(StoreFailure) in
            try LeaseTable.save(record, as: lease, connection)
        }
    }

    /// Items that could not be decoded, in the order they first came.
    package func rejected() throws(StoreFailure) -> [RejectedActivity] {
        try RejectedTable.load(connection())
    }

    package func ping() throws(StoreFailure) {
        // Unlike SELECT 1, this reads the file.
        try connection().statement("SELECT COUNT(*) FROM sqlite_schema").run()
    }

    package func close() {
        state = .closed
    }

    /// Writes if what is stored is still `expected`, and says whether; nobody comes in between.
    private func replace<Value: Equatable>(
        _ expected: Value, _ load: (SQLiteConnection) throws(StoreFailure) -> Value,
        with write: (SQLiteConnection) throws(StoreFailure) -> Void
    ) throws(StoreFailure) -> Bool {
        let connection = try connection()
        return try connection.transaction { () throws(StoreFailure) in
            guard try load(connection) == expected else { return false }
            try write(connection)
            return true
        }
    }

    private func connection() throws(StoreFailure) -> SQLiteConnection {
        switch state {
        case .open(let connection): return connection
        case .closed: throw StoreFailure(.unavailable, "the store at \(path) is closed; Paceline is stopping")
        case .unopened:
            let connection = try SQLiteConnection(path: path, busyTimeout: busyTimeout, isReadOnly: isReadOnly)
            state = .open(connection)
            return connection
        }
    }
}
