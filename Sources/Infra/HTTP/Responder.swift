/// Whatever answers requests: a router, a middleware around another responder, a test's closure.
package protocol Responder: Sendable {
    /// The answer, where it takes no waiting; nil sends the request to ``respond(to:)``.
    ///
    /// Asked first, on the connection's event loop: ready answers of a pipeline go out together, and none of them costs a turn of
    /// the loop's queue.
    func immediateResponse(to request: Request) -> Response?

    /// Answers one request. It runs on the connection's event loop, so it must not block.
    ///
    /// It is cancelled when the server cannot wait any longer.
    func respond(to request: Request) async -> Response

    /// The server's own answer to a request whose head it has read: the body is too large, say, or the client has too much under way.
    ///
    /// Whatever the responder does to all its answers it can do to this one, so that a browser lets its page read why. What cannot be
    /// read as a request, or comes on a connection too many, is answered without asking.
    func refusal(_ response: Response, of request: Request) -> Response
}

extension Responder {
    package func immediateResponse(to request: Request) -> Response? { nil }

    package func refusal(_ response: Response, of request: Request) -> Response { response }
}

/// A responder made of a closure.
package struct ClosureResponder: Responder {
    private let body: @Sendable (Request) async -> Response

    package init(_ body: @escaping @Sendable (Request) async -> Response) {
        self.body = body
    }

    package func respond(to request: Request) async -> Response { await body(request) }
}
