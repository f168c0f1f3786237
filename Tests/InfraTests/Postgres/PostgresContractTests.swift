import Actors
import Postgres
import TestSupport
import Testing

@Suite struct PostgresContractTests {
    @Test("PostgreSQL keeps the store's contract", .timeLimit(.minutes(15)), arguments: StoreContract.all)
    func keeps(_ sentence: StoreContract) async throws {
        let server = try await PostgresServer.shared()
        try await server.withDatabase { name in
            try await sentence.check(
                StoreContract.Database(
                    open: { try PostgresStore(server.settings(database: name)) },
                    rejected: {
                        let store = try PostgresStore(server.settings(database: name))
                        let items = try await store.rejected()
                        await store.close()
                        return items
                    },
                    breakSyncState: {
                        try await server.execute(
                            """
                            CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql
                                AS $$ BEGIN RAISE 'broken on purpose'; END $$;
                            CREATE TRIGGER broken BEFORE INSERT ON paceline_sync
                                FOR EACH ROW EXECUTE FUNCTION break()
                            """, database: name)
                    }))
        }
    }
}
