import Actors
import Glibc
import SQLite
import TestSupport
import Testing

/// A store that may only read.
@Suite struct SQLiteReadOnlyTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = "\(folder.path)/paceline.db"
    }

    @Test func itReadsBesideOneThatWrites() async throws {
        let writer = SQLiteStore(path: path)
        try await writer.migrate()
        let reader = SQLiteStore(path: path, isReadOnly: true)
        #expect(try await reader.syncState() == SyncState())
        let state = SyncState(athleteID: 7, isComplete: true)
        try await writer.commit(SyncBatch(state: state, fetchedAt: UTCInstant(seconds: 0)))
        #expect(try await reader.syncState() == state)
        await reader.close()
        await writer.close()
    }

    @Test func itWritesNothing() async throws {
        let writer = SQLiteStore(path: path)
        try await writer.migrate()
        await writer.close()
        let reader = SQLiteStore(path: path, isReadOnly: true)
        let failure = await #expect(throws: StoreFailure.self) {
            try await reader.commit(SyncBatch(state: SyncState(athleteID: 7), fetchedAt: UTCInstant(seconds: 0)))
        }
        #expect(failure?.kind == .unavailable)
        #expect(try await reader.syncState() == SyncState())
        await reader.close()
    }

    @Test func aFileThatIsMissingIsUnavailableAndNotMade() async throws {
        let failure = await #expect(throws: StoreFailure.self) {
            try await SQLiteStore(path: path, isReadOnly: true).activities()
        }
        #expect(failure?.kind == .unavailable)
        #expect(access(path, F_OK) != 0)
    }

    /// A backup, which `VACUUM INTO` makes without a log.
    @Test func aFileWithoutALogStaysWithoutOne() async throws {
        let writer = SQLiteStore(path: path)
        try await writer.migrate()
        await writer.close()
        let copy = "\(folder.path)/copy.db"
        try SQLiteConnection(path: path).execute("VACUUM INTO '\(copy)'")
        let reader = SQLiteStore(path: copy, isReadOnly: true)
        #expect(try await reader.activities() == [])
        #expect(access("\(copy)-wal", F_OK) != 0)
        await reader.close()
    }
}
