import HTTP
import ServiceLifecycle

/// The HTTP server, which says in `/readyz` that it is about to stop.
struct DrainingServer: Service {
    let server: HTTPServer
    let drain: DrainFlag

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await server.run()
        } onGracefulShutdown: {
            drain.set()
        }
    }
}
