import Actors
import HTTP
import Logging

/// The HTTP front end: every route, behind CORS, the request log and the metrics.
enum WebApplication {
    static func responder(
        _ configuration: Configuration, _ engine: Engine, _ scheduler: Scheduler, _ place: Place, _ drain: DrainFlag,
        metrics: MetricsReport, clock: any WallClock, logger: Logger
    ) -> any Responder {
        let proxies = TrustedProxies(blocks: configuration.trustedProxies)
        let errors = ErrorBook(logger: logger, clock: clock)
        let status = StatusReport(
            coordinator: engine.coordinator, limiter: engine.limiter, scheduler: scheduler, clock: clock)
        let oauth = OAuthRoutes(
            desk: StateDesk(signer: StateSigner(secret: configuration.keys.state), clock: clock),
            strava: engine.strava, vault: engine.vault, coordinator: engine.coordinator,
            authorizeURL: place.authorizeURL, serverURL: place.serverURL,
            frontendURL: place.frontendURL, proxies: proxies, errors: errors)
        var router = Router()
        StatsRoutes(cache: engine.cache).add(to: &router)
        StatusRoutes(status: status, store: engine.store, cache: engine.cache, drain: drain).add(to: &router)
        RefreshRoute(key: configuration.keys.internalAPI, coordinator: engine.coordinator, errors: errors)
            .add(to: &router)
        oauth.add(to: &router)
        PageRoutes(engine: engine, clock: clock, isSandbox: place.isSandbox).add(to: &router)
        DocsRoutes(serverURL: place.serverURL).add(to: &router)
        MetricsRoute(report: metrics).add(to: &router)
        return RequestMetrics(
            router: router, timers: RouteTimers(routes: router.paths, factory: metrics.registry),
            next: RequestLog(
                logger: logger, clock: clock, proxies: proxies,
                next: CrossOrigin(origins: configuration.allowedOrigins, next: router)))
    }
}
