import Actors
import Crypto
import HTTP
import HTTPTypes
import JSON

/// `POST /strava/refresh-data`: an admin asks for a sync.
struct RefreshRoute: Sendable {
    static let apiKeyField = HTTPField.Name("X-API-Key")

    let key: Secret
    let coordinator: SyncCoordinator
    let errors: ErrorBook

    func add(to router: inout Router) {
        router.on(.post, "/strava/refresh-data", refresh)
    }

    @Sendable
    private func refresh(_ request: Request) async -> Response {
        guard isAuthorized(request) else {
            return .json(
                ["detail": ["message": "Invalid or missing API key", "category": "security"]], status: .unauthorized)
        }
        var query = QueryReader(request)
        let waits = query.flag("wait") ?? true
        let isFull = query.flag("full") ?? false
        let scope: SyncScope =
            query.flag("accept_deletions") ?? false ? .fullAcceptingDeletions : isFull ? .full : .newest
        if let refusal = query.refusal { return refusal }
        guard waits else {
            if let refusal = await coordinator.accept(scope) { return answer(refusal, request) }
            return .json(["status": "accepted"], status: .accepted)
        }
        // What is new is told as soon as it is here; nobody waits at a browser for the years below.
        return answer(await coordinator.refresh(scope, until: scope == .newest ? .newest : .everything), request)
    }

    private func isAuthorized(_ request: Request) -> Bool {
        guard let name = Self.apiKeyField, let offered = request.header(name) else { return false }
        return constantTimeEquals(offered.utf8, key.exposed.utf8)
    }

    private func answer(_ outcome: SyncOutcome, _ request: Request) -> Response {
        switch outcome {
        case .succeeded: .json(["status": "success", "message": "Data refreshed successfully"])
        case .notConnected:
            .detail("No Strava authentication found. Please complete OAuth flow first.", status: .conflict)
        case .limited(let until): errors.limited(until: until)
        case .stravaFailed(let problem) where problem.code.needsPerson: .detail(problem.message, status: .conflict)
        case .stravaFailed(let problem): errors.stravaFailed(request, problem)
        case .storeFailed(let problem): errors.databaseAway(request, "refresh failed", cause: problem.message)
        case .shuttingDown: .stopping
        }
    }
}
