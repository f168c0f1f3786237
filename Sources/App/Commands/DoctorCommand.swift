import Actors
import ArgumentParser
import Curl

/// `paceline doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look for what is wrong, and say what to do about it.",
        discussion: """
            Looks at the configuration, the database, the key, the budget, Strava's page for connecting, the clock, the running \
            server and the callback's address. It sends nothing that Strava counts. Exit codes: 0 no problem, 1 a problem, 78 \
            the configuration has problems.
            """)

    func run() async throws {
        let configuration = try CommandSupport.configuration()
        var limits = CurlConfiguration(version: Paceline.version)
        // Whoever asks what is wrong will not wait a minute for each of the answers.
        (limits.connectTimeout, limits.totalTimeout) = (.seconds(5), .seconds(10))
        let curl = CurlClient(limits)
        let findings = await Doctor(configuration: configuration, clock: SystemClock(), curl: curl).examine()
        await curl.shutdown()
        for finding in findings { print(finding.lines) }
        if findings.contains(where: { $0.verdict == .problem }) { throw ExitCode(1) }
    }
}
