import Actors
import FoundationEssentials
import Glibc
import Postgres
import Reactor
import TestSupport
import Testing

/// What only a store that is a server can do wrong.
@Suite(.timeLimit(.minutes(10))) struct PostgresStoreTests {
    private static func activity(_ id: Int64) -> Activity {
        Activity(
            id: id, name: "Morning Run \(id)", type: "Run", sportType: "TrailRun", distance: Double(id % 9000) + 0.1,
            movingTime: 3000, elapsedTime: 3100, totalElevationGain: 55.5,
            startDate: UTCInstant(seconds: 1_700_000_000 + id * 3600),
            startDateLocal: LocalDateTime(seconds: 1_700_003_600 + id * 3600), timezone: "Europe/Oslo",
            averageSpeed: 3.37, maxSpeed: 5.1, averageHeartrate: 150.5, maxHeartrate: 181, kudosCount: 12,
            visibility: "everyone")
    }

    private static func batch(_ ids: ClosedRange<Int64>) -> SyncBatch {
        SyncBatch(
            upserts: ids.map(activity), state: SyncState(athleteID: 7), fetchedAt: UTCInstant(seconds: 1_700_000_000))
    }

    @Test func aDatabaseThatIsAwayIsUnavailableAtOnceAndIsFoundAgain() async throws {
        let server = try await PostgresServer()
        let store = try PostgresStore(server.networkSettings())
        try await store.migrate()
        try await store.commit(Self.batch(1...200))
        try await server.stop(.immediate)
        let began = ContinuousClock.now
        let failures = [
            await #expect(throws: StoreFailure.self) { try await store.ping() },
            await #expect(throws: StoreFailure.self) { try await store.commit(Self.batch(201...400)) },
            await #expect(throws: StoreFailure.self) { _ = try await store.activities() },
        ]
        #expect(failures.allSatisfy { $0?.kind == .unavailable })
        #expect(failures.allSatisfy { $0?.message.contains(PostgresServer.password) == false })
        #expect(ContinuousClock.now - began < .seconds(60))
        try await server.start()
        try await Self.untilAnswering(store)
        #expect(try await store.activities().count == 200)
        try await store.commit(Self.batch(201...400))
        #expect(try await store.activities().count == 400)
        await store.close()
        await server.end()
    }

    @Test func aRowThatTheOriginalWroteOverATombstoneIsDeletedAsItIsNow() async throws {
        let server = try await PostgresServer.shared()
        try await server.withDatabase { name in
            let store = try PostgresStore(server.settings(database: name))
            try await store.migrate()
            try await store.commit(Self.batch(1...1))
            var deletion = SyncBatch(deletions: [1], state: SyncState(), fetchedAt: UTCInstant(seconds: 1_800_000_000))
            try await store.commit(deletion)
            // It knows nothing of tombstones.
            try await server.execute(
                "INSERT INTO strava_activities (id, name, type, start_date) VALUES (1, 'newer', 'Run', '2026-11-22Z')",
                database: name)
            deletion.fetchedAt = UTCInstant(seconds: 1_800_000_001)
            try await store.commit(deletion)
            let deleted = try await store.deleted()
            #expect(deleted.map(\.activity.name) == ["newer"])
            #expect(deleted.map(\.activity.distance) == [0])
            #expect(deleted.map(\.deletedAt) == [deletion.fetchedAt])
            #expect(try await store.activities().isEmpty)
            await store.close()
        }
    }

    private static func untilAnswering(_ store: PostgresStore) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            do throws(StoreFailure) { return try await store.ping() } catch {
                guard ContinuousClock.now < deadline else { throw error }
                await Task.yield()
            }
        }
    }

    @Test func whatWasCommittedSurvivesACrashOfTheServerUnderLoad() async throws {
        // Unlike the other tests' servers this one writes to the disk before it says so.
        let server = try await PostgresServer(settings: ["fsync = on"])
        let store = try PostgresStore(server.settings())
        try await store.migrate()
        let middle = Gate()
        middle.open()
        let committing = Task {
            var committed: [Int64] = []
            for id in 1...100_000 as ClosedRange<Int64> {
                guard (try? await store.commit(Self.batch(id...id))) != nil else { break }
                committed.append(id)
                if id == 20 { await middle.pass() }
            }
            return committed
        }
        await middle.arrivals(1)
        try await server.stop(.immediate)
        let committed = await committing.value
        try await server.start()
        try await Self.untilAnswering(store)
        let stored = Set(try await store.activities().map(\.id))
        #expect(committed.count >= 20)
        #expect(stored.isSuperset(of: committed))
        #expect(stored.count <= committed.count + 1, "at most the one whose answer was lost")
        await store.close()
        await server.end()
    }

    @Test func healthIsAnsweredInTimeWhenTheServerHangs() async throws {
        let server = try await PostgresServer()
        let store = try PostgresStore(server.settings())
        try await store.migrate()
        let file = try String(contentsOfFile: "\(server.folder)/data/postmaster.pid", encoding: .utf8)
        let backends = try await server.column(
            "SELECT pid::text FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
            database: "postgres")
        let pids = ([file.split(separator: "\n").first.map(String.init)] + backends).compactMap {
            $0.flatMap(Int32.init)
        }
        try #require(pids.count == 2)
        // Neither the connection that rests nor a new one gets an answer.
        for pid in pids { kill(pid, SIGSTOP) }
        let began = ContinuousClock.now
        let failures = [
            await #expect(throws: StoreFailure.self) { try await store.ping() },
            await #expect(throws: StoreFailure.self) { try await store.ping() },
        ]
        #expect(failures.allSatisfy { $0?.kind == .unavailable })
        // Two seconds each, and two for the server to end what it was asked.
        #expect(ContinuousClock.now - began < .seconds(55))
        for pid in pids { kill(pid, SIGCONT) }
        await store.close()
        await server.end()
    }

    @Test func twoProcessesWriteOneDatabaseAndNothingIsLost() async throws {
        let server = try await PostgresServer.shared()
        try await server.withDatabase { name in
            let host = server.folder
            let port = server.port
            async let other = #expect(processExitsWith: .success) {
                [host = host as String, port = port as Int, name = name as String] in
                try await Self.commitPages(first: 10_000, host: host, port: port, database: name)
            }
            try await Self.commitPages(first: 0, host: host, port: port, database: name)
            _ = await other
            let store = try PostgresStore(server.settings(database: name))
            let ids = try await store.activities().map(\.id)
            #expect(Set(ids) == Set(0..<1000).union(10_000..<11_000))
            #expect(ids.count == 2000)
            let versions = try await server.column("SELECT COUNT(*)::text FROM paceline_migrations", database: name)
            #expect(versions == ["8"], "both found an empty database, and one migrated it")
            await store.close()
        }
    }

    /// What a replica leaves behind that is cut off between two statements: the server has heard nothing of its end.
    @Test func whoFallsSilentInATransactionHoldsTheOthersUpForAMomentOnly() async throws {
        try await PostgresServer.withStore { store, server, name in
            try await store.migrate()
            var settings = server.settings(database: name)
            settings.idleTransactionTimeout = .seconds(1)
            let silent = PostgresConnection(settings, on: try PostgresServer.loops.get().loops[0])
            try await silent.open()
            let gate = Gate()
            let lock = "LOCK TABLE paceline_sync"
            let transaction = Task {
                try await silent.transaction(lock) { () throws(PostgresFailure) in await gate.pass() }
            }
            await gate.arrivals(1)
            try await store.commit(Self.batch(1...3))
            gate.open()
            await #expect(throws: PostgresFailure.self) { try await transaction.value }
            await silent.close()
            #expect(try await store.activities().count == 3)
        }
    }

    private static func commitPages(first: Int64, host: String, port: Int, database: String) async throws {
        var settings = PostgresSettings(host: host, port: port, user: PostgresServer.user, database: database)
        settings.connectTimeout = .seconds(300)
        let store = try PostgresStore(settings)
        try await store.migrate()
        for page in 0..<50 as Range<Int64> {
            let start = first + page * 20
            try await store.commit(batch(start...(start + 19)))
        }
        await store.close()
    }

    @Test func textWithoutItsNULsIsStored() async throws {
        let server = try await PostgresServer.shared()
        try await server.withDatabase { name in
            let store = try PostgresStore(server.settings(database: name))
            try await store.migrate()
            var odd = Self.activity(1)
            odd.name = "a\0b"
            try await store.commit(
                SyncBatch(
                    upserts: [odd], rejected: [RejectedActivity(id: nil, reason: "x", json: "\0{\0}")],
                    state: SyncState(), fetchedAt: UTCInstant(seconds: 0)))
            #expect(try await store.activities().map(\.name) == ["ab"])
            #expect(try await store.rejected().map(\.json) == ["{}"])
            await store.close()
        }
    }

    @Test func aStandbyIsToldFromAPrimary() async throws {
        let server = try await PostgresServer.shared()
        try await server.withDatabase { name in
            let store = try PostgresStore(server.settings(database: name))
            try await store.migrate()
            await store.close()
            var settings = server.settings(database: name)
            settings.parameters["options"] = "-c default_transaction_read_only=on"
            let standby = try PostgresStore(settings)
            let failure = await #expect(throws: StoreFailure.self) { try await standby.commit(Self.batch(1...2)) }
            #expect(failure?.kind == .unavailable)
            #expect(failure?.message.contains("name the primary") == true)
            #expect(try await standby.activities() == [])
            await standby.close()
        }
    }
}
