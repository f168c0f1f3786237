import Glibc
import Sandbox
import TestSupport
import Testing

/// The other subcommands, whose exit codes are read by cron.
@Suite(.serialized, .timeLimit(.minutes(15))) struct CommandTests {
    @Test func refreshWithoutAnAthleteEndsWith77() async throws {
        try await withStage(activities: 1) { stage in
            let outcome = try await stage.run(["refresh"])
            #expect(outcome.status == .exited(77))
            #expect(outcome.errors.contains("No athlete is connected."))
            #expect(await stage.sandbox.requests.isEmpty)
        }
    }

    @Test func refreshFetchesWhatIsNewBesideNoServer() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            #expect(await server.stop() == .exited(0))
            let start = stage.clock.now / 1000 - 60
            await stage.sandbox.apply(
                .insert(
                    SandboxActivity(
                        id: 93_000_000_001, athleteID: SandboxAthlete.standardID, start: start, startLocal: start)))
            await stage.sandbox.clearLog()
            let outcome = try await stage.run(["refresh"])
            #expect(outcome.status == .exited(0))
            #expect(await stage.listRequests() == 1)
            #expect(Secrets.found(in: outcome.output + outcome.errors) == [])
            let again = try await stage.serve(Stage.withoutStrava)
            #expect(try await again.status().activities == 31)
        }
    }

    @Test func refreshFullReadsEverythingAgain() async throws {
        try await withStage(activities: 500) { stage in
            let server = try await stage.serveMirror()
            #expect(await server.stop() == .exited(0))
            let old = await stage.sandbox.activities()[3].id
            await stage.sandbox.apply(.delete(old))
            await stage.sandbox.clearLog()
            #expect(try await stage.run(["refresh", "--full"]).status == .exited(0))
            #expect(await stage.listRequests() == 4)
            let again = try await stage.serve(Stage.withoutStrava)
            #expect(try await again.status().activities == 499)
        }
    }

    @Test func refreshWithASpentBudgetEndsWith75() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            #expect(await server.stop() == .exited(0))
            await stage.sandbox.spend(overall: 0, read: 1000)
            let outcome = try await stage.run(["refresh"])
            #expect(outcome.status == .exited(75))
            #expect(outcome.errors.contains("rate limit"))
        }
    }

    @Test func refreshWithStravaDownEndsWith69() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            #expect(await server.stop() == .exited(0))
            let outcome = try await stage.run(["refresh"], Stage.withoutStrava)
            #expect(outcome.status == .exited(69))
            #expect(outcome.errors.contains("Strava does not answer"))
            await stage.sandbox.inject(.serverError(status: 503), on: .activities)
            #expect(try await stage.run(["refresh"]).status == .exited(69))
        }
    }

    @Test func refreshFinishesAFirstSyncThatWasCutShort() async throws {
        try await withStage(activities: 1000) { stage in
            await stage.sandbox.inject(.latency(.seconds(600)), on: .activities, after: 2)
            let server = try await stage.serveConnected()
            try await eventually("the third page is on its way") {
                await stage.listRequests()
            } until: {
                $0 == 3
            }
            _ = await server.stop(SIGKILL)
            await stage.sandbox.clearFaults()
            #expect(try await stage.run(["refresh"]).status == .exited(0))
            let again = try await stage.serve(Stage.withoutStrava)
            let status = try await again.status()
            #expect(status.complete)
            #expect(status.activities == 1000)
        }
    }

    @Test func keygenPrintsThreeDifferentKeysThatProductionTakes() async throws {
        try await withStage(activities: 1) { stage in
            let outcome = try await stage.run(["keygen"])
            #expect(outcome.status == .exited(0))
            let lines = outcome.output.split(separator: "\n").map { $0.split(separator: "=").map(String.init) }
            #expect(lines.map(\.first) == ["INTERNAL_API_KEY", "STATE_SECRET", "ENCRYPTION_KEY"])
            #expect(Set(lines.map(\.last)).count == 3)
            var variables: [String: String?] = [
                "ENVIRONMENT": "production", "STRAVA_REDIRECT_URI": "http://127.0.0.1:5001/strava/callback",
            ]
            for line in lines { variables[line[0]] = line[1] }
            let server = try await stage.serve(variables)
            #expect(try await server.get("/livez").status == 200)
        }
    }

    /// The three steps of the README, with a server that runs all the while.
    @Test func theKeyOfTheStoredTokensIsReplacedInThreeSteps() async throws {
        let (old, new) = (Stage.encryptionKey, "another-key-of-32-characters-or-more")
        try await withStage(activities: 30) { stage in
            #expect(try await stage.run(["rotate-keys"]).output.contains("No tokens are stored yet"))
            let server = try await stage.serveMirror()
            #expect(await server.stop() == .exited(0))
            let refused = try await stage.run(["rotate-keys"], ["ENCRYPTION_KEY": new])
            #expect(refused.status == .exited(77))
            #expect(refused.errors.contains("nothing was changed"))

            let both = try await stage.serve(["ENCRYPTION_KEY": "\(new),\(old)"])
            let rotated = try await stage.run(["rotate-keys"], ["ENCRYPTION_KEY": "\(new),\(old)"])
            #expect(rotated.status == .exited(0))
            #expect(rotated.output.contains("encrypted with the newest key"))
            #expect(try await both.refresh().status == 200)
            #expect(await both.stop() == .exited(0))

            let after = try await stage.serve(["ENCRYPTION_KEY": new])
            #expect(try await after.refresh().status == 200)
            #expect(await after.stop() == .exited(0))
            let sealed = try await stage.serve(["ENCRYPTION_KEY": old])
            #expect(try await sealed.refresh().status == 409)
            for outcome in [refused, rotated] {
                #expect(!(outcome.output + outcome.errors).contains(new))
                #expect(Secrets.found(in: outcome.output + outcome.errors) == [])
            }
        }
    }

    @Test func everySubcommandExplainsItself() async throws {
        try await withStage(activities: 1) { stage in
            for command in ["serve", "refresh", "sandbox", "keygen", "rotate-keys"] {
                let outcome = try await stage.run([command, "--help"])
                #expect(outcome.status == .exited(0))
                #expect(outcome.output.contains("USAGE: paceline \(command)"))
            }
            let help = try await stage.run(["--help"])
            #expect(help.status == .exited(0))
            for command in ["serve", "refresh", "sandbox", "keygen", "rotate-keys"] {
                #expect(help.output.contains(command))
            }
        }
    }

    @Test func anUnknownArgumentIsRefused() async throws {
        try await withStage(activities: 1) { stage in
            let outcome = try await stage.run(["--turbo"])
            #expect(outcome.status == .exited(64))
            #expect(outcome.errors.contains("--turbo"))
        }
    }
}
