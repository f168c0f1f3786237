import Actors
import Postgres
import TestSupport
import Testing

/// What one process stores, the others hear of.
@Suite(.timeLimit(.minutes(5))) struct PostgresWatchTests {
    private static let batch = SyncBatch(
        state: SyncState(athleteID: 7), fetchedAt: UTCInstant(milliseconds: 1_795_402_800_123))

    /// Calls `body` while somebody watches, with a door that they pass each time that they are told.
    private func watching(_ store: PostgresStore, _ body: (Gate) async throws -> Void) async throws {
        let told = Gate()
        told.open()
        let watching = Task { await store.watch { await told.pass() } }
        // The one at the beginning: from now on it listens.
        await told.arrivals(1)
        try await body(told)
        watching.cancel()
        await watching.value
    }

    @Test func othersAreToldOfACommitAndOfTokens() async throws {
        let server = try await PostgresServer.shared()
        try await server.withDatabase { name in
            let writer = try PostgresStore(server.settings(database: name))
            let reader = try PostgresStore(server.settings(database: name))
            try await writer.migrate()
            try await watching(reader) { told in
                try await writer.commit(Self.batch)
                await told.arrivals(2)
                try await writer.save(
                    StoredAuthorization(
                        athleteID: 1, accessToken: "a", refreshToken: "r", expiresAt: UTCInstant(seconds: 1)))
                await told.arrivals(3)
            }
            await writer.close()
            await reader.close()
        }
    }

    @Test func whoStoresSomethingIsNotToldOfIt() async throws {
        let server = try await PostgresServer.shared()
        try await server.withDatabase { name in
            let store = try PostgresStore(server.settings(database: name))
            try await store.migrate()
            let calls = Counter()
            let told = Gate()
            told.open()
            let watching = Task {
                await store.watch {
                    calls.increment()
                    await told.pass()
                }
            }
            await told.arrivals(1)
            try await store.commit(Self.batch)
            // In order, so when this one is heard the other has been.
            try await server.execute("NOTIFY paceline, 'somebody else'", database: name)
            await told.arrivals(2)
            #expect(calls.value == 2)
            watching.cancel()
            await watching.value
            await store.close()
        }
    }

    @Test func aConnectionThatBreaksIsMadeAnewAndWhatWasMissedIsLookedFor() async throws {
        let server = try await PostgresServer.shared()
        try await server.withDatabase { name in
            let store = try PostgresStore(server.settings(database: name))
            try await store.migrate()
            try await watching(store) { told in
                try await server.execute(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND query LIKE 'LISTEN%'
                    """, database: name)
                await told.arrivals(2)
            }
            await store.close()
        }
    }
}
