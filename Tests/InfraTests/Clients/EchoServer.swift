import HTTP
import HTTPTypes
import ServiceLifecycle
import TestSupport

/// Runs a server that sends bodies back, for programs that upload; its `X-Saw` tells the method and how the body came.
func withEchoServer<Result: Sendable>(
    configure: (inout HTTPServerConfiguration) -> Void = { _ in },
    _ body: @Sendable @escaping (Int) async throws -> Result
) async throws -> Result {
    try await withServer(configure: configure, respond: echo) { port, _ async throws in try await body(port) }
}

private func echo(_ request: Request) async -> Response {
    let framing = request.header(.transferEncoding) ?? request.header(.contentLength) ?? "none"
    let isRead = request.method == .get || request.method == .head
    var response = Response(status: .ok, body: isRead ? Array("hello".utf8) : request.body)
    response.preparedFields = Array("X-Saw: \(request.method.rawValue) \(request.target) \(framing)\r\n".utf8)
    return response
}

/// Bytes that look like no text and repeat nowhere near.
func noise(_ count: Int) -> [UInt8] {
    var state: UInt64 = 42
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
    }
}
