import Actors
import Crypto
import HTTP
import HTTPTypes
import Logging

/// Answers for what went wrong behind the scenes: the person gets an id, the log gets the cause under that id.
///
/// The log line has the request's own id too, which the answer carries as `X-Request-Id` and the request log has: whoever knows one of the
/// two finds the rest.
struct ErrorBook: Sendable {
    let logger: Logger
    let clock: any WallClock

    /// 502 at the end of an OAuth round trip, in the original's words.
    func authorizationFailed(_ request: Request, cause: String) -> Response {
        let id = note("OAuth authorization failed", request, cause)
        return .detail("OAuth authorization failed. Please try again. (Error ID: \(id))", status: .badGateway)
    }

    /// 502 for a refresh.
    func stravaFailed(_ request: Request, _ problem: SyncProblem) -> Response {
        let id = note("refresh failed", request, "\(problem.code.rawValue): \(problem.message)")
        return .detail("Strava could not be refreshed. Please try again later. (Error ID: \(id))", status: .badGateway)
    }

    /// 503: nothing could be stored.
    func databaseAway(_ request: Request, _ what: String, cause: String) -> Response {
        let id = note(what, request, cause)
        return .detail(
            "The database is not available. Please try again later. (Error ID: \(id))", status: .serviceUnavailable)
    }

    /// 429 with the whole seconds until the budget has room again.
    func limited(until: UTCInstant) -> Response {
        let seconds = max(1, ((until - clock.now()).wholeMilliseconds + 999) / 1000)
        var response = Response.detail(
            "Strava's rate limit is used up. Try again after \(until.iso8601).", status: .tooManyRequests)
        response.fields[.retryAfter] = String(seconds)
        return response
    }

    private func note(_ what: String, _ request: Request, _ cause: String) -> String {
        let errorID = Hex.encode(SecureRandom.bytes(4))
        logger.error("\(what)", metadata: ["error-id": "\(errorID)", "id": "\(request.id)", "cause": "\(cause)"])
        return errorID
    }
}
