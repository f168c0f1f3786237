import Actors
import Logging
import Reactor

/// Everything that a person can set, checked and typed.
///
/// Made by ``load(environment:)``, a pure function; ``ProcessEnvironment`` gathers what goes in.
struct Configuration: Sendable {
    enum Mode: String, Sendable {
        case development, production
    }

    enum LogFormat: String, Sendable {
        case text, json
    }

    /// The three keys, each for one purpose.
    struct Keys: Sendable {
        /// What `X-API-Key` must carry.
        var internalAPI: Secret
        /// Signs the OAuth state.
        var state: Secret
        /// The pass phrase from which the key of the stored tokens is derived.
        var encryption: Secret
        /// Those that rows may still be encrypted with, newest first.
        var olderEncryption: [Secret] = []
    }

    /// The application registered at Strava.
    struct StravaApp: Sendable {
        var clientID: String
        var clientSecret: Secret
    }

    var mode: Mode
    /// A numeric address.
    var host: String
    /// 0 lets the kernel choose.
    var port: Int
    var database: DatabaseURL
    var keys: Keys
    /// Nil connects to the built-in sandbox, which production never does.
    var strava: StravaApp?
    /// Data base URL.
    var stravaAPI: WebURL
    /// OAuth base URL.
    var stravaOAuth: WebURL
    /// The only athlete who may connect; nil lets the first one own the deployment.
    var athleteID: Int64?
    /// Blocks whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    var trustedProxies: [AddressBlock]
    /// How much of anything one client, or all of them, may take of the HTTP front end.
    var bounds: HTTPBounds
    /// Whether the next version of Paceline may listen on the same port while this one still does.
    var sharesPort: Bool
    /// Time between scheduled refreshes; nil turns the scheduler off.
    var refreshInterval: Duration?
    /// Time between re-readings of the whole list; nil leaves them to those who ask.
    var reconcileInterval: Duration?
    /// How many of Strava's requests background work leaves for people.
    var reserve: BudgetMachine.Reserve
    var logLevel: Logger.Level
    var logFormat: LogFormat
    /// What works but is probably not meant; to be logged once at the start.
    var warnings: [String]

    /// `STRAVA_REDIRECT_URI`, `FRONTEND_URL` and `CORS_ORIGINS` as they were set; ask the functions below instead.
    var addresses: Addresses

    struct Addresses: Sendable {
        var redirect: WebURL?
        var frontend: WebURL?
        var origins: [WebURL] = []
    }
}

/// Addresses that depend on the port which the server got in the end.
extension Configuration {
    static let callbackPath = "/strava/callback"

    /// Where a browser on this machine finds the server.
    func localURL(port: Int) -> String {
        let address = IPAddress(host)
        // Nobody can visit 0.0.0.0; whoever listens everywhere listens on the loopback too.
        let visited = address?.isAny == true ? (address?.bytes.count == 4 ? "127.0.0.1" : "::1") : host
        return "http://" + (visited.contains(":") ? "[\(visited)]" : visited) + ":\(port)"
    }

    /// Where the world finds the server, without a slash at the end.
    ///
    /// The redirect URI says it, if it was set: Strava must be able to send browsers there.
    func serverURL(port: Int) -> String {
        guard let redirect = addresses.redirect, redirect.path.hasSuffix(Self.callbackPath) else {
            return addresses.redirect?.origin ?? localURL(port: port)
        }
        return redirect.origin + redirect.path.dropLast(Self.callbackPath.count)
    }

    /// Where Strava is asked to send the browser back to.
    func redirectURI(port: Int) -> String {
        addresses.redirect?.description ?? localURL(port: port) + Self.callbackPath
    }

    /// Where OAuth ends, without a slash at the end.
    func frontendURL(port: Int) -> String { addresses.frontend?.description ?? serverURL(port: port) }

    /// The origins whose scripts may read the answers.
    var allowedOrigins: Set<String> {
        var origins = Set(addresses.origins.map(\.origin))
        if let frontend = addresses.frontend { origins.insert(frontend.origin) }
        if mode == .development { origins.formUnion(["http://localhost:5173", "http://localhost:3000"]) }
        return origins
    }
}
