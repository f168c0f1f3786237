/// What outlives the process.
///
/// SQLite and PostgreSQL implement it; one suite of tests holds both to this page.
///
/// Every call is one transaction: it happens whole or not at all, and has reached the disk when it returns. Stores see
/// ciphertext only; they neither hold the key nor import the cipher.
package protocol Store: Sendable {
    /// Brings the tables to the current version. Safe to call on an empty, a current or an older database.
    func migrate() async throws(StoreFailure)

    /// The connected athlete's tokens; nil before the first connection.
    func authorization() async throws(StoreFailure) -> StoredAuthorization?

    /// Replaces the tokens, and with them the athlete.
    func save(_ authorization: StoredAuthorization) async throws(StoreFailure)

    /// Replaces the tokens, unless the row is no longer `expected`: a server may have stored newer ones meanwhile.
    ///
    /// - Returns: whether the row was replaced.
    func save(
        _ authorization: StoredAuthorization, replacing expected: StoredAuthorization
    ) async throws(StoreFailure) -> Bool

    /// Every activity, newest first by (`startDate`, `id`).
    func activities() async throws(StoreFailure) -> [Activity]

    /// Every item that was set aside, in no order.
    func rejected() async throws(StoreFailure) -> [RejectedActivity]

    /// Every deleted row that waits to be erased, in no order.
    func deleted() async throws(StoreFailure) -> [Tombstone]

    /// Where the sync stands; ``SyncState/init()`` when nothing was ever synced.
    func syncState() async throws(StoreFailure) -> SyncState

    /// Writes one page of changes together with the sync state that follows from it.
    ///
    /// A deleted row is kept apart, where only ``deleted()`` finds it, until ``erase(deletedBefore:)`` takes it or an upsert brings
    /// the activity back. Upserts come before deletions: an id in both is kept apart as the batch has it, and nobody sees it
    /// stored meanwhile.
    func commit(_ batch: SyncBatch) async throws(StoreFailure)

    /// The same, unless the sync state is no longer `expected`: another process has gone on meanwhile.
    ///
    /// - Returns: whether the batch was written.
    func commit(_ batch: SyncBatch, after expected: SyncState) async throws(StoreFailure) -> Bool

    /// Erases for good what was deleted by batches fetched before `instant`, and says how many rows that were.
    func erase(deletedBefore instant: UTCInstant) async throws(StoreFailure) -> Int

    /// The budget as last saved; nil when none was.
    func budget() async throws(StoreFailure) -> BudgetLedger?

    /// Remembers the budget, so that a restart within a window does not forget it.
    ///
    /// Requests are sent on the word of it: it must be on disk when the call returns.
    func save(_ budget: BudgetLedger) async throws(StoreFailure)

    /// The same, unless what is stored is no longer `expected`: another process has sent something meanwhile.
    ///
    /// - Returns: whether the budget was written.
    func save(_ budget: BudgetLedger, replacing expected: BudgetLedger?) async throws(StoreFailure) -> Bool

    /// A lease as it stands, and the time by the clock that its times go by, which all processes share.
    func lease(_ lease: Lease) async throws(StoreFailure) -> (record: LeaseRecord, at: UTCInstant)

    /// Replaces a lease, unless it is no longer `expected`.
    ///
    /// - Returns: whether it was replaced.
    func save(
        _ record: LeaseRecord, as lease: Lease, replacing expected: LeaseRecord
    ) async throws(StoreFailure) -> Bool

    /// Calls `changed` whenever another process may have changed what is stored, until the task is cancelled.
    ///
    /// It may be called for nothing, and is called once at the beginning and after every time in which a change could have been
    /// missed. A store that cannot know what others do returns at once.
    func watch(_ changed: @Sendable () async -> Void) async

    /// Returns when the database answers.
    func ping() async throws(StoreFailure)

    /// Lets go of files and connections. No call may follow.
    func close() async
}

extension Store {
    package func watch(_ changed: @Sendable () async -> Void) async {}
}

/// The row of `strava_auth`: the original's columns, and one more.
package struct StoredAuthorization: Sendable, Hashable {
    package var athleteID: Int64
    /// Fernet ciphertext.
    package var accessToken: String
    /// Fernet ciphertext.
    package var refreshToken: String
    package var expiresAt: UTCInstant
    /// The activity scope that was granted; nil when nobody knows, as in rows of the original, which has no such column.
    package var scope: String?

    package init(
        athleteID: Int64, accessToken: String, refreshToken: String, expiresAt: UTCInstant, scope: String? = nil
    ) {
        self.scope = scope
        self.athleteID = athleteID
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.expiresAt = expiresAt
    }
}

/// One transaction of a sync: rows in, rows out, items set aside, and the state that holds once they are written.
package struct SyncBatch: Sendable, Hashable {
    /// Rows to insert, or to overwrite where the id is already stored.
    package var upserts: [Activity]
    /// Ids to delete.
    ///
    /// An id that is not stored is not an error.
    package var deletions: [Int64]
    /// Items that could not be decoded; kept as they came, one per id.
    package var rejected: [RejectedActivity]
    package var state: SyncState
    /// When the rows came from Strava.
    package var fetchedAt: UTCInstant

    package init(
        upserts: [Activity] = [], deletions: [Int64] = [], rejected: [RejectedActivity] = [], state: SyncState,
        fetchedAt: UTCInstant
    ) {
        self.upserts = upserts
        self.deletions = deletions
        self.rejected = rejected
        self.state = state
        self.fetchedAt = fetchedAt
    }
}

/// Why the store did not do as asked.
package struct StoreFailure: Error, Sendable, Hashable {
    /// What the caller can do about it.
    package enum Kind: Sendable, Hashable {
        /// The database is away, locked or full: the same call may succeed later.
        case unavailable
        /// The database is there and refuses us, a wrong password for one: the same call succeeds when a person has corrected the
        /// settings, here or there.
        case denied
        /// The database answers, but not with what Paceline wrote: a file that is no database, a newer version, a broken row.
        case corrupt

        /// What the database does; a sentence begins with "the database".
        package var inWords: String {
            switch self {
            case .unavailable: "does not answer"
            case .denied: "refuses Paceline"
            case .corrupt: "does not hold what Paceline wrote"
            }
        }
    }

    package var kind: Kind
    /// One line for the log, naming the cure where there is one.
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}
