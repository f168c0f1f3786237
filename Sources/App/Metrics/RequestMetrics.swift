import HTTP
import HTTPTypes
import Reactor

/// Measures every answer, whoever gave it: how long it took, by route and status.
struct RequestMetrics: Responder {
    /// Names the route; it answers nothing here.
    let router: Router
    let timers: RouteTimers
    let next: any Responder

    func immediateResponse(to request: Request) -> Response? {
        let started = MonotonicTime.now()
        guard let response = next.immediateResponse(to: request) else { return nil }
        record(request, response, started)
        return response
    }

    func respond(to request: Request) async -> Response {
        let started = MonotonicTime.now()
        let response = await next.respond(to: request)
        record(request, response, started)
        return response
    }

    func refusal(_ response: Response, of request: Request) -> Response {
        let response = next.refusal(response, of: request)
        timers.record(position: router.position(of: request), status: response.status.code, nanoseconds: 0)
        return response
    }

    private func record(_ request: Request, _ response: Response, _ started: MonotonicTime) {
        timers.record(
            position: router.position(of: request), status: response.status.code,
            nanoseconds: MonotonicTime.now().nanoseconds(since: started))
    }
}
