import Actors
import HTTP
import HTTPTypes
import Logging

/// One line a request, at debug.
///
/// The query is left out: the callback's holds a code.
struct RequestLog: Responder {
    let logger: Logger
    let clock: any WallClock
    let proxies: TrustedProxies
    let next: any Responder

    func immediateResponse(to request: Request) -> Response? {
        guard logger.logLevel <= .debug else { return next.immediateResponse(to: request) }
        let started = clock.now()
        guard let response = next.immediateResponse(to: request) else { return nil }
        note(request, response, started)
        return response
    }

    func respond(to request: Request) async -> Response {
        guard logger.logLevel <= .debug else { return await next.respond(to: request) }
        let started = clock.now()
        let response = await next.respond(to: request)
        note(request, response, started)
        return response
    }

    func refusal(_ response: Response, of request: Request) -> Response {
        let response = next.refusal(response, of: request)
        if logger.logLevel <= .debug { note(request, response, clock.now()) }
        return response
    }

    private func note(_ request: Request, _ response: Response, _ started: UTCInstant) {
        logger.debug(
            "request",
            metadata: [
                "id": "\(request.id)", "method": "\(request.method.rawValue)", "path": "\(request.path)",
                "status": "\(response.status.code)", "ms": "\((clock.now() - started).wholeMilliseconds)",
                "client": "\(proxies.clientAddress(of: request))",
            ])
    }
}
