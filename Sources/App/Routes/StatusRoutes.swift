import Actors
import HTTP
import HTTPTypes
import JSON

/// How the service is: for people, monitors and load balancers.
struct StatusRoutes: Sendable {
    let status: StatusReport
    let store: any Store
    let cache: StatsCache<AnswerKey, Representation>
    let drain: DrainFlag

    func add(to router: inout Router) {
        router.on(.get, "/strava/status") { request in
            Representation(json: await status.json()).response(to: request)
        }
        router.on(.get, "/strava/health") { request in
            Representation(json: DatabaseHealth.json(await store.failure())).response(to: request)
        }
        router.on(.get, "/livez") { request in Representation(json: ["status": "ok"]).response(to: request) }
        router.on(.get, "/readyz", readiness)
    }

    @Sendable
    private func readiness(_ request: Request) async -> Response {
        var reasons: [JSON] = []
        if drain.isDraining { reasons.append("the server is stopping") }
        if cache.current.fetchedAt == nil {
            reasons.append("there is no data to serve yet: connect an athlete at /strava/authorize")
        }
        guard !reasons.isEmpty else { return Representation(json: ["status": "ok"]).response(to: request) }
        return .json(["status": "unavailable", "reasons": .array(reasons)], status: .serviceUnavailable)
    }
}
