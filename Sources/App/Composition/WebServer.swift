import Actors
import HTTP
import Logging
import Reactor
import ServiceLifecycle

/// The HTTP front end: every route, behind CORS and the request log.
struct WebServer: Service {
    private let server: HTTPServer
    private let drain: DrainFlag

    /// What the routes need to know of the place they are served from.
    struct Place: Sendable {
        var authorizeURL: @Sendable (String) -> String
        var isSandbox: Bool
        var serverURL: String
        var frontendURL: String
    }

    init(
        _ configuration: Configuration, engine: Engine, scheduler: Scheduler, place: Place, loops: EventLoopGroup,
        clock: any WallClock, logger: Logger
    ) throws {
        let drain = DrainFlag()
        self.drain = drain
        let errors = ErrorBook(logger: logger, clock: clock)
        let status = StatusReport(coordinator: engine.coordinator, limiter: engine.limiter, scheduler: scheduler)
        var router = Router()
        StatsRoutes(cache: engine.cache).add(to: &router)
        StatusRoutes(status: status, store: engine.store, cache: engine.cache, drain: drain).add(to: &router)
        RefreshRoute(key: configuration.keys.internalAPI, coordinator: engine.coordinator, errors: errors)
            .add(to: &router)
        OAuthRoutes(
            desk: StateDesk(signer: StateSigner(secret: configuration.keys.state), clock: clock),
            strava: engine.strava, vault: engine.vault, coordinator: engine.coordinator,
            authorizeURL: place.authorizeURL, frontendURL: place.frontendURL,
            isSecure: place.serverURL.hasPrefix("https:"), errors: errors
        ).add(to: &router)
        PageRoutes(engine: engine, clock: clock, isSandbox: place.isSandbox).add(to: &router)
        DocsRoutes(serverURL: place.serverURL).add(to: &router)
        server = HTTPServer(
            configuration: HTTPServerConfiguration(host: configuration.host, port: configuration.port),
            responder: RequestLog(
                logger: logger, clock: clock,
                next: CrossOrigin(origins: configuration.allowedOrigins, next: router)),
            loops: loops, logger: logger)
    }

    /// The port that was bound, once it is.
    var port: Int { get async throws { try await server.boundPort() } }

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await server.run()
        } onGracefulShutdown: {
            drain.set()
        }
    }
}
