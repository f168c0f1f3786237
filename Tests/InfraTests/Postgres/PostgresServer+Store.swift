import Postgres
import TestSupport

extension PostgresServer {
    /// Calls `body` with a database, and a store on it that is closed afterwards.
    static func withStore(
        _ prepare: String = "SELECT 1", _ body: (PostgresStore, PostgresServer, String) async throws -> Void
    ) async throws {
        let server = try await PostgresServer.shared()
        try await server.withDatabase { name in
            try await server.execute(prepare, database: name)
            let store = try PostgresStore(server.settings(database: name))
            do { try await body(store, server, name) } catch {
                await store.close()
                throw error
            }
            await store.close()
        }
    }
}
