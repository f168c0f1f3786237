package import Actors

/// One sentence of ``Store``'s documentation, and the check that an adapter keeps it.
///
/// An adapter's tests run them all, each on a database of its own:
///
///     @Test("the store keeps the contract", arguments: StoreContract.all)
///     func keeps(_ sentence: StoreContract) async throws {
///         try await withDatabase { try await sentence.check($0) }
///     }
package struct StoreContract: Sendable, CustomStringConvertible {
    /// One empty database, and what a check must do with it besides calling ``Store``.
    package struct Database: Sendable {
        /// Opens it as a process does that starts: nothing is migrated yet, and other stores may be open on it.
        package var open: @Sendable () async throws -> any Store
        /// The rejected items that are stored, in any order.
        package var rejected: @Sendable () async throws -> [RejectedActivity]
        /// From now on every write of the sync state fails inside the database, as by a trigger that raises an error.
        package var breakSyncState: @Sendable () async throws -> Void

        package init(
            open: @escaping @Sendable () async throws -> any Store,
            rejected: @escaping @Sendable () async throws -> [RejectedActivity],
            breakSyncState: @escaping @Sendable () async throws -> Void
        ) {
            self.open = open
            self.rejected = rejected
            self.breakSyncState = breakSyncState
        }

        /// Opens the database and brings its tables up to date.
        func openMigrated() async throws -> any Store {
            let store = try await open()
            try await store.migrate()
            return store
        }
    }

    /// The sentence that does not hold, and what was seen.
    package struct Violation: Error, CustomStringConvertible {
        package var description: String
    }

    /// The sentence, as the test report shows it.
    package let description: String
    private let body: @Sendable (Database) async throws -> Void

    init(_ sentence: String, _ body: @escaping @Sendable (Database) async throws -> Void) {
        description = sentence
        self.body = body
    }

    /// Checks the sentence on an empty database.
    ///
    /// - Throws: ``Violation`` when it does not hold, or the store's own failure.
    package func check(_ database: Database) async throws {
        try await body(database)
    }

    /// Every sentence.
    package static let all: [StoreContract] =
        openingSentences + authorizationSentences + activitySentences + valueSentences + batchSentences + stateSentences
        + processSentences

    /// Sees to it that two values are equal, and says which when they are not.
    static func expect<Value: Equatable>(
        _ actual: Value, is expected: Value, _ what: String, line: Int = #line, file: String = #fileID
    ) throws {
        guard actual != expected else { return }
        throw Violation(description: "\(what): expected \(expected), got \(actual) (\(file):\(line))")
    }

    /// Sees to it that `call` fails, and hands out how.
    @discardableResult
    static func expectFailure(
        _ what: String, _ call: () async throws(StoreFailure) -> Void
    ) async throws -> StoreFailure {
        do {
            try await call()
        } catch {
            return error
        }
        throw Violation(description: "\(what) should have failed and did not")
    }

    /// An activity with every field set, different from that of every other id.
    static func activity(_ id: Int64, start seconds: Int64? = nil) -> Activity {
        let start = seconds ?? 1_700_000_000 + id * 3600
        let mark = Int(id % 1000)
        return Activity(
            id: id, name: "Activity \(id)", type: "Run", sportType: "TrailRun", distance: Double(mark) + 0.1,
            movingTime: mark + 1, elapsedTime: mark + 2, totalElevationGain: Double(mark) + 0.3,
            startDate: UTCInstant(seconds: start), startDateLocal: LocalDateTime(seconds: start + 7200),
            timezone: "Europe/Oslo", averageSpeed: 3.1, maxSpeed: 5.2, averageHeartrate: 151.4, maxHeartrate: 180,
            kudosCount: 4, visibility: "only_me")
    }

    /// A batch that was fetched at a fixed time.
    static func batch(
        _ upserts: [Activity] = [], deletions: [Int64] = [], rejected: [RejectedActivity] = [],
        state: SyncState = SyncState(athleteID: 7)
    ) -> SyncBatch {
        SyncBatch(
            upserts: upserts, deletions: deletions, rejected: rejected, state: state,
            fetchedAt: UTCInstant(milliseconds: 1_795_402_800_123))
    }
}
