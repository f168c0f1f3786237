import Actors
import Postgres

/// What `paceline migrate-store` does: opens two databases, copies one into the other, and closes both.
enum DatabaseMigration {
    /// - Throws: ``MigrationRefusal``, or the `StoreFailure` of either side.
    static func run(
        _ from: DatabaseURL, _ to: DatabaseURL, tell: @escaping @Sendable (StoreMigration.Event) -> Void
    ) async throws -> StoreMigration.Ending {
        if from.isSameFile(as: to) { throw MigrationRefusal.sameDatabase }
        let source = try from.store(isReadOnly: true)
        let target = try to.store()
        do {
            let ending = try await copy(source, target, tell: tell)
            await source.close()
            await target.close()
            return ending
        } catch {
            await source.close()
            await target.close()
            throw error
        }
    }

    private static func copy(
        _ source: any Store, _ target: any Store, tell: @escaping @Sendable (StoreMigration.Event) -> Void
    ) async throws -> StoreMigration.Ending {
        let readSource: @Sendable () async throws(StoreFailure) -> StoreContents = { () async throws(StoreFailure) in
            try await StoreFailure.naming("--from") { () async throws(StoreFailure) in
                try await StoreContents.read(source)
            }
        }
        let contents = try await withHint(readSource)
        // Before the target is written to: opening it makes its file or its tables.
        if contents.isEmpty { throw MigrationRefusal.nothingToMove }
        if try await isSameServersDatabase(source, target) { throw MigrationRefusal.sameDatabase }
        try await StoreFailure.naming("--to") { () async throws(StoreFailure) in try await target.migrate() }
        return try await StoreMigration(readSource: readSource, target: target, clock: SystemClock(), tell: tell)
            .run(contents)
    }

    /// The first reading, at which tables of an older version are noticed: they are not brought up to date here, since that would
    /// change the source.
    private static func withHint(
        _ read: () async throws(StoreFailure) -> StoreContents
    ) async throws(StoreFailure) -> StoreContents {
        do throws(StoreFailure) {
            return try await read()
        } catch {
            guard error.kind == .corrupt else { throw error }
            throw StoreFailure(
                .corrupt,
                "\(error.message). If the original or an older Paceline wrote it, start this version on it once, "
                    + "which brings its tables up to date")
        }
    }

    private static func isSameServersDatabase(_ source: any Store, _ target: any Store) async throws -> Bool {
        guard let source = source as? PostgresStore, let target = target as? PostgresStore else { return false }
        let identity = try await StoreFailure.naming("--from") { () async throws(StoreFailure) in
            try await source.identity()
        }
        return try await StoreFailure.naming("--to") { () async throws(StoreFailure) in
            try await target.identity() == identity
        }
    }
}
