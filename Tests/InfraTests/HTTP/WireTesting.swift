import HTTP
import HTTPTypes
import Locking
import TestSupport
import Testing

/// Which requests a server has given to its responder, in their order.
final class RequestBook: Sendable {
    private let lines = Lock<[String]>([])

    /// `POST /a 5`: the method, the target, and how long the body was.
    var all: [String] { lines.withLock { $0 } }

    func enter(_ request: Request) {
        lines.withLock { $0.append("\(request.method.rawValue) \(request.target) \(request.body.count)") }
    }
}

/// Runs a server that knows `/a` and `/b` and writes every request down, and a client of it that sends bytes.
func withWire(
    configure: (inout HTTPServerConfiguration) -> Void = { _ in },
    _ body: @Sendable @escaping (TestClient, RequestBook) async throws -> Void
) async throws {
    let book = RequestBook()
    var router = Router()
    for method in [HTTPRequest.Method.get, .post, .put, .delete, .options] {
        for path in ["/", "/a", "/b"] { router.on(method, path) { _ in Response(status: .ok, body: Array(path.utf8)) } }
    }
    router.on(.get, "/unchanged") { _ in Response(status: .notModified, body: Array("left out".utf8)) }
    router.on(.delete, "/gone") { _ in Response(status: .noContent) }
    try await withServer(
        configure: configure,
        respond: { [router] request in
            book.enter(request)
            return await router.respond(to: request)
        }
    ) { port, _ async throws in
        try await body(try TestClient(port: port), book)
    }
}

/// A request that whoever smuggles would like to have answered.
let smuggled = "GET /b HTTP/1.1\r\nHost: a\r\n\r\n"
