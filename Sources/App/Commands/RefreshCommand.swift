import ArgumentParser

/// Fetches once, for cron.
struct RefreshCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh",
        abstract: "Fetch what is new from Strava once, then stop; for cron.",
        discussion: """
            Works on the configured database, whether or not a server is running. Exit codes: 0 done, 69 Strava or the \
            database is out of reach, 75 the budget at Strava is used up (try later), 77 no athlete is connected or \
            Strava refuses, 78 the configuration has problems.
            """)

    @Flag(help: "Read the whole history again instead of the newest 200 activities.")
    var full = false

    func run() async throws {
        let configuration = try CommandSupport.configuration()
        _ = configuration
        throw ValidationError("refresh: not wired yet")
    }
}
