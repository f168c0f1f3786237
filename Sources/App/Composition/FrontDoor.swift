import Actors
import HTTP
import HTTPTypes
import JSON

/// What answers requests: the application once it is there, and until then somebody who says that it is not.
final class FrontDoor: Responder {
    private final class Room: Sendable {
        let responder: any Responder

        init(_ responder: any Responder) {
            self.responder = responder
        }
    }

    private let room = OnceReference<Room>()
    private let waiting: any Responder

    /// - Parameter waiting: answers until the application does.
    init(waiting: any Responder) {
        self.waiting = waiting
    }

    /// From now on this answers; only the first call counts.
    func open(to responder: any Responder) { room.storeIfNil(Room(responder)) }

    private var current: any Responder { room.load()?.responder ?? waiting }

    func immediateResponse(to request: Request) -> Response? { current.immediateResponse(to: request) }
    func respond(to request: Request) async -> Response { await current.respond(to: request) }
    func refusal(_ response: Response, of request: Request) -> Response { current.refusal(response, of: request) }
}

/// Answers while Paceline waits for its database, when nothing can be served: that it lives, and that it is not ready.
///
/// Whoever watches the process must not take it for dead, for starting it again would not bring the database back.
struct WaitingRoom: Responder {
    func respond(to request: Request) async -> Response {
        switch request.path {
        case "/livez": return .json(["status": "ok"])
        case "/strava/health": return .json(DatabaseHealth.json(StoreFailure(.unavailable, "")))
        case "/readyz":
            return .json(
                ["status": "unavailable", "reasons": ["the database is away"]], status: .serviceUnavailable)
        default:
            var response = Response.detail(
                "The database does not answer yet. Please try again in a moment.", status: .serviceUnavailable)
            response.fields[.retryAfter] = "5"
            return response
        }
    }
}
