import Actors
import ArgumentParser
import Glibc

/// `paceline refresh`.
struct RefreshCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh",
        abstract: "Fetch what is new from Strava once, then stop; for cron.",
        discussion: """
            Works on the configured database, whether or not a server is running. Exit codes: 0 done, 69 Strava does not \
            answer, 74 the database does not answer, 75 the budget at Strava is used up (try later), 77 no athlete is \
            connected, or Strava or the database refuses, 78 the configuration has problems. On a terminal it shows a bar: pages, activities \
            stored, requests that Strava still allows, time to go; elsewhere a line per page.
            """)

    @Flag(help: "Read the whole history again instead of the newest 200 activities.")
    var full = false

    @Flag(help: "Read the whole history again, and delete whatever it lacks, however much that is.")
    var acceptDeletions = false

    func run() async throws {
        let configuration = try CommandSupport.configuration()
        let logger = CommandSupport.makeLogger(configuration)
        let scope: SyncScope = acceptDeletions ? .fullAcceptingDeletions : full ? .full : .newest
        let ending = try await CommandSupport.explainingFailures {
            try await OneRefresh.run(
                configuration, scope: scope, isTerminal: isatty(STDERR_FILENO) == 1, logger: logger,
                write: { CommandSupport.complain($0) })
        }
        guard let problem = ending.outcome.complaint else {
            if let problem = ending.problem { CommandSupport.complain("paceline: \(problem.message)\n") }
            return
        }
        CommandSupport.complain("paceline: \(problem.text)\n")
        throw problem.exitCode
    }
}

extension SyncOutcome {
    /// What to say and how to end; nil when all is well.
    var complaint: (text: String, exitCode: ExitCode)? {
        switch self {
        case .succeeded: nil
        case .notConnected: ("No athlete is connected. Run `paceline serve` and connect one on its page.", ExitCode(77))
        case .limited(let until): ("Strava's rate limit is used up. Try again after \(until.iso8601).", ExitCode(75))
        case .stravaFailed(let problem):
            (problem.message, ExitCode(problem.code == .stravaUnavailable ? 69 : 77))
        case .storeFailed(let problem): (problem.message, ExitCode(74))
        case .shuttingDown: ("Stopped before the refresh was done; what was fetched is stored.", ExitCode(75))
        }
    }
}
