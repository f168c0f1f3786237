package import Actors
import Reactor

/// The store in a PostgreSQL database, which other processes may share.
///
/// It is what ``Store`` says, as the SQLite adapter is; what differs is the database's own way:
///
/// - It may be away, at any time and for any time. Then calls fail as unavailable: at once when the connection is refused, within ten
///   seconds when nobody even refuses, and within ``PostgresSettings/statementTimeout`` and ``PostgresSettings/drainTimeout``, thirty-two
///   seconds, when the network was cut under a statement or a resting connection. The next call after a back-off of at most five
///   seconds connects again.
/// - Whether a commit whose connection broke has been written is not known. Every call may be repeated, so repeat it.
/// - Text cannot hold NUL, which is left out. Times before the year 1 become its first moment.
/// - Writes of several processes wait for each other, at most half a minute.
/// - How safe a commit is, is the server's affair: `synchronous_commit` and `fsync` are not touched.
///
/// It asks for PostgreSQL 12 or newer. No statement is prepared and nothing but the time zone is set for a session, which is what a
/// pooler in transaction mode asks for.
package final class PostgresStore: Store {
    /// How long ``ping()`` waits for an answer.
    ///
    /// A connection on which nothing comes takes ``PostgresSettings/drainTimeout`` longer, once.
    private static let pingTimeout = Duration.seconds(2)

    let settings: PostgresSettings
    /// Tells this store's notifications from those of others.
    let name = String(UInt64.random(in: 0 ... .max), radix: 36)
    private let pool: PostgresPool
    private let loops: EventLoopGroup
    private let place: String

    var loop: EventLoop { loops.loops[0] }

    /// Connects to nothing yet.
    ///
    /// - Parameters:
    ///   - connections: how many it may hold at a time.
    /// - Throws: `unavailable` when the process has no descriptors left.
    package init(_ settings: PostgresSettings, connections: Int = 5) throws(StoreFailure) {
        do {
            // A loop of its own: reading a history takes milliseconds, which no answer should wait for.
            loops = try EventLoopGroup(count: 1, name: "postgres")
        } catch {
            throw StoreFailure(.unavailable, "\(error)")
        }
        self.settings = settings
        pool = PostgresPool(settings, size: connections, on: loops.loops[0])
        place = "\(settings.host.isEmpty ? "the local socket" : settings.host):\(settings.port)"
    }

    /// How many of the connections are in use, and how many calls wait for one.
    package var load: (inUse: Int, waiting: Int) {
        get async {
            let load = await pool.load
            return (load.leased, load.waiting)
        }
    }

    package func migrate() async throws(StoreFailure) {
        try await withConnection { connection throws(PostgresFailure) in
            try await PostgresMigrations.run(on: connection)
        }
    }

    package func authorization() async throws(StoreFailure) -> StoredAuthorization? {
        try await withConnection { connection throws(PostgresFailure) in
            try await PostgresAuthorization.load(connection)
        }
    }

    package func save(_ authorization: StoredAuthorization) async throws(StoreFailure) {
        try await withConnection { connection throws(PostgresFailure) in
            try await connection.transaction { () throws(PostgresFailure) in
                try await PostgresAuthorization.save(authorization, connection)
                try await self.notify(connection)
            }
        }
    }

    package func save(
        _ authorization: StoredAuthorization, replacing expected: StoredAuthorization
    ) async throws(StoreFailure) -> Bool {
        try await withConnection { connection throws(PostgresFailure) in
            try await PostgresAuthorization.save(authorization, replacing: expected, connection)
        }
    }

    package func activities() async throws(StoreFailure) -> [Activity] {
        try await withConnection { connection throws(PostgresFailure) in
            try await PostgresActivities.load(connection)
        }
    }

    package func deleted() async throws(StoreFailure) -> [Tombstone] {
        try await withConnection { connection throws(PostgresFailure) in
            try await PostgresTombstones.load(connection)
        }
    }

    package func syncState() async throws(StoreFailure) -> SyncState {
        try await withConnection { connection throws(PostgresFailure) in
            try await PostgresSyncState.load(connection)
        }
    }

    package func commit(_ batch: SyncBatch) async throws(StoreFailure) {
        _ = try await inTurn(.batch) { connection throws(PostgresFailure) in
            try await self.write(batch, connection)
        }
    }

    package func commit(_ batch: SyncBatch, after expected: SyncState) async throws(StoreFailure) -> Bool {
        try await replace(expected, .batch, PostgresSyncState.load) { connection throws(PostgresFailure) in
            try await self.write(batch, connection)
        }
    }

    private func write(_ batch: SyncBatch, _ connection: PostgresConnection) async throws(PostgresFailure) {
        try await PostgresActivities.save(batch.upserts, fetchedAt: batch.fetchedAt, connection)
        try await PostgresTombstones.restore(batch.upserts.map(\.id), connection)
        try await PostgresTombstones.bury(batch.deletions, at: batch.fetchedAt, connection)
        try await PostgresRejected.save(batch.rejected, fetchedAt: batch.fetchedAt, connection)
        try await PostgresSyncState.save(batch.state, connection)
        try await notify(connection)
    }

    package func erase(deletedBefore instant: UTCInstant) async throws(StoreFailure) -> Int {
        try await withConnection { connection throws(PostgresFailure) in
            try await PostgresTombstones.erase(deletedBefore: instant, connection)
        }
    }

    package func budget() async throws(StoreFailure) -> BudgetLedger? {
        try await withConnection { connection throws(PostgresFailure) in
            try await PostgresBudget.load(connection)
        }
    }

    package func save(_ budget: BudgetLedger) async throws(StoreFailure) {
        try await withConnection { connection throws(PostgresFailure) in
            try await PostgresBudget.save(budget, connection)
        }
    }

    package func save(
        _ budget: BudgetLedger, replacing expected: BudgetLedger?
    ) async throws(StoreFailure) -> Bool {
        try await replace(expected, .budget, PostgresBudget.load) { connection throws(PostgresFailure) in
            try await PostgresBudget.save(budget, connection)
        }
    }

    package func lease(_ lease: Lease) async throws(StoreFailure) -> (record: LeaseRecord, at: UTCInstant) {
        try await withConnection { connection throws(PostgresFailure) in
            try await PostgresLeases.load(lease, connection)
        }
    }

    package func save(
        _ record: LeaseRecord, as lease: Lease, replacing expected: LeaseRecord
    ) async throws(StoreFailure) -> Bool {
        try await replace(expected, .leases) { connection throws(PostgresFailure) in
            try await PostgresLeases.load(lease, connection).record
        } with: { connection throws(PostgresFailure) in
            try await PostgresLeases.save(record, as: lease, connection)
            // Whoever waits for it hears that it is free.
            if record.hold == nil { try await self.notify(connection) }
        }
    }

    /// Items that could not be decoded, in no order.
    package func rejected() async throws(StoreFailure) -> [RejectedActivity] {
        try await withConnection { connection throws(PostgresFailure) in
            try await PostgresRejected.load(connection)
        }
    }

    /// What tells this database from every other, by whichever name or address it is reached: when its server started, to the
    /// microsecond, its number there, and the schema.
    package func identity() async throws(StoreFailure) -> String {
        let identity = try await withConnection { connection throws(PostgresFailure) in
            try await connection.first(
                """
                SELECT format('%s %s %s', pg_postmaster_start_time(), oid, current_schema())
                FROM pg_database WHERE datname = current_database()
                """
            ) { (row: inout PostgresRow) throws(PostgresFailure) in try row.text() ?? "" }
        }
        return identity ?? ""
    }

    package func ping() async throws(StoreFailure) {
        let result = await withTaskGroup(of: Result<Void, StoreFailure>.self) { group in
            group.addTask {
                do throws(StoreFailure) {
                    return .success(
                        try await self.withConnection { connection throws(PostgresFailure) in
                            try await connection.run("SELECT 1")
                        })
                } catch { return .failure(error) }
            }
            group.addTask {
                try? await self.loop.sleep(for: Self.pingTimeout)
                return .failure(StoreFailure(.timedOut("an answer"), at: self.place))
            }
            let first = await group.next() ?? .failure(StoreFailure(.closed, at: self.place))
            group.cancelAll()
            return first
        }
        try result.get()
    }

    package func close() async {
        await pool.close()
        await loops.shutdown()
    }

    /// Writes if what is stored is still `expected`, and says whether; nobody who takes the same lock comes in between.
    private func replace<Value: Equatable & Sendable>(
        _ expected: Value, _ lock: AdvisoryLock, _ load: (PostgresConnection) async throws(PostgresFailure) -> Value,
        with write: (PostgresConnection) async throws(PostgresFailure) -> Void
    ) async throws(StoreFailure) -> Bool {
        try await inTurn(lock) { connection throws(PostgresFailure) in
            guard try await load(connection) == expected else { return false }
            try await write(connection)
            return true
        }
    }

    /// One transaction, after every other that takes the same lock, whichever process makes it.
    ///
    /// Two batches that touch the same rows in another order would each wait for the other's end; and what is written on condition
    /// must be written before the condition can change, on rows, too, that are not there yet.
    private func inTurn<Value>(
        _ lock: AdvisoryLock, _ body: (PostgresConnection) async throws(PostgresFailure) -> Value
    ) async throws(StoreFailure) -> Value {
        try await withConnection { connection throws(PostgresFailure) in
            try await connection.transaction("SELECT pg_advisory_xact_lock(\(lock.rawValue))") {
                () throws(PostgresFailure) in try await body(connection)
            }
        }
    }

    private func withConnection<Value>(
        _ body: (PostgresConnection) async throws(PostgresFailure) -> Value
    ) async throws(StoreFailure) -> Value {
        do throws(PostgresFailure) {
            return try await pool.withConnection(body)
        } catch {
            throw StoreFailure(error, at: place)
        }
    }
}

/// The numbers of Paceline's locks in the database, which all of its processes must agree on; the first eight bytes of each are
/// its name, so that nobody else's come in between by chance.
enum AdvisoryLock: Int64 {
    /// "paceline" and 0.
    case migrations = 0x7061_6365_6C69_6E00
    /// "paceline" and 1.
    case batch = 0x7061_6365_6C69_6E01
    /// "paceline" and 2.
    case budget = 0x7061_6365_6C69_6E02
    /// "paceline" and 3.
    case leases = 0x7061_6365_6C69_6E03
}
