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

    @Test func healthAsksTheRunningServer() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serve()
            let port = ["PORT": "\(server.port)"]
            #expect(try await stage.run(["health"], port).status == .exited(0))
            let early = try await stage.run(["health", "--ready"], port)
            #expect(early.status == .exited(69))
            #expect(early.errors.contains("there is no data to serve yet"))
            #expect(await server.stop() == .exited(0))
            let gone = try await stage.run(["health"], port)
            #expect(gone.status == .exited(69))
            #expect(gone.errors.contains("does not answer"))
        }
    }

    @Test func theDoctorFindsAHealthyInstallationHealthy() async throws {
        try await withStage(activities: 30) { stage in
            let before = try await stage.run(["doctor"])
            #expect(before.status == .exited(0), "\(before.output)")
            #expect(before.output.contains("none is connected"))
            let server = try await stage.serveMirror()
            await stage.sandbox.clearLog()
            let port = ["PORT": "\(server.port)"]
            let outcome = try await stage.run(["doctor"], port)
            #expect(outcome.status == .exited(0), "\(outcome.output)")
            for words in [
                "30 activities, the whole history", "ENCRYPTION_KEY fits", "complains of nothing",
                "agrees with Strava's",
                "runs; its state is idle", "leads here",
            ] { #expect(outcome.output.contains(words), "\(words)") }
            #expect(await stage.listRequests() == 0)
            #expect(Secrets.found(in: outcome.output + outcome.errors) == [])
        }
    }

    @Test func theDoctorNamesEachProblemAndItsCure() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            let port = ["PORT": "\(server.port)"]
            func complaints(_ changes: [String: String?]) async throws -> String {
                let outcome = try await stage.run(["doctor"], changes.merging(port) { change, _ in change })
                #expect(outcome.status == .exited(1), "\(outcome.output)")
                return outcome.output
            }
            let key = try await complaints(["ENCRYPTION_KEY": "another-key-of-32-characters-or-more"])
            #expect(key.contains("PROBLEM  athlete        ENCRYPTION_KEY does not fit"))
            #expect(key.contains("→ Write the key they were stored with behind the new one"))
            let domain = try await complaints(["STRAVA_REDIRECT_URI": "https://nowhere.invalid/strava/callback"])
            #expect(domain.contains("Authorization Callback Domain to nowhere.invalid"))
            #expect(domain.contains("cannot be reached from here"))
            let app = try await complaints(["STRAVA_CLIENT_ID": "999999"])
            #expect(app.contains("it does not know the application"))
            let away = try await complaints(Stage.withoutStrava)
            #expect(away.contains("it does not answer"))
            let folder = try await complaints(["DATABASE_URL": "sqlite:////proc/paceline.db"])
            #expect(folder.contains("PROBLEM  database"))
        }
    }

    private static let commands = [
        "serve", "refresh", "sandbox", "keygen", "rotate-keys", "doctor", "health", "migrate-store",
    ]

    @Test func everySubcommandExplainsItself() async throws {
        try await withStage(activities: 1) { stage in
            for command in Self.commands {
                let outcome = try await stage.run([command, "--help"])
                #expect(outcome.status == .exited(0))
                #expect(outcome.output.contains("USAGE: paceline \(command)"))
            }
            let help = try await stage.run(["--help"])
            #expect(help.status == .exited(0))
            for command in Self.commands {
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
