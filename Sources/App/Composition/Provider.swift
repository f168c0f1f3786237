import Actors
import Curl
import HTTP
import Logging
import Reactor
import Sandbox
import ServiceLifecycle
import Strava

/// Who plays Strava: the real one, or the built-in sandbox when no app is configured.
struct Provider: Sendable {
    let client: StravaClient
    /// The built-in sandbox, to be run beside everything else; nil with the real Strava.
    let sandbox: SandboxServer?
    private let curl: CurlClient

    /// - Parameters:
    ///   - redirectURI: where Strava is asked to send browsers back to.
    ///   - loops: where the sandbox serves, if there is one.
    init(
        _ configuration: Configuration, redirectURI: String, loops: EventLoopGroup, clock: any WallClock, logger: Logger
    ) throws {
        let settings: StravaConfiguration
        if let app = configuration.strava {
            sandbox = nil
            settings = StravaConfiguration(
                apiURL: configuration.stravaAPI.description, oauthURL: configuration.stravaOAuth.description,
                clientID: app.clientID, clientSecret: app.clientSecret, redirectURI: redirectURI)
        } else {
            let listening = try HTTPServer.listen(HTTPServerConfiguration(host: "127.0.0.1", port: 0), on: loops)
            let address = "http://127.0.0.1:\(listening.port)"
            // Where it listens is nobody's business: browsers are sent there.
            var quiet = logger
            quiet.logLevel = max(logger.logLevel, .warning)
            sandbox = SandboxServer(Self.makeSandbox(clock), loops: loops, logger: quiet, listening: listening)
            settings = StravaConfiguration(
                apiURL: address + "/api/v3", oauthURL: address + "/oauth", clientID: Sandbox.clientID,
                clientSecret: Secret(Sandbox.clientSecret), redirectURI: redirectURI)
        }
        curl = CurlClient(CurlConfiguration(version: Paceline.version))
        client = StravaClient(settings, curl: curl, clock: clock)
    }

    /// The sandbox's server, as a service.
    var services: [any Service] { sandbox.map { [$0] } ?? [] }

    /// Ends the thread that talks to Strava.
    func shutdown() async { await curl.shutdown() }

    /// The standard athlete, up to today.
    private static func makeSandbox(_ clock: any WallClock) -> Sandbox {
        Sandbox(
            athletes: [.standard(endingAt: clock.now().milliseconds)], settings: .outlivedByItsMirror(),
            clock: { clock.now().milliseconds })
    }
}
