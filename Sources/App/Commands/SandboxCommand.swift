import ArgumentParser

/// Serves the stand-in for Strava alone.
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Serve the stand-in for Strava alone, on its own port.",
        discussion: """
            An invented athlete with an invented history, behind Strava's own OAuth and API paths. Point STRAVA_API_URL \
            at http://HOST:PORT/api/v3 and STRAVA_OAUTH_URL at http://HOST:PORT/oauth to use it.
            """)

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 lets the system choose.")
    var port = 5002

    @Option(help: "How many activities the athlete has.")
    var activities = 3000

    @Option(help: "Equal seeds give equal athletes.")
    var seed: UInt64 = 1

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be from 0 to 65535.") }
        guard (0...1_000_000).contains(activities) else {
            throw ValidationError("--activities must be from 0 to 1000000.")
        }
    }

    func run() async throws {
        throw ValidationError("sandbox: not wired yet")
    }
}
