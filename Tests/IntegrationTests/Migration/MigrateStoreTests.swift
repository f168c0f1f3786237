import Glibc
import Sandbox
import TestSupport
import Testing

/// `paceline migrate-store` between a real file and a real server.
@Suite(.serialized, .timeLimit(.minutes(15))) struct MigrateStoreTests {
    private static let paths = [
        "/strava/stats/ytd", "/strava/stats/activities", "/strava/stats/monthly", "/strava/stats/totals",
        "/strava/stats/yearly", "/strava/activities?limit=1000", "/strava/activities?limit=1000&offset=1000",
    ]
    private static let file = "sqlite:///var/paceline.db"

    private func answers(_ server: Paceline) async throws -> [String] {
        var answers: [String] = []
        for path in Self.paths { answers.append(try await server.get(path).text) }
        return answers
    }

    /// Takes activities away at Strava, and has the server notice.
    ///
    /// - Returns: their ids.
    @discardableResult
    private func delete(_ places: [Int], _ stage: Stage, _ server: Paceline) async throws -> [Int64] {
        let all = try await server.allActivities()
        let ids = places.map { all[$0].id }
        for id in ids { await stage.sandbox.apply(.delete(id)) }
        #expect(try await server.refresh().status == 200)
        #expect(try await server.status().activities == all.count - ids.count)
        return ids
    }

    private func migrate(_ stage: Stage, _ from: String, _ to: String) async throws -> Subprocess.Outcome {
        let outcome = try await stage.run(["migrate-store", "--from", from, "--to", to])
        let said = outcome.output + outcome.errors
        #expect(!said.contains(PostgresServer.password))
        #expect(Secrets.found(in: said) == [])
        return outcome
    }

    @Test func thereAndBackAServerAnswersTheSame() async throws {
        let database = try await PostgresServer.shared()
        try await withStage(activities: 1300) { stage in
            let server = try await stage.serveMirror()
            try await delete([1, 5, 9], stage, server)
            let before = try await answers(server)
            #expect(await server.stop() == .exited(0))
            try await database.withDatabase { name in
                let url = database.url(database: name)
                let there = try await migrate(stage, Self.file, url)
                #expect(there.status == .exited(0), "\(there.errors)")
                #expect(there.output.contains("activities  from      1297  "))
                #expect(there.output.contains("            to        1297  "))
                #expect(there.output.contains("tombstones  from         3  "))
                #expect(there.output.contains("            to           3  "))
                #expect(there.output.hasSuffix("Both hold the same. Rows written: 1,300.\n"))
                #expect(there.errors.contains("1,300/1,300 rows\n"), "plain lines where no terminal is")
                #expect(!there.errors.contains("\u{1B}"))

                let moved = try await stage.serve(Stage.withoutStrava.merging(["DATABASE_URL": url]) { $1 })
                #expect(try await answers(moved) == before)
                #expect(try await moved.status().complete)
                #expect(await moved.stop() == .exited(0))

                let back = try await migrate(stage, url, "sqlite:///var/back.db")
                #expect(back.status == .exited(0), "\(back.errors)")
                let home = try await stage.serve(["DATABASE_URL": "sqlite:///var/back.db"])
                #expect(try await answers(home) == before)
                #expect(try await home.refresh().status == 200, "with the tokens that were moved")
                #expect(await home.stop() == .exited(0))
            }
        }
    }

    @Test func whatCutsItShortIsMadeGoodByASecondRun() async throws {
        let database = try await PostgresServer.shared()
        try await withStage(activities: 1300) { stage in
            let server = try await stage.serveMirror()
            try await delete([2, 3], stage, server)
            let before = try await answers(server)
            // Without a chance to put its log into the file.
            _ = await server.stop(SIGKILL)
            try await database.withDatabase { name in
                let url = database.url(database: name)
                // The tables, a trap where what is deleted has been brought, and one at the second chunk.
                #expect(try await stage.run(["rotate-keys"], ["DATABASE_URL": url]).status == .exited(0))
                try await database.execute(
                    """
                    CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql
                        AS $$ BEGIN RAISE 'the disk is full' USING ERRCODE = '53100'; END $$;
                    CREATE TRIGGER trap BEFORE INSERT ON paceline_tombstones FOR EACH ROW EXECUTE FUNCTION full_disk()
                    """, database: name)
                #expect(try await migrate(stage, Self.file, url).status == .exited(74))
                #expect(
                    try await database.column("SELECT count(*)::text FROM strava_activities", database: name) == ["0"],
                    "what is deleted is never seen")
                try await database.execute("DROP TRIGGER trap ON paceline_tombstones", database: name)
                try await database.execute(
                    """
                    CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                        IF (SELECT count(*) FROM strava_activities) >= 500 THEN RAISE 'the disk is full' USING ERRCODE = '53100';
                        END IF;
                        RETURN NULL;
                    END $$;
                    CREATE TRIGGER trap BEFORE INSERT ON strava_activities FOR EACH STATEMENT EXECUTE FUNCTION trap()
                    """, database: name)
                let cut = try await migrate(stage, Self.file, url)
                #expect(cut.status == .exited(74))
                #expect(cut.errors.contains("paceline: --to: PostgreSQL: "))
                #expect(!cut.errors.contains("DATABASE_URL"))
                #expect(cut.output.isEmpty)
                #expect(
                    try await database.column("SELECT count(*)::text FROM strava_activities", database: name) == ["500"]
                )
                #expect(
                    try await database.column("SELECT is_complete::text FROM paceline_sync", database: name) == [
                        "false"
                    ])
                try await database.execute("DROP TRIGGER trap ON strava_activities", database: name)

                let again = try await migrate(stage, Self.file, url)
                #expect(again.status == .exited(0), "\(again.errors)")
                #expect(again.output.hasSuffix("Rows written: 798.\n"))
                #expect(again.output.contains("            to           2  "))
                let moved = try await stage.serve(Stage.withoutStrava.merging(["DATABASE_URL": url]) { $1 })
                #expect(try await answers(moved) == before)
                #expect(await moved.stop() == .exited(0))
            }
        }
    }

    @Test func aTombstoneThatWasMovedTwiceStaysOutOfSightAndIsErasedAtItsTime() async throws {
        let database = try await PostgresServer.shared()
        try await withStage(activities: 60) { stage in
            let server = try await stage.serveMirror()
            let deleted = try await delete([4, 8], stage, server)
            let before = try await answers(server)
            #expect(await server.stop() == .exited(0))
            try await database.withDatabase { first in
                try await database.withDatabase { second in
                    let (one, two) = (database.url(database: first), database.url(database: second))
                    #expect(try await migrate(stage, Self.file, one).status == .exited(0))
                    // One of the two was deleted longer ago; there is no other way to let 48 hours go by for a process.
                    try await database.execute(
                        """
                        UPDATE paceline_tombstones SET deleted_at_ms = deleted_at_ms - 48 * 3600000 WHERE id = \(deleted[0])
                        """, database: first)
                    #expect(try await migrate(stage, one, "sqlite:///var/middle.db").status == .exited(0))
                    let last = try await migrate(stage, "sqlite:///var/middle.db", two)
                    #expect(last.status == .exited(0), "\(last.errors)")
                    #expect(last.output.contains("tombstones  from         2  "))
                    let buried = "SELECT id || ' ' || deleted_at_ms FROM paceline_tombstones ORDER BY id"
                    let moved = try await database.column(buried, database: second)
                    #expect(moved == (try await database.column(buried, database: first)))

                    let home = try await stage.serve(Stage.withoutStrava.merging(["DATABASE_URL": two]) { $1 })
                    try await eventually("the old one is erased") {
                        try await database.column("SELECT id::text FROM paceline_tombstones", database: second)
                    } until: {
                        $0 == ["\(deleted[1])"]
                    }
                    #expect(try await answers(home) == before)
                    #expect(await home.stop() == .exited(0))
                }
            }
        }
    }

    @Test func aTerminalGetsABar() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            #expect(await server.stop() == .exited(0))
            let command = "\(try Stage.executable()) migrate-store --from \(Self.file) --to sqlite:///var/other.db"
            // The program `script` runs a command on a terminal of its own.
            let outcome = try await Subprocess.run(
                "/usr/bin/env", ["--chdir=\(stage.folder)", "script", "-qec", command, "/dev/null"],
                environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"])
            #expect(outcome.status == .exited(0))
            #expect(
                outcome.output.contains("\r\u{1B}[2K[########################] 30/30 rows\r\u{1B}[2KReading both back.")
            )
        }
    }

    @Test func whatItRefusesItSaysAndEndsWith65() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            #expect(await server.stop() == .exited(0))
            let same = try await migrate(stage, Self.file, "sqlite:///var/../var/paceline.db")
            #expect(same.status == .exited(65))
            #expect(same.errors.contains("the same database"))
            #expect(try await migrate(stage, Self.file, "sqlite:///var/other.db").status == .exited(0))
            // The first goes on, so the second is a part of it; not the other way round.
            let start = stage.clock.now / 1000 - 60
            await stage.sandbox.apply(
                .insert(
                    SandboxActivity(
                        id: 93_000_000_001, athleteID: SandboxAthlete.standardID, start: start, startLocal: start)))
            #expect(try await stage.run(["refresh"]).status == .exited(0))
            let backwards = try await migrate(stage, "sqlite:///var/other.db", Self.file)
            #expect(backwards.status == .exited(65))
            #expect(backwards.errors.contains("activities: 1, items set aside: 0"))
            let forwards = try await migrate(stage, Self.file, "sqlite:///var/other.db")
            #expect(forwards.status == .exited(0), "\(forwards.errors)")
            #expect(forwards.output.hasSuffix("Rows written: 1.\n"))
        }
    }

    @Test func itsHelpNamesTombstonesAndListsTheExitCodesInOrder() async throws {
        try await withStage(activities: 1) { stage in
            let help = try await stage.run(["migrate-store", "--help"])
            // As one line: the parser breaks it anywhere.
            let words = help.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            let codes = words.matches(of: #/(?:Exit codes:|;) (\d+) /#).compactMap { Int($0.output.1) }
            #expect(codes == [0, 64, 65, 74, 75, 77, 78])
            #expect(words.contains("Tombstones, which are activities that were deleted at Strava"))
        }
    }

    @Test func mistakesInTheOptionsGiveNoPasswordAway() async throws {
        let url = "postgresql://paceline:\(PostgresServer.password)@127.0.0.1:9/paceline"
        let broken = "postgresql:/paceline:\(PostgresServer.password)@127.0.0.1:9/paceline"
        try await withStage(activities: 1) { stage in
            for (arguments, code) in [
                ([], 64), (["--from", url], 64), ([url, url], 64), (["--from", url, "--to", url, url], 64),
                (["--form=\(url)", "--to", url], 64), (["--from", broken, "--to", url], 78),
                (["--from", url, "--to", broken], 78), (["--from", url, "--to", url], 65),
                (["--from", url, "--to", Self.file], 74),
            ] as [([String], Int32)] {
                let outcome = try await stage.run(["migrate-store"] + arguments)
                #expect(outcome.status == .exited(code), "\(arguments): \(outcome.errors)")
                #expect(!(outcome.output + outcome.errors).contains(PostgresServer.password))
            }
        }
    }
}
