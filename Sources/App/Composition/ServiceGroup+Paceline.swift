import Logging
import ServiceLifecycle
import UnixSignals

extension ServiceGroupConfiguration {
    /// How Paceline runs its services: SIGTERM and Ctrl-C drain, and what has not drained in ten seconds is cancelled.
    static func paceline(_ services: [any Service], logger: Logger) -> ServiceGroupConfiguration {
        var quiet = logger
        // The group reports each step of a shutdown; people need the outcome.
        quiet.logLevel = max(logger.logLevel, .warning)
        var configuration = ServiceGroupConfiguration(
            services: services.map { ServiceConfiguration(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet)
        configuration.maximumGracefulShutdownDuration = .seconds(10)
        return configuration
    }
}
