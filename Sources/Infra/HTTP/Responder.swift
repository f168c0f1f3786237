/// Whatever answers requests: a router, a middleware around another responder, a test's closure.
package protocol Responder: Sendable {
    /// Answers one request. It runs on the connection's event loop, so it must not block.
    func respond(to request: Request) async -> Response
}

/// A responder made of a closure.
package struct ClosureResponder: Responder {
    private let body: @Sendable (Request) async -> Response

    package init(_ body: @escaping @Sendable (Request) async -> Response) {
        self.body = body
    }

    package func respond(to request: Request) async -> Response { await body(request) }
}
