package import HTTP
package import Logging
package import Reactor
internal import ServiceLifecycle

/// A sandbox on a port of its own, reached over real sockets as Strava is.
package struct SandboxServer: Service {
    package let sandbox: Sandbox
    private let host: String
    private let server: HTTPServer

    /// - Parameters:
    ///   - host: a numeric address to listen on.
    ///   - port: 0 lets the kernel choose.
    ///   - loops: where connections are served; whoever made the group shuts it down after ``run()``.
    ///   - listening: an address taken before, which then wins over `host` and `port`.
    package init(
        _ sandbox: Sandbox, host: String = "127.0.0.1", port: Int = 0, loops: EventLoopGroup, logger: Logger,
        listening: ListeningAddress? = nil
    ) {
        self.sandbox = sandbox
        self.host = host
        var configuration = HTTPServerConfiguration(host: host, port: port)
        configuration.serverName = "paceline-sandbox"
        server = HTTPServer(
            configuration: configuration, responder: SandboxResponder(sandbox), loops: loops, logger: logger,
            listening: listening)
    }

    /// Serves until graceful shutdown.
    ///
    /// - Throws: when the address cannot be listened on.
    package func run() async throws {
        try await server.run()
    }

    /// The address that people open, `http://127.0.0.1:41234`; waits until the server listens.
    ///
    /// - Throws: when the address cannot be listened on.
    package func address() async throws -> String {
        let authority = host.contains(":") ? "[\(host)]" : host
        return "http://\(authority):\(try await server.boundPort())"
    }

    /// What `STRAVA_API_URL` is set to; waits until the server listens.
    package func apiURL() async throws -> String { try await address() + "/api/v3" }

    /// What `STRAVA_OAUTH_URL` is set to; waits until the server listens.
    package func oauthURL() async throws -> String { try await address() + "/oauth" }
}
