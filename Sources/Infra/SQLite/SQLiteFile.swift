import Actors
import Glibc

/// Makes the database file before SQLite sees it, because SQLite would make it readable by everybody and no folder at all.
enum SQLiteFile {
    /// Makes the folder (mode 0700) and the file (mode 0600) where they are missing; what exists keeps its mode.
    ///
    /// The write-ahead log beside the file gets the file's mode from SQLite.
    static func create(_ path: String) throws(StoreFailure) {
        guard !path.isEmpty, path != ":memory:" else {
            throw StoreFailure(
                .unavailable,
                "the SQLite database has no file and would forget the tokens at a restart; "
                    + "give it one, such as DATABASE_URL=sqlite:///var/paceline.db")
        }
        try createFolder(of: path)
        // EXCL, so that a file that exists is never opened here: closing it again would drop the locks that another
        // connection of this process holds on it (POSIX: fcntl locks belong to the process, not to the descriptor).
        let file = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        if file >= 0 {
            Glibc.close(file)
        } else if errno != EEXIST {
            throw failure(errno, "cannot create \(path)")
        }
    }

    private static func createFolder(of path: String) throws(StoreFailure) {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
        let folder = String(path[..<slash])
        guard access(folder, F_OK) != 0 else { return }
        try createFolder(of: folder)
        if mkdir(folder, 0o700) != 0, errno != EEXIST { throw failure(errno, "cannot create the folder \(folder)") }
    }

    private static func failure(_ code: Int32, _ what: String) -> StoreFailure {
        StoreFailure(
            .unavailable,
            "\(what): \(String(cString: strerror(code))); give the user who runs Paceline a folder to write in, "
                + "or name another file in DATABASE_URL")
    }
}
