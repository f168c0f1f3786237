import Actors
import CSQLite

extension StoreFailure {
    /// What a result code of SQLite means for the caller, and what a person can do about it.
    ///
    /// Codes: sqlite.org/rescode.html. The low byte is the primary code.
    ///
    /// - Parameters:
    /// - code: the primary or extended result code.
    /// - connection: where the code came from, for SQLite's own words; nil when not even a connection could be made.
    static func sqlite(_ code: Int32, of connection: OpaquePointer?, path: String) -> StoreFailure {
        let words = connection.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
        let (kind, cure) = advice(for: code & 0xFF)
        return StoreFailure(kind, "SQLite: \(words) (\(code)) at \(path); \(cure)")
    }

    private static func advice(for primaryCode: Int32) -> (Kind, cure: String) {
        switch primaryCode {
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL:
            (.unavailable, "another process holds the file; wait for it or stop it, then try again")
        case SQLITE_FULL:
            (.unavailable, "free some space on its disk, then try again")
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
            (.unavailable, "give the user who runs Paceline write access to the file and to its folder")
        case SQLITE_CANTOPEN:
            (.unavailable, "check that it is a file, and that the user who runs Paceline may write in its folder")
        case SQLITE_IOERR:
            (.unavailable, "its disk failed to read or write; check the disk and the system's log")
        case SQLITE_NOMEM, SQLITE_INTERRUPT:
            (.unavailable, "free some memory, then try again")
        case SQLITE_NOTADB:
            (.corrupt, "the file is something else; name another one in DATABASE_URL, or move it away")
        case SQLITE_CORRUPT:
            (.corrupt, "the file is damaged; restore a backup, or move it away and connect to Strava again")
        default:
            (.corrupt, "the tables are not what Paceline made; restore a backup, or move the file away")
        }
    }
}
