package import HTTPTypes

/// Chooses a handler by path and method.
///
/// Paths are compared as they came, percent-encoding included. An unknown path is 404, a known one with another method 405 with
/// `Allow`; HEAD goes to GET's handler, and the connection leaves the body out.
package struct Router: Responder {
    package typealias Handler = @Sendable (Request) async -> Response

    private struct Route {
        var path: [UInt8]
        var handlers: [(method: HTTPRequest.Method, handler: Handler)] = []
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
    ///   - handler: runs on the connection's loop. A second one for the same method and path replaces the first.
    package mutating func on(_ method: HTTPRequest.Method, _ path: String, _ handler: @escaping Handler) {
        let isPrefix = path.hasSuffix("/*")
        let bytes = Array((isPrefix ? path.dropLast() : path[...]).utf8)
        let index = isPrefix ? prefixRoute(bytes) : exactRoute(bytes)
        routes[index].handlers.removeAll { $0.method == method }
        routes[index].handlers.append((method, handler))
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

    package func respond(to request: Request) async -> Response {
        let path = request.pathBytes
        guard let index = findExact(path) ?? prefixes.first(where: { path.starts(with: routes[$0].path) }) else {
            return Response(status: .notFound, detail: "Not Found")
        }
        guard let handler = handler(for: request.method, in: routes[index]) else {
            var response = Response(status: .methodNotAllowed, detail: "Method Not Allowed")
            response.fields[.allow] = allowed(routes[index])
            return response
        }
        return await handler(request)
    }

    private func findExact(_ path: ArraySlice<UInt8>) -> Int? {
        exact[Self.hash(path)]?.first { routes[$0].path.elementsEqual(path) }
    }

    private func handler(for method: HTTPRequest.Method, in route: Route) -> Handler? {
        route.handlers.first { $0.method == method }?.handler
            ?? (method == .head ? route.handlers.first { $0.method == .get }?.handler : nil)
    }

    private func allowed(_ route: Route) -> String {
        var methods = route.handlers.map(\.method.rawValue)
        if methods.contains("GET"), !methods.contains("HEAD") { methods.append("HEAD") }
        return methods.sorted().joined(separator: ", ")
    }

    /// FNV-1a.
    ///
    /// Equal hashes cost a comparison and nothing else: only routes are in the table, so nobody outside can fill it.
    private static func hash(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return hash
    }
}
