import Actors
import ArgumentParser
import Logging
import Reactor
import Sandbox
import ServiceLifecycle
import Telemetry

/// `paceline sandbox`.
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Serve the stand-in for Strava alone, on its own port.",
        discussion: """
            An invented athlete with an invented history, behind Strava's own OAuth and API paths. Point STRAVA_API_URL \
            at http://HOST:PORT/api/v3 and STRAVA_OAUTH_URL at http://HOST:PORT/oauth to use it; its client id is \
            \(Sandbox.clientID) and its secret \(Sandbox.clientSecret). The page at / has switches for its faults.
            """)

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 lets the system choose.")
    var port = 5002

    @Option(help: "How many activities the athlete has, up to 40000.")
    var activities = 3000

    @Flag(help: "Set no rate limit worth the name, for benchmarks.")
    var unlimited = false

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be from 0 to 65535.") }
        guard (0...40_000).contains(activities) else { throw ValidationError("--activities must be from 0 to 40000.") }
    }

    func run() async throws {
        Telemetry.bootstrap(format: .text, level: .info)
        let logger = Logger(label: "sandbox")
        let clock = SystemClock()
        var settings = SandboxSettings.outlivedByItsMirror()
        if unlimited { settings.limits = .generous }
        let now = clock.now().milliseconds
        let sandbox = Sandbox(
            athletes: [.standard(count: activities, endingAt: now), .other(endingAt: now)], settings: settings,
            clock: { clock.now().milliseconds })
        try await CommandSupport.explainingFailures {
            let loops = try EventLoopGroup()
            let server = SandboxServer(sandbox, host: host, port: port, loops: loops, logger: logger)
            try await ServiceGroup(configuration: .paceline([server], logger: logger)).run()
            await loops.shutdown()
        }
    }
}
