import Logging
import ServiceLifecycle
import UnixSignals

extension ServiceGroupConfiguration {
    /// How Paceline runs its services: SIGTERM and Ctrl-C drain, and what has not drained in ten seconds is cancelled.
    ///
    /// - Parameter isInner: it runs inside another group, which has the signals and tells it.
    static func paceline(
        _ services: [any Service], isInner: Bool = false, logger: Logger
    ) -> ServiceGroupConfiguration {
        var quiet = logger
        // The group reports each step of a shutdown; people need the outcome.
        quiet.logLevel = max(logger.logLevel, .warning)
        var configuration = ServiceGroupConfiguration(
            services: services.map { ServiceConfiguration(service: $0) },
            gracefulShutdownSignals: isInner ? [] : [.sigterm, .sigint], logger: quiet)
        if !isInner { configuration.maximumGracefulShutdownDuration = .seconds(10) }
        return configuration
    }
}
