import HTTP
import HTTPTypes
import Logging
import Reactor
import ServiceLifecycle

/// Runs a server for the length of a closure, and shuts it down the way the program does.
///
/// - Parameter body: gets the port, and a function that begins graceful shutdown.
func withServer<Result: Sendable>(
    loops count: Int = 1,
    configure: (inout HTTPServerConfiguration) -> Void = { _ in },
    respond: @escaping @Sendable (Request) async -> Response = { _ in Response(status: .ok, body: Array("hello".utf8))
    },
    _ body: @Sendable @escaping (Int, ServiceGroup) async throws -> Result
) async throws -> Result {
    var configuration = HTTPServerConfiguration(port: 0)
    configure(&configuration)
    let loops = try EventLoopGroup(count: count)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let server = HTTPServer(
        configuration: configuration, responder: ClosureResponder(respond), loops: loops, logger: logger)
    let group = ServiceGroup(services: [server], logger: logger)
    let result: Swift.Result<Result, any Error>
    async let running: Void = group.run()
    do {
        result = .success(try await body(try await server.boundPort(), group))
    } catch {
        result = .failure(error)
    }
    await group.triggerGracefulShutdown()
    try await running
    await loops.shutdown()
    return try result.get()
}
