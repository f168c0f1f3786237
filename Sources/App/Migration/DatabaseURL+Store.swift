import Actors
import Glibc
import Postgres
import SQLite

extension DatabaseURL {
    /// The store there, neither opened nor migrated.
    ///
    /// - Parameter isReadOnly: forbids SQLite to write, so that a file that is missing is not made either. For PostgreSQL, it is only
    ///   what is called.
    func store(isReadOnly: Bool = false) throws(StoreFailure) -> any Store {
        switch self {
        case .sqlite(let path): SQLiteStore(path: path, isReadOnly: isReadOnly)
        case .postgres(let address): try PostgresStore(PostgresSettings(address))
        }
    }

    /// Whether both name one file, by whichever path or link.
    ///
    /// Whether two names of PostgreSQL lead to one database, only the server knows: `PostgresStore.identity()`.
    func isSameFile(as other: DatabaseURL) -> Bool {
        guard case .sqlite(let path) = self, case .sqlite(let otherPath) = other else { return self == other }
        guard let file = FileIdentity(path), let otherFile = FileIdentity(otherPath) else { return path == otherPath }
        return file == otherFile
    }
}

/// What tells a file from every other on this machine.
private struct FileIdentity: Hashable {
    private var device: UInt64
    private var number: UInt64

    /// Nil when there is no such file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        number = UInt64(status.st_ino)
    }
}
