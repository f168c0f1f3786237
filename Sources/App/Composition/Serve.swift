import Actors
import Curl
import Logging
import Reactor
import ServiceLifecycle

/// What `paceline serve` does.
enum Serve {
    /// Serves until SIGTERM or SIGINT, then drains and returns.
    static func run(_ configuration: Configuration, logger: Logger) async throws {
        let clock = SystemClock()
        let curl = CurlClient()
        let provider = try await Provider(
            configuration, redirectURI: configuration.redirectURI(port: configuration.port), curl: curl, clock: clock,
            logger: logger)
        let engine = try await Engine(configuration, gateway: provider.client, clock: clock, logger: logger)
        let scheduler = engine.scheduler(interval: configuration.refreshInterval ?? .zero, clock: clock)
        let loops = try EventLoopGroup()
        let web = try WebServer(
            configuration, engine: engine, scheduler: scheduler,
            place: .init(
                authorizeURL: provider.client.authorizeURL(state:), isSandbox: provider.sandbox != nil,
                serverURL: configuration.serverURL(port: configuration.port),
                frontendURL: configuration.frontendURL(port: configuration.port)),
            loops: loops, clock: clock, logger: logger)
        await announce(configuration, engine, logger)
        // In the order of who needs whom: shutting down goes the other way, so that requests under way still find everything.
        var services: [any Service] = []
        if let sandbox = provider.sandbox { services.append(sandbox) }
        services += engine.services
        services += [scheduler, web, Announcement(web: web, configuration: configuration, logger: logger)]
        try await ServiceGroup(configuration: .paceline(services, logger: logger)).run()
        await loops.shutdown()
        await curl.shutdown()
        await engine.store.close()
    }

    private static func announce(_ configuration: Configuration, _ engine: Engine, _ logger: Logger) async {
        let status = await engine.coordinator.status()
        logger.info(
            "Paceline \(Paceline.version)",
            metadata: [
                "store": "\(configuration.database.kind)", "activities": "\(status.activities)",
                "athlete": status.isConnected ? "connected" : "not connected",
            ])
        for warning in configuration.warnings { logger.warning("\(warning)") }
        if await engine.vault.isSealed {
            logger.error("ENCRYPTION_KEY does not fit the stored tokens. Reads go on; nothing is sent to Strava.")
        }
    }
}
