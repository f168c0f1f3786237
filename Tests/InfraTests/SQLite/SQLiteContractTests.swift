import Actors
import SQLite
import TestSupport
import Testing

@Suite struct SQLiteContractTests {
    @Test("SQLite keeps the store's contract", .timeLimit(.minutes(15)), arguments: StoreContract.all)
    func keeps(_ sentence: StoreContract) async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/paceline.db"
        try await sentence.check(
            StoreContract.Database(
                open: { SQLiteStore(path: path) },
                rejected: {
                    let store = SQLiteStore(path: path)
                    let items = try await store.rejected()
                    await store.close()
                    return items
                },
                breakSyncState: {
                    try SQLiteConnection(path: path).execute(
                        """
                        CREATE TRIGGER broken BEFORE INSERT ON paceline_sync
                        BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END
                        """)
                }))
        withExtendedLifetime(folder) {}
    }
}
