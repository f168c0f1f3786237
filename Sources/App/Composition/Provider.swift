import Actors
import Curl
import Logging
import Sandbox
import Strava

/// Who plays Strava: the real one, or the built-in sandbox when no app is configured.
struct Provider: Sendable {
    let client: StravaClient
    /// The built-in sandbox's server, to be run beside everything else; nil with the real Strava.
    let sandbox: SandboxServer?

    /// - Parameter redirectURI: where Strava is asked to send browsers back to.
    init(_ configuration: Configuration, redirectURI: String, curl: CurlClient, clock: any WallClock, logger: Logger) async throws {
        let settings: StravaConfiguration
        if let app = configuration.strava {
            sandbox = nil
            settings = StravaConfiguration(
                apiURL: configuration.stravaAPI.description, oauthURL: configuration.stravaOAuth.description,
                clientID: app.clientID, clientSecret: app.clientSecret, redirectURI: redirectURI)
        } else {
            let server = try await BuiltInSandbox.start(clock: clock, logger: logger)
            sandbox = server
            let base = "http://127.0.0.1:\(try await server.port)"
            settings = StravaConfiguration(
                apiURL: base + "/api/v3", oauthURL: base + "/oauth", clientID: Sandbox.clientID,
                clientSecret: Secret(Sandbox.clientSecret), redirectURI: redirectURI)
        }
        client = StravaClient(settings, curl: curl, clock: clock)
    }
}
