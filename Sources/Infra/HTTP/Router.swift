package import HTTPTypes

/// Chooses a handler by path and method.
///
/// Paths are compared as they came, percent-encoding included. An unknown path is 404, a known one with another method 405 with
/// `Allow`; HEAD goes to GET's handler, and the connection leaves the body out. `OPTIONS *` is answered for all paths together.
package struct Router: Responder {
    package typealias Handler = @Sendable (Request) async -> Response

    /// A handler that answers at once or, with nil, leaves the request to the other one.
    package typealias ImmediateHandler = @Sendable (Request) -> Response?

    private struct Endpoint {
        var method: HTTPRequest.Method
        var immediate: ImmediateHandler?
        var handler: Handler
    }

    private struct Route {
        var path: [UInt8]
        var endpoints: [Endpoint] = []
    }

    private enum Match {
        case endpoint(Endpoint)
        case answer(Response)
    }

    private var routes: [Route] = []
    /// Positions in `routes` by the path's hash; a path is looked up without making a string of it.
    private var exact: [UInt64: [Int]] = [:]
    /// Positions of the routes that end in `/*`, longest first; their `path` ends in the slash.
    private var prefixes: [Int] = []

    package init() {}

    /// Adds a handler.
    ///
    /// - Parameters:
    ///   - path: exact, or with `/*` at its end for every path that begins with what stands before the star. An exact path goes
    ///     before, then the longest prefix.
    ///   - immediate: asked first; nil stands for a handler that always needs time.
    ///   - handler: runs on the connection's loop. A second one for the same method and path replaces the first.
    package mutating func on(
        _ method: HTTPRequest.Method, _ path: String, immediate: ImmediateHandler? = nil, _ handler: @escaping Handler
    ) {
        let isPrefix = path.hasSuffix("/*")
        let bytes = Array((isPrefix ? path.dropLast() : path[...]).utf8)
        let index = isPrefix ? prefixRoute(bytes) : exactRoute(bytes)
        routes[index].endpoints.removeAll { $0.method == method }
        routes[index].endpoints.append(Endpoint(method: method, immediate: immediate, handler: handler))
    }

    private mutating func exactRoute(_ path: [UInt8]) -> Int {
        if let index = findExact(path[...]) { return index }
        routes.append(Route(path: path))
        exact[Self.hash(path[...]), default: []].append(routes.count - 1)
        return routes.count - 1
    }

    private mutating func prefixRoute(_ path: [UInt8]) -> Int {
        if let index = prefixes.first(where: { routes[$0].path == path }) { return index }
        routes.append(Route(path: path))
        prefixes.append(routes.count - 1)
        prefixes.sort { routes[$0].path.count > routes[$1].path.count }
        return routes.count - 1
    }

    /// The path of each route as it was added.
    package var paths: [String] {
        routes.indices.map { index in
            String(decoding: routes[index].path, as: UTF8.self) + (prefixes.contains(index) ? "*" : "")
        }
    }

    /// Where in ``paths`` the route of the request's path stands, whatever its method; nil when there is none.
    package func position(of request: Request) -> Int? { position(of: request.pathBytes) }

    private func position(of path: ArraySlice<UInt8>) -> Int? {
        findExact(path) ?? prefixes.first { path.starts(with: routes[$0].path) }
    }

    package func immediateResponse(to request: Request) -> Response? {
        switch match(request) {
        case .endpoint(let endpoint): endpoint.immediate?(request)
        case .answer(let response): response
        }
    }

    package func respond(to request: Request) async -> Response {
        switch match(request) {
        case .endpoint(let endpoint): await endpoint.handler(request)
        case .answer(let response): response
        }
    }

    private func match(_ request: Request) -> Match {
        let path = request.pathBytes
        guard let index = position(of: path) else {
            let isAboutServer = request.method == .options && path.elementsEqual("*".utf8)
            return .answer(isAboutServer ? options : Response(status: .notFound, detail: "Not Found"))
        }
        guard let endpoint = endpoint(for: request.method, in: routes[index]) else {
            var response = Response(status: .methodNotAllowed, detail: "Method Not Allowed")
            response.fields[.allow] = Self.allowed(routes[index].endpoints)
            return .answer(response)
        }
        return .endpoint(endpoint)
    }

    private func findExact(_ path: ArraySlice<UInt8>) -> Int? {
        exact[Self.hash(path)]?.first { routes[$0].path.elementsEqual(path) }
    }

    private func endpoint(for method: HTTPRequest.Method, in route: Route) -> Endpoint? {
        route.endpoints.first { $0.method == method }
            ?? (method == .head ? route.endpoints.first { $0.method == .get } : nil)
    }

    /// `OPTIONS *` asks about the whole server (RFC 9110 §9.3.7): everything that some path takes.
    private var options: Response {
        Response(status: .noContent, fields: [.allow: Self.allowed(routes.flatMap(\.endpoints))])
    }

    private static func allowed(_ endpoints: [Endpoint]) -> String {
        var methods = Set(endpoints.map(\.method.rawValue))
        if methods.contains("GET") { methods.insert("HEAD") }
        return methods.sorted().joined(separator: ", ")
    }

    /// FNV-1a.
    ///
    /// Equal hashes cost a comparison and nothing else: only routes are in the table, so nobody outside can fill it.
    private static func hash(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        let span = bytes.span
        for index in span.indices { hash = (hash ^ UInt64(span[index])) &* 0x100_0000_01b3 }
        return hash
    }
}
