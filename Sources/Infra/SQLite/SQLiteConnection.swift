package import Actors
import CSQLite

/// One connection to one database file, used by one thread at a time.
///
/// Statements are prepared once and kept. It is no `Sendable`, so the actor that made it is the only one to use it; that is what
/// lets SQLite run without its own mutex.
package final class SQLiteConnection {
    private let handle: OpaquePointer
    private let path: String
    private var statements: [String: SQLiteStatement] = [:]

    /// Opens the file, and makes it and its folder first if need be.
    ///
    /// - Parameters:
    /// - path: a path of the file system, relative or absolute. Not `:memory:`, which would forget the tokens at every restart.
    /// - busyTimeout: how long to wait for another process to finish its transaction.
    /// - isReadOnly: whether the file must exist and stays as it is. SQLite may still put its index of the log beside it.
    /// - Throws: `StoreFailure` naming the cure.
    package init(
        path: String, busyTimeout: Duration = .seconds(5), isReadOnly: Bool = false
    ) throws(StoreFailure) {
        if !isReadOnly { try SQLiteFile.create(path) }
        var opened: OpaquePointer?
        let access = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
        let flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let status = sqlite3_open_v2(path, &opened, flags, nil)
        guard let opened, status == SQLITE_OK else {
            let failure = StoreFailure.sqlite(status, of: opened, path: path)
            sqlite3_close_v2(opened)
            throw failure
        }
        handle = opened
        self.path = path
        sqlite3_busy_timeout(opened, Int32(clamping: busyTimeout.wholeMilliseconds))
        // The rest is about writing, and the mode of the log is written down in the file.
        if isReadOnly { return }
        try useWriteAheadLog(giveUpAfter: busyTimeout)
        // FULL, because a store's call has reached the disk when it returns: with NORMAL a power cut could take back a
        // rotated refresh token, and Strava no longer accepts the one before it. It costs one fsync per transaction.
        try execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")
    }

    deinit {
        statements = [:]
        sqlite3_close_v2(handle)
    }

    /// Runs statements that answer nothing and are needed once.
    package func execute(_ sql: String) throws(StoreFailure) {
        let status = sqlite3_exec(handle, sql, nil, nil, nil)
        guard status == SQLITE_OK else { throw StoreFailure.sqlite(status, of: handle, path: path) }
    }

    /// The statement for this text, prepared at the first call and reset at every later one.
    package func statement(_ sql: String) throws(StoreFailure) -> SQLiteStatement {
        if let known = statements[sql] { return known }
        var prepared: OpaquePointer?
        let status = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard let prepared, status == SQLITE_OK else { throw StoreFailure.sqlite(status, of: handle, path: path) }
        let statement = SQLiteStatement(prepared, path: path)
        statements[sql] = statement
        return statement
    }

    /// Does all of `body` or nothing of it.
    ///
    /// IMMEDIATE takes the write lock at the start, where SQLite waits for other processes; a transaction that begins as a reader
    /// and turns writer is refused at once when somebody wrote in between.
    package func transaction<Value>(_ body: () throws(StoreFailure) -> Value) throws(StoreFailure) -> Value {
        try statement("BEGIN IMMEDIATE").run()
        do {
            let value = try body()
            try statement("COMMIT").run()
            return value
        } catch {
            // Some failures, such as a full disk, have already rolled back.
            if sqlite3_get_autocommit(handle) == 0 { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
            throw error
        }
    }

    /// Readers and one writer go on side by side, and a commit is one append.
    ///
    /// The switch needs the file for itself and does not always wait for it, so that two processes starting at once on a new
    /// file would find it locked; hence the second tries. It is recorded in the file and free from then on.
    private func useWriteAheadLog(giveUpAfter patience: Duration) throws(StoreFailure) {
        let deadline = ContinuousClock.now + patience
        while true {
            let status = sqlite3_exec(handle, "PRAGMA journal_mode = WAL", nil, nil, nil)
            if status == SQLITE_OK { return }
            guard status & 0xFF == SQLITE_BUSY, ContinuousClock.now < deadline else {
                throw StoreFailure.sqlite(status, of: handle, path: path)
            }
            sqlite3_sleep(10)
        }
    }
}
