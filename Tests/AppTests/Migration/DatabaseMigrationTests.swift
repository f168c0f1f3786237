import Actors
import FoundationEssentials
import Glibc
import SQLite
import TestSupport
import Testing

@testable import paceline

/// Real files and a real server, and values that are easily spoilt on their way.
@Suite("Copying one database into another", .timeLimit(.minutes(5)))
struct DatabaseMigrationTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func file(_ name: String) -> DatabaseURL { .sqlite(path: "\(folder.path)/\(name).db") }

    @Test func everyWayEverythingArrivesLetterForLetter() async throws {
        let whole = Holdings.whole()
        let server = try await PostgresServer.shared()
        try await server.withDatabase { first in
            try await server.withDatabase { second in
                var way = [file("a")]
                for name in [first, second] { way.append(try DatabaseURL(parsing: server.url(database: name))) }
                way += [file("b"), file("c")]
                try await way[0].fill(whole)
                for (from, to) in zip(way, way.dropFirst()) {
                    let ending = try await DatabaseMigration.run(from, to) { _ in }
                    #expect(ending.isVerified, "\(from.summary) to \(to.summary)")
                    #expect(ending.from == ContentSums(whole))
                    #expect(ending.written == 1253)
                    let there = try await to.contents()
                    #expect(there.activities == whole.activities)
                    #expect(
                        there.activities.map { Array($0.name.utf8) } == whole.activities.map { Array($0.name.utf8) })
                    #expect(Set(there.setAside) == Set(whole.setAside))
                    #expect(Set(there.tombstones) == Set(whole.tombstones))
                    #expect(there.authorization == whole.authorization)
                    #expect(there.budget == whole.budget)
                    #expect(there.state == whole.state)
                    #expect(try await DatabaseMigration.run(from, to) { _ in }.written == 0)
                }
            }
        }
    }

    @Test func aNameWithNULLosesItInPostgreSQLAndTheTwoStillCountAsEqual() async throws {
        var whole = Holdings.whole(3)
        whole.activities[1].name = "a\0b"
        let server = try await PostgresServer.shared()
        try await server.withDatabase { name in
            let to = try DatabaseURL(parsing: server.url(database: name))
            try await file("a").fill(whole)
            #expect(try await DatabaseMigration.run(file("a"), to) { _ in }.isVerified)
            #expect(try await to.contents().activities[1].name == "ab")
            #expect(try await DatabaseMigration.run(file("a"), to) { _ in }.written == 0)
        }
    }

    @Test func theSourceFileStaysAsItWas() async throws {
        try await file("a").fill(Holdings.whole(700))
        let path = "\(folder.path)/a.db"
        let before = try Data(contentsOf: URL(filePath: path))
        _ = try await DatabaseMigration.run(file("a"), file("b")) { _ in }
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }

    @Test func oneFileByTwoNamesIsOneDatabase() async throws {
        try await file("a").fill(Holdings.whole(3))
        symlink("\(folder.path)/a.db", "\(folder.path)/soft.db")
        link("\(folder.path)/a.db", "\(folder.path)/hard.db")
        for other in ["a", "soft", "hard"] {
            await #expect(throws: MigrationRefusal.sameDatabase) {
                try await DatabaseMigration.run(file("a"), file(other)) { _ in }
            }
        }
        #expect(!file("a").isSameFile(as: file("other")))
    }

    @Test func oneServersDatabaseByTwoNamesIsOneDatabase() async throws {
        let server = try await PostgresServer.shared()
        try await server.withDatabase { name in
            let url = server.url(database: name)
            let from = try DatabaseURL(parsing: url)
            let to = try DatabaseURL(parsing: url.replacing("127.0.0.1", with: "localhost"))
            #expect(!from.isSameFile(as: to))
            try await from.fill(Holdings.whole(3))
            await #expect(throws: MigrationRefusal.sameDatabase) { try await DatabaseMigration.run(from, to) { _ in } }
        }
    }

    @Test func anEmptySourceMakesNoTarget() async throws {
        let store = try file("a").store()
        try await store.migrate()
        await store.close()
        await #expect(throws: MigrationRefusal.nothingToMove) {
            try await DatabaseMigration.run(file("a"), file("b")) { _ in }
        }
        #expect(access("\(folder.path)/b.db", F_OK) != 0)
    }

    @Test func aSourceThatIsMissingIsNotMade() async throws {
        let failure = await #expect(throws: StoreFailure.self) {
            try await DatabaseMigration.run(file("a"), file("b")) { _ in }
        }
        #expect(failure?.kind == .unavailable)
        #expect(failure?.message.hasPrefix("--from: ") == true)
        #expect(access("\(folder.path)/a.db", F_OK) != 0)
        #expect(access("\(folder.path)/b.db", F_OK) != 0)
    }

    @Test func tablesOfAnOlderVersionAreNotTouched() async throws {
        try SQLiteConnection(path: "\(folder.path)/a.db").execute("CREATE TABLE strava_auth (id INTEGER PRIMARY KEY)")
        let failure = await #expect(throws: StoreFailure.self) {
            try await DatabaseMigration.run(file("a"), file("b")) { _ in }
        }
        #expect(failure?.kind == .corrupt)
        #expect(failure?.message.contains("start this version on it once") == true)
    }
}
