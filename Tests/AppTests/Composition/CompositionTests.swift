import Actors
import ArgumentParser
import HTTP
import HTTPTypes
import Logging
import Sandbox
import TestSupport
import Testing

@testable import paceline

@Suite("Whose history the database holds")
struct OwnerTests {
    private static let real: Int64 = 4711
    private static let invented = SandboxAthlete.standardID
    private static let app = ["STRAVA_CLIENT_ID": "12345", "STRAVA_CLIENT_SECRET": "s3cret"]
    private static let sandbox = ["STRAVA_CLIENT_ID": "", "STRAVA_CLIENT_SECRET": ""]
    private static let loopback = app.merging(["STRAVA_API_URL": "http://127.0.0.1:5002/api/v3"]) { $1 }

    @Test(
        "who may start with which database",
        arguments: [
            (nil, sandbox, nil), (nil, app, nil), (nil, app.merging(["ATHLETE_ID": "1"]) { $1 }, nil),
            (real, app, nil), (real, app.merging(["ATHLETE_ID": "4711"]) { $1 }, nil),
            (invented, sandbox, nil), (SandboxAthlete.otherID, sandbox, nil), (invented, loopback, nil),
            (real, loopback, nil),
            (real, app.merging(["ATHLETE_ID": "1"]) { $1 }, "ATHLETE_ID is 1, but the database holds"),
            (real, sandbox, "STRAVA_CLIENT_ID is not set"),
            (invented, app, "the sandbox's invented athlete"),
            (SandboxAthlete.otherID, app, "the sandbox's invented athlete"),
        ] as [(Int64?, [String: String], String?)])
    func owner(owner: Int64?, environment: [String: String], problem: String?) throws {
        let configuration = try TestApp.configuration(environment)
        do throws(StartupProblem) {
            try Engine.checkOwner(owner, configuration)
            #expect(problem == nil)
        } catch {
            #expect(error.description.contains(try #require(problem, "\(error)")))
            #expect(error.description.contains("DATABASE_URL"), "each problem names a cure")
        }
    }

    @Test func theEngineAsksBeforeItStarts() async throws {
        await #expect(throws: StartupProblem.self) {
            try await TestApp(isConnected: true, environment: ["ATHLETE_ID": "1"])
        }
    }
}

@Suite("The log of the sync")
struct SyncLogTests {
    private func lines(_ events: SyncEvent...) async -> [LogBook.Line] {
        let book = LogBook()
        let (stream, source) = AsyncStream.makeStream(of: SyncEvent.self)
        for event in events { source.yield(event) }
        source.finish()
        await SyncLog(events: stream, logger: book.logger()).run()
        return book.lines
    }

    private let now = ManualClock().now()

    @Test func theFirstCompleteHistoryIsToldInTheOriginalsWords() async {
        let report = SyncReport(
            completedHistory: true, requests: 16, written: 3000, deleted: 0, stored: 3000,
            elapsed: .milliseconds(250))
        let lines = await lines(.finished(report))
        #expect(lines.map(\.message) == ["All Strava data cached successfully"])
        #expect(lines.first?.level == .info)
        #expect(
            lines.first?.metadata
                == ["activities": "3000", "written": "3000", "deleted": "0", "requests": "16", "ms": "250"])
    }

    @Test func laterOnesAreRefreshes() async {
        let lines = await lines(.finished(SyncReport(requests: 1, stored: 5)))
        #expect(lines.map(\.message) == ["Strava refreshed"])
    }

    @Test func publishedDataIsNoNews() async {
        #expect(await lines(.published(Snapshot())).isEmpty)
    }

    @Test func whatIsSetAsideIsNamedOneByOne() async {
        let lines = await lines(
            .setAside([
                RejectedActivity(id: 7, reason: "no date", json: "{\"private\":1}"),
                RejectedActivity(id: nil, reason: "no id", json: "[]"),
            ]))
        #expect(
            lines.map(\.metadata) == [
                ["activity": "7", "reason": "no date"], ["activity": "unknown", "reason": "no id"],
            ])
        #expect(lines.allSatisfy { $0.level == .warning })
    }

    @Test func heldDeletionsAreAWarning() async {
        let lines = await lines(.deletionsHeld(count: 200, stored: 3000))
        #expect(
            lines.map(\.metadata) == [
                [
                    "missing": "200", "stored": "3000",
                    "cure": "if they are really gone: paceline refresh --accept-deletions",
                ]
            ])
        #expect(lines.first?.level == .warning)
    }

    @Test func routineIsQuietTroubleIsAWarningAndItsEndANotice() async {
        let problem = SyncProblem(code: .stravaUnavailable, message: "no route", at: now)
        let lines = await lines(
            .stateChanged(from: .idle, to: .syncing, problem: nil),
            .stateChanged(from: .syncing, to: .failing, problem: problem),
            .stateChanged(from: .failing, to: .idle, problem: nil),
            .stateChanged(from: .syncing, to: .waitingForBudget, problem: nil))
        #expect(lines.map(\.level) == [.debug, .warning, .notice, .notice])
        #expect(lines[1].metadata == ["from": "syncing", "to": "failing", "reason": "no route"])
    }

    @Test func aSyncOfTheRealCoordinatorIsLogged() async throws {
        let app = try await TestApp(Activity.history(3), state: SyncState(), isConnected: true)
        // It runs until its events end, which nobody does here: so it is cancelled like everybody else.
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await app.engine.log.run() }
            try await app.whileRunning { #expect(await app.refresh().status.code == 200) }
            while app.logs.lines("All Strava data cached successfully").isEmpty { await Task.yield() }
            group.cancelAll()
        }
    }
}

@Suite("The commands")
struct CommandTests {
    private static func problem(_ code: SyncProblem.Code) -> SyncProblem {
        SyncProblem(code: code, message: "a sentence", at: ManualClock().now())
    }

    @Test(
        "each outcome of a refresh has its exit code",
        arguments: [
            (.succeeded, nil), (.notConnected, 77), (.limited(until: ManualClock().now()), 75),
            (.stravaFailed(problem(.stravaUnavailable)), 69), (.stravaFailed(problem(.stravaRefused)), 77),
            (.stravaFailed(problem(.needsAuthorization)), 77), (.stravaFailed(problem(.missingScope)), 77),
            (.stravaFailed(problem(.appInactive)), 77), (.stravaFailed(problem(.wrongKey)), 77),
            (.storeFailed(problem(.databaseUnavailable)), 74), (.shuttingDown, 75),
        ] as [(SyncOutcome, Int32?)])
    func exitCode(outcome: SyncOutcome, code: Int32?) {
        #expect(outcome.complaint?.exitCode.rawValue == code)
        #expect(outcome.complaint?.text.isEmpty != true)
    }

    @Test func aSpentBudgetSaysUntilWhen() {
        #expect(
            SyncOutcome.limited(until: ManualClock().now()).complaint?.text
                == "Strava's rate limit is used up. Try again after 2026-11-23T03:00:00Z.")
    }

    @Test func failuresThatAPersonCanMendHaveCodesOfTheirOwn() async {
        let failures: [(any Error & Sendable, Int32)] = [
            (StartupProblem(description: "cure"), 78), (StoreFailure(.unavailable, "away"), 74),
            (StoreFailure(.denied, "wrong password"), 77), (StoreFailure(.corrupt, "foreign"), 74),
        ]
        for (failure, code) in failures {
            await #expect(throws: ExitCode(code)) {
                try await CommandSupport.explainingFailures { throw failure }
            }
        }
    }

    @Test func anyOtherFailurePassesThrough() async {
        struct Surprise: Error {}
        await #expect(throws: Surprise.self) { try await CommandSupport.explainingFailures { throw Surprise() } }
    }

    @Test func successPassesThrough() async throws {
        #expect(try await CommandSupport.explainingFailures { 42 } == 42)
    }

    @Test func optionsStandForVariables() throws {
        let options = try ListeningOptions.parse(["--host", "0.0.0.0", "--port", "0"])
        #expect(options.overrides == ["HOST": "0.0.0.0", "PORT": "0"])
        #expect(try ListeningOptions.parse([]).overrides == [:])
    }

    @Test func withoutASubcommandItServes() throws {
        #expect(try Paceline.parseAsRoot([]) is ServeCommand)
        #expect(try Paceline.parseAsRoot(["--port", "8080"]) is ServeCommand)
        #expect(try (Paceline.parseAsRoot(["refresh", "--full"]) as? RefreshCommand)?.full == true)
        #expect(
            try (Paceline.parseAsRoot(["refresh", "--accept-deletions"]) as? RefreshCommand)?.acceptDeletions == true)
    }

    @Test(arguments: [
        ["sandbox", "--port", "65536"], ["sandbox", "--activities", "-1"], ["sandbox", "--activities", "40001"],
        ["serve", "--port", "x"],
    ])
    func optionsThatMakeNoSenseAreRefused(arguments: [String]) {
        #expect(throws: (any Error).self) { try Paceline.parseAsRoot(arguments) }
    }
}
