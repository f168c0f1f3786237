import HTTP
import HTTPTypes

/// CORS: lets the scripts of allowed origins read every answer, errors included, and answers their preflights.
struct CrossOrigin: Responder {
    private static let methods = "GET, HEAD, POST, OPTIONS"
    private static let usualHeaders = "Content-Type, If-None-Match, X-API-Key"
    private static let exposedHeaders = "ETag, Retry-After, X-Request-Id"

    let origins: Set<String>
    let next: any Responder

    func immediateResponse(to request: Request) -> Response? {
        let origin = request.header(.origin)
        if let origin, let answer = ownAnswer(request, origin) { return answer }
        return next.immediateResponse(to: request).map { marked($0, origin) }
    }

    func respond(to request: Request) async -> Response {
        let origin = request.header(.origin)
        if let origin, let answer = ownAnswer(request, origin) { return answer }
        return marked(await next.respond(to: request), origin)
    }

    func refusal(_ response: Response, of request: Request) -> Response {
        marked(next.refusal(response, of: request), request.header(.origin))
    }

    /// The answer to a preflight; nil for every other request.
    private func ownAnswer(_ request: Request, _ origin: String) -> Response? {
        guard request.method == .options, request.header(.accessControlRequestMethod) != nil else { return nil }
        return origins.contains(origin)
            ? preflight(request, origin) : varying(.detail("Disallowed CORS origin", status: .badRequest))
    }

    /// The answer with what its reader's browser must know.
    private func marked(_ response: Response, _ origin: String?) -> Response {
        var response = varying(response)
        if let origin, origins.contains(origin) { allow(origin, &response) }
        return response
    }

    private func preflight(_ request: Request, _ origin: String) -> Response {
        var response = varying(Response(status: .noContent))
        allow(origin, &response)
        response.fields[.accessControlAllowMethods] = Self.methods
        response.fields[.accessControlAllowHeaders] =
            request.header(.accessControlRequestHeaders) ?? Self.usualHeaders
        response.fields[.accessControlMaxAge] = "600"
        return response
    }

    private func allow(_ origin: String, _ response: inout Response) {
        response.fields[.accessControlAllowOrigin] = origin
        // The original allowed it, and front ends that were written for it fetch with credentials.
        response.fields[.accessControlAllowCredentials] = "true"
        response.fields[.accessControlExposeHeaders] = Self.exposedHeaders
    }

    /// Answers that were rendered ahead say so themselves.
    private func varying(_ response: Response) -> Response {
        guard response.preparedFields.isEmpty else { return response }
        var response = response
        response.fields[.vary] = "origin"
        return response
    }
}
