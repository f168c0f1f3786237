import Actors
import CoreMetrics
import FoundationEssentials
import HTTP
import Logging
import Prometheus
import Reactor
import ServiceLifecycle
import Strava

/// What `paceline serve` does.
enum Serve {
    /// Serves until SIGTERM or SIGINT, then drains and returns.
    ///
    /// - Throws: `BindError`, `StoreFailure` or `StartupProblem` when it cannot begin.
    static func run(_ configuration: Configuration, logger: Logger) async throws {
        ResidentMemory.keepLargeBlocksApart()
        let clock = SystemClock()
        let started = clock.now()
        let loops = try EventLoopGroup()
        let address = HTTPServerConfiguration(
            configuration, descriptors: DescriptorLimit.raise(), loops: loops.loops.count)
        // First of all: a port that is taken should be said before anything is opened or started.
        let listening = try HTTPServer.listen(address, on: loops)
        let provider = try Provider(
            configuration, redirectURI: configuration.redirectURI(port: listening.port), loops: loops, clock: clock,
            logger: logger)
        let drain = DrainFlag()
        let door = FrontDoor(
            waiting: CrossOrigin(origins: configuration.allowedOrigins, next: WaitingRoom()))
        let open: @Sendable (Engine) async -> Backstage.Cast = { engine in
            let scheduler = engine.scheduler(every: configuration.refreshInterval ?? .zero, clock: clock)
            let place = Place(configuration, port: listening.port, provider: provider)
            let metrics = MetricsReport(
                registry: PrometheusRegistry(MetricNames.all), engine: engine, loops: loops.loops, started: started)
            // For whatever of the libraries counts something, too.
            MetricsSystem.bootstrap(metrics.registry)
            door.open(
                to: WebApplication.responder(
                    configuration, engine, scheduler, place, drain, metrics: metrics, clock: clock, logger: logger))
            await announce(configuration, engine, place, at: clock.now(), logger)
            ResidentMemory.trim()
            // The listener takes connections since `listen`, and everything that could still fail is behind us.
            ServiceManager.tellReady(at: ProcessInfo.processInfo.environment["NOTIFY_SOCKET"])
            let watch = StoreWatch(
                store: engine.store, coordinator: engine.coordinator, limiter: engine.limiter, clock: clock)
            let database = DatabaseWatch(store: engine.store, clock: clock, logger: logger)
            return Backstage.Cast(engine: engine, services: engine.services + [watch, database, scheduler])
        }
        // As a rule the database answers, and the door is open before the first request is heard: during an update no client of the
        // version before may meet the waiting room.
        var cast: Backstage.Cast?
        if let engine = try await Engine.ifStoreAnswers(
            configuration, gateway: provider.client, clock: clock, logger: logger)
        {
            cast = await open(engine)
        }
        let backstage = Backstage(cast: cast, logger: logger) {
            await open(
                try await Engine.whenStoreAnswers(
                    configuration, gateway: provider.client, clock: clock, logger: logger))
        }
        let server = HTTPServer(
            configuration: address, responder: door, loops: loops, logger: logger, listening: listening)
        if address.maximumConnections < configuration.bounds.connections {
            logger.warning(
                "fewer connections than HTTP_MAX_CONNECTIONS: raise the limit of open files (ulimit -n, LimitNOFILE)",
                metadata: ["connections": "\(address.maximumConnections)"])
        }
        // In the order of who needs whom: shutting down goes the other way, so that requests under way still find everything.
        let services = provider.services + [backstage, DrainingServer(server: server, drain: drain)]
        try await ServiceGroup(configuration: .paceline(services, logger: logger)).run()
        await provider.shutdown()
        await loops.shutdown()
        logger.info("stopped")
    }

    private static func announce(
        _ configuration: Configuration, _ engine: Engine, _ place: Place, at now: UTCInstant, _ logger: Logger
    ) async {
        let status = await engine.coordinator.status()
        let schedule = ScheduleInWords.text(
            configuration.refreshInterval, isConnected: status.isConnected, lastLook: status.newestAt, at: now)
        logger.info(
            "Paceline \(Paceline.version)",
            metadata: [
                "store": "\(configuration.database.summary)", "activities": "\(status.activities)",
                "athlete": status.isConnected ? "connected" : "not connected",
                "refresh": "\(schedule)",
                "strava": place.isSandbox ? "the built-in sandbox" : "\(configuration.stravaAPI)",
                "listening": "\(place.localURL)",
            ])
        for warning in configuration.warnings { logger.warning("\(warning)") }
        if await engine.vault.isSealed {
            logger.error("ENCRYPTION_KEY does not fit the stored tokens. Reads go on; nothing is sent to Strava.")
        }
        // By the name that Strava sends browsers back to: the cookie of the OAuth flow stays with the name it was set under, so
        // whoever begins at 127.0.0.1 and comes back to localhost is not recognised.
        logger.notice("Open \(place.serverURL)/ in a browser. Ctrl-C stops.")
    }
}

/// Where this server is, seen from outside.
struct Place: Sendable {
    var authorizeURL: @Sendable (String) -> String
    var isSandbox: Bool
    /// Where a browser on this machine finds it.
    var localURL: String
    /// Where the world finds it.
    var serverURL: String
    var frontendURL: String
}

extension Place {
    init(_ configuration: Configuration, port: Int, provider: Provider) {
        let client = provider.client
        self.init(
            authorizeURL: { client.authorizeURL(state: $0) }, isSandbox: provider.sandbox != nil,
            localURL: configuration.localURL(port: port), serverURL: configuration.serverURL(port: port),
            frontendURL: configuration.frontendURL(port: port))
    }
}
