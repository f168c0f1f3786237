import HTTP
import HTTPTypes
import Logging
import Reactor
import ServiceLifecycle

/// Runs a server for the length of a closure, and shuts it down the way the program does.
///
/// - Parameters:
///   - configure: changes a configuration that waits far longer than any test, so that a busy machine makes no deadline pass but those
///     that a test sets.
///   - body: gets the port, and a function that begins graceful shutdown.
func withServer<Result: Sendable>(
    loops count: Int = 1,
    configure: (inout HTTPServerConfiguration) -> Void = { _ in },
    respond: @escaping @Sendable (Request) async -> Response = { _ in Response(status: .ok, body: Array("hello".utf8))
    },
    _ body: @Sendable @escaping (Int, ServiceGroup) async throws -> Result
) async throws -> Result {
    try await withServer(loops: count, configure: configure, responder: ClosureResponder(respond), body)
}

/// The same with a whole responder.
func withServer<Result: Sendable>(
    loops count: Int = 1,
    configure: (inout HTTPServerConfiguration) -> Void = { _ in },
    responder: any Responder,
    _ body: @Sendable @escaping (Int, ServiceGroup) async throws -> Result
) async throws -> Result {
    var configuration = HTTPServerConfiguration(port: 0)
    configuration.headerTimeout = .seconds(600)
    configuration.bodyTimeout = .seconds(600)
    configuration.idleTimeout = .seconds(600)
    configuration.writeTimeout = .seconds(600)
    configuration.lingerTimeout = .seconds(60)
    configuration.drainTimeout = .seconds(60)
    configure(&configuration)
    let loops = try EventLoopGroup(count: count)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let server = HTTPServer(
        configuration: configuration, responder: responder, loops: loops, logger: logger)
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
