import Actors
import Glibc
import SQLite
import TestSupport
import Testing

/// Several connections and several processes on one file.
@Suite(.timeLimit(.minutes(15))) struct SQLiteProcessesTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = "\(folder.path)/paceline.db"
    }

    @Test func aLockedFileIsUnavailableAndReadingGoesOn() async throws {
        let store = SQLiteStore(path: path, busyTimeout: .milliseconds(1))
        try await store.migrate()
        let other = try SQLiteConnection(path: path)
        try other.execute("BEGIN IMMEDIATE")
        let failure = await #expect(throws: StoreFailure.self) { try await store.commit(Self.batch(1...1)) }
        #expect(failure?.kind == .unavailable)
        #expect(failure?.message.contains("another process holds the file") == true)
        #expect(try await store.activities() == [])
        // A start does not need the lock either, once the tables are there.
        let second = SQLiteStore(path: path, busyTimeout: .milliseconds(1))
        try await second.migrate()
        await second.close()
        try other.execute("ROLLBACK")
        try await store.commit(Self.batch(1...1))
        #expect(try await store.activities().count == 1)
        await store.close()
    }

    @Test func aConnectionThatEndsInsideItsTransactionLeavesNothing() async throws {
        let store = SQLiteStore(path: path)
        try await store.migrate()
        do {
            let abandoned = try SQLiteConnection(path: path)
            try abandoned.execute("BEGIN IMMEDIATE; INSERT INTO strava_activities (id) VALUES (1)")
        }
        #expect(try await store.activities() == [])
        try await store.commit(Self.batch(2...2))
        await store.close()
        let reopened = SQLiteStore(path: path)
        #expect(try await reopened.activities().map(\.id) == [2])
        await reopened.close()
    }

    @Test func twoProcessesWriteOneFileAndNothingIsLost() async throws {
        async let other = #expect(processExitsWith: .success) { [path = path as String] in
            try await Self.commitPages(first: 10_000, path: path)
        }
        try await Self.commitPages(first: 0, path: path)
        _ = await other
        let store = SQLiteStore(path: path)
        let ids = try await store.activities().map(\.id)
        #expect(Set(ids) == Set(0..<1000).union(10_000..<11_000))
        #expect(ids.count == 2000)
        await store.close()
        try expectSound()
    }

    @Test func aProcessKilledInsideItsTransactionLosesOnlyThat() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = SQLiteStore(path: path)
            try await store.migrate()
            try await store.commit(Self.batch(1...200))
            let connection = try SQLiteConnection(path: path)
            try connection.execute(
                """
                BEGIN IMMEDIATE; DELETE FROM strava_activities;
                INSERT INTO strava_activities (id, start_date) VALUES (900, '2026-01-01 00:00:00')
                """)
            kill(getpid(), SIGKILL)
        }
        let store = SQLiteStore(path: path)
        try await store.migrate()
        #expect(try await store.activities().map(\.id) == (1...200).reversed())
        try await store.commit(Self.batch(201...400))
        #expect(try await store.activities().count == 400)
        await store.close()
        try expectSound()
    }

    private func expectSound() throws {
        let verdict = try SQLiteConnection(path: path).statement("PRAGMA integrity_check")
            .first { (row: inout SQLiteRow) throws(StoreFailure) in row.text() }
        #expect(verdict == "ok")
    }

    private static func commitPages(first: Int64, path: String) async throws {
        let store = SQLiteStore(path: path)
        try await store.migrate()
        for page in 0..<50 as Range<Int64> {
            let start = first + page * 20
            try await store.commit(batch(start...(start + 19)))
        }
        await store.close()
    }

    private static func batch(_ ids: ClosedRange<Int64>) -> SyncBatch {
        let rows = ids.map { id in
            Activity(
                id: id, name: "Run", type: "Run", sportType: "Run", startDate: UTCInstant(seconds: id),
                startDateLocal: LocalDateTime(seconds: id))
        }
        return SyncBatch(upserts: rows, state: SyncState(athleteID: 7), fetchedAt: UTCInstant(seconds: 0))
    }
}
