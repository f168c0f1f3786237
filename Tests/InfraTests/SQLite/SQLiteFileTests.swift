import Actors
import Glibc
import SQLite
import TestSupport
import Testing

/// Files that are missing, elsewhere, broken or of another kind.
@Suite struct SQLiteFileTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func theFolderAndTheFilesAreForTheirOwnerOnly() async throws {
        let path = "\(folder.path)/var/data/paceline.db"
        let store = SQLiteStore(path: path)
        try await store.migrate()
        #expect(mode("\(folder.path)/var") == 0o700)
        #expect(mode("\(folder.path)/var/data") == 0o700)
        #expect(mode(path) == 0o600)
        #expect(mode("\(path)-wal") == 0o600)
        await store.close()
    }

    @Test func anExistingFileAndFolderKeepTheirMode() async throws {
        let path = "\(folder.path)/paceline.db"
        close(open(path, O_CREAT | O_RDWR, 0o600))
        chmod(path, 0o640)
        chmod(folder.path, 0o750)
        let store = SQLiteStore(path: path)
        try await store.migrate()
        #expect(mode(path) == 0o640)
        #expect(mode(folder.path) == 0o750)
        await store.close()
    }

    @Test(arguments: ["", ":memory:"])
    func aDatabaseWithoutAFileIsRefused(_ path: String) async throws {
        let failure = await #expect(throws: StoreFailure.self) { try await SQLiteStore(path: path).migrate() }
        #expect(failure?.message.contains("DATABASE_URL=sqlite:///var/paceline.db") == true)
    }

    @Test func aFolderThatIsAFileIsUnavailableUntilItIsMended() async throws {
        let obstacle = "\(folder.path)/var"
        close(open(obstacle, O_CREAT | O_RDWR, 0o600))
        let store = SQLiteStore(path: "\(obstacle)/paceline.db")
        let failure = await #expect(throws: StoreFailure.self) { try await store.migrate() }
        #expect(failure?.kind == .unavailable)
        #expect(failure?.message.contains(obstacle) == true)
        #expect(failure?.message.contains("DATABASE_URL") == true)
        unlink(obstacle)
        try await store.migrate()
        try await store.ping()
        await store.close()
    }

    @Test func aPathThatIsAFolderIsUnavailable() async throws {
        let failure = await #expect(throws: StoreFailure.self) { try await SQLiteStore(path: folder.path).ping() }
        #expect(failure?.kind == .unavailable)
        #expect(failure?.message.contains("check that it is a file") == true)
    }

    @Test func aFileThatIsSomethingElseIsCorruptAndLeftAsItIs() async throws {
        let path = "\(folder.path)/notes.txt"
        let text = String(repeating: "This is no database. ", count: 100)
        try write(Array(text.utf8), to: path)
        let failure = await #expect(throws: StoreFailure.self) { try await SQLiteStore(path: path).migrate() }
        #expect(failure?.kind == .corrupt)
        #expect(failure?.message.contains("not a database") == true)
        #expect(failure?.message.contains("name another one in DATABASE_URL") == true)
        #expect(try read(path) == Array(text.utf8))
    }

    @Test func aDamagedFileIsCorruptAndNamesTheBackup() async throws {
        let path = "\(folder.path)/paceline.db"
        let store = SQLiteStore(path: path)
        try await store.migrate()
        let state = SyncState(athleteID: 7)
        let rows = (1...2000).map { id in
            Activity(
                id: id, name: "Run", type: "Run", sportType: "Run", startDate: UTCInstant(seconds: id),
                startDateLocal: LocalDateTime(seconds: id))
        }
        try await store.commit(SyncBatch(upserts: rows, state: state, fetchedAt: UTCInstant(seconds: 0)))
        await store.close()
        var bytes = try read(path)
        // All pages but the first, which holds the schema.
        for index in 4096..<bytes.count { bytes[index] = 0xA5 }
        try write(bytes, to: path)
        let failure = await #expect(throws: StoreFailure.self) { try await SQLiteStore(path: path).activities() }
        #expect(failure?.kind == .corrupt)
        #expect(failure?.message.contains("restore a backup") == true)
    }

    @Test func theFailureOfAStatementDoesNotStayWithIt() throws {
        let connection = try SQLiteConnection(path: "\(folder.path)/a.db")
        try connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY)")
        let insert = try connection.statement("INSERT INTO t VALUES (?)")
        try insert.run { row in row.bind(1) }
        #expect(throws: StoreFailure.self) { try insert.run { row in row.bind(1) } }
        try insert.run { row in row.bind(2) }
        let count = try connection.statement("SELECT COUNT(*) FROM t")
            .first { (row: inout SQLiteRow) throws(StoreFailure) in row.integer() }
        #expect(count == 2)
    }

    @Test func textWithNULComesBackWhole() throws {
        let connection = try SQLiteConnection(path: "\(folder.path)/a.db")
        let echo = try connection.statement("SELECT ?, ?, ?")
        let row = try echo.first { row in
            row.bind("a\u{0}b")
            row.bind("")
            row.bind(nil as String?)
        } _: { (row: inout SQLiteRow) throws(StoreFailure) in
            [row.text(), row.text(), row.text()]
        }
        #expect(row == ["a\u{0}b", "", nil])
    }

    @Test func oneValueTooManyIsAnErrorAndNotIgnored() throws {
        let connection = try SQLiteConnection(path: "\(folder.path)/a.db")
        let echo = try connection.statement("SELECT ?")
        #expect(throws: StoreFailure.self) {
            try echo.run { row in
                row.bind(1)
                row.bind(2)
            }
        }
    }

    @Test func aFullDiskIsUnavailableAndUndoesTheTransaction() throws {
        let connection = try SQLiteConnection(path: "\(folder.path)/a.db")
        try connection.execute("CREATE TABLE t (text VARCHAR); PRAGMA max_page_count = 3")
        let insert = try connection.statement("INSERT INTO t VALUES (?)")
        let failure = #expect(throws: StoreFailure.self) {
            try connection.transaction { () throws(StoreFailure) in
                try insert.run { row in row.bind("first") }
                try insert.run { row in row.bind(String(repeating: "x", count: 50_000)) }
            }
        }
        #expect(failure?.kind == .unavailable)
        #expect(failure?.message.contains("free some space") == true)
        try connection.transaction { () throws(StoreFailure) in try insert.run { row in row.bind("after") } }
        let texts = try connection.statement("SELECT group_concat(text) FROM t")
            .first { (row: inout SQLiteRow) throws(StoreFailure) in row.text() }
        #expect(texts == "after")
    }

    @Test func aFileThatMayNotBeWrittenIsUnavailable() throws {
        let connection = try SQLiteConnection(path: "\(folder.path)/a.db")
        // Stands for a read-only file, which does not stop root, as whom these tests may run.
        try connection.execute("PRAGMA query_only = ON")
        let failure = #expect(throws: StoreFailure.self) { try connection.execute("CREATE TABLE t (id INTEGER)") }
        #expect(failure?.kind == .unavailable)
        #expect(failure?.message.contains("write access") == true)
    }

    private func mode(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
    }

    private func read(_ path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4_000_000)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes.prefix(count))
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        let file = try #require(fopen(path, "w"))
        defer { fclose(file) }
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }
}
