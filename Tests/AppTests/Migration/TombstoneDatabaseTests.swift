import Actors
import TestSupport
import Testing

@testable import paceline

/// Tombstones between a real file and a real server.
@Suite("Copying tombstones from one database into another", .timeLimit(.minutes(5)))
struct TombstoneDatabaseTests {
    private let folder: TemporaryFolder
    private let whole = Holdings.whole(20, items: 2)

    init() throws {
        folder = try TemporaryFolder()
    }

    private func file(_ name: String) -> DatabaseURL { .sqlite(path: "\(folder.path)/\(name).db") }

    private func withServer(
        _ body: (_ server: PostgresServer, _ name: String, _ url: DatabaseURL) async throws -> Void
    ) async throws {
        let server = try await PostgresServer.shared()
        try await server.withDatabase { name in
            try await body(server, name, try DatabaseURL(parsing: server.url(database: name)))
        }
    }

    /// One look of the one who erases.
    private func look(_ store: any Store, at now: UTCInstant) async {
        let clock = ManualClock(now)
        let eraser = Task { await Eraser(store: store, clock: clock).run() }
        await clock.untilSomeoneSleeps()
        // Awaited at once.
        eraser.cancel()
        await eraser.value
    }

    @Test("moved they stay out of sight, and are erased 48 hours after the deletion", arguments: [true, false])
    func erasedInTime(toServer: Bool) async throws {
        try await withServer { _, _, url in
            let (from, to) = toServer ? (file("a"), url) : (url, file("a"))
            try await from.fill(whole)
            #expect(try await DatabaseMigration.run(from, to) { _ in }.isVerified)
            let store = try to.store()
            #expect(try await store.activities() == whole.activities)
            for moment in Set(whole.tombstones.map(\.deletedAt)).sorted() {
                await look(store, at: moment + .seconds(48 * 3600))
                #expect(Set(try await store.deleted()) == Set(whole.tombstones.filter { $0.deletedAt >= moment }))
                await look(store, at: moment + .seconds(48 * 3600) + .milliseconds(1))
                #expect(Set(try await store.deleted()) == Set(whole.tombstones.filter { $0.deletedAt > moment }))
            }
            #expect(try await store.activities() == whole.activities)
            await store.close()
        }
    }

    @Test func thoseWhoseTimeIsOverMoveTooAndGoWithTheFirstLook() async throws {
        var old = whole
        old.tombstones[0].deletedAt = Holdings.now - .seconds(72 * 3600)
        try await withServer { _, _, url in
            try await file("a").fill(old)
            let ending = try await DatabaseMigration.run(file("a"), url) { _ in }
            #expect(ending.isVerified)
            #expect(ending.to == ContentSums(old))
            let store = try url.store()
            await look(store, at: Holdings.now)
            #expect(Set(try await store.deleted()) == Set(old.tombstones.dropFirst()))
            await store.close()
        }
    }

    /// What the original wrote has microseconds, which SQLite's texts and ours have not.
    @Test func timesFinerThanAMillisecondGiveTheSameSumsBothWays() async throws {
        try await withServer { server, name, url in
            try await url.fill(whole)
            try await server.execute(
                """
                UPDATE paceline_tombstones SET start_date = start_date + interval '456 microseconds',
                    start_date_local = start_date_local + interval '999 microseconds'
                """, database: name)
            let there = try await DatabaseMigration.run(url, file("a")) { _ in }
            #expect(there.isVerified)
            #expect(there.to == ContentSums(whole))
            try await withServer { _, _, second in
                let back = try await DatabaseMigration.run(file("a"), second) { _ in }
                #expect(back.isVerified)
                #expect(back.to == there.from)
            }
        }
    }

    /// The original writes rows and knows of no tombstones.
    private static let rowOverTombstone = """
        INSERT INTO strava_activities (
            id, name, type, sport_type, distance, moving_time, elapsed_time, total_elevation_gain, start_date,
            start_date_local, kudos_count)
        SELECT id, 'written over', type, sport_type, distance, moving_time, elapsed_time, total_elevation_gain,
            start_date, start_date_local, kudos_count
        FROM paceline_tombstones ORDER BY id LIMIT 1
        """

    @Test func whatTheSourceStoresAndHasATombstoneOfMovesAsStored() async throws {
        try await withServer { server, name, url in
            try await url.fill(whole)
            try await server.execute(Self.rowOverTombstone, database: name)
            #expect(try await DatabaseMigration.run(url, file("a")) { _ in }.isVerified)
            let moved = try await file("a").contents()
            #expect(moved.activities.count == 21)
            #expect(moved.activities.contains { $0.name == "written over" })
            #expect(moved.tombstones.count == 4)
        }
    }

    @Test func whatTheTargetStoresAndHasATombstoneOfBecomesTheSourcesTombstone() async throws {
        try await file("a").fill(whole)
        try await withServer { server, name, url in
            try await url.fill(whole)
            try await server.execute(Self.rowOverTombstone, database: name)
            let ending = try await DatabaseMigration.run(file("a"), url) { _ in }
            #expect(ending.isVerified)
            #expect(ending.written == 1)
            #expect(try await url.contents().activities == whole.activities)
            #expect(Set(try await url.contents().tombstones) == Set(whole.tombstones))
        }
    }
}
