import Actors
import HTTP
import HTTPTypes

/// The endpoints that are answered from the cache.
struct StatsRoutes: Sendable {
    let cache: StatsCache<AnswerKey, Representation>
    /// Lists that are being made: there are more of them than can be kept, and each takes milliseconds, for which the other answers wait.
    private let lists = Turnstile(limit: 32)

    init(cache: StatsCache<AnswerKey, Representation>) {
        self.cache = cache
    }

    func add(to router: inout Router) {
        fixed("/strava/stats/ytd", .yearToDate, &router)
        fixed("/strava/stats/activities", .recentActivities, &router)
        fixed("/strava/stats/monthly", .monthly, &router)
        fixed("/strava/stats/totals", .totals, &router)
        fixed("/strava/stats/yearly", .yearly, &router)
        record("/strava/stats/longest-run", .run, &router)
        record("/strava/stats/longest-ride", .ride, &router)
        on("/strava/activities", &router, key: activities)
    }

    private func fixed(_ path: String, _ key: AnswerKey, _ router: inout Router) {
        on(path, &router) { _ in .success(key) }
    }

    private func record(_ path: String, _ record: AnswerKey.Record, _ router: inout Router) {
        on(path, &router) { request in
            var query = QueryReader(request)
            let year = query.integer("year", in: 1...9999)
            return query.result(.longest(record, year: year))
        }
    }

    private func activities(_ request: Request) -> Result<AnswerKey, QueryReader.Refused> {
        var query = QueryReader(request)
        let page = ActivityPageQuery(
            limit: query.integer("limit", in: 1...1000) ?? 100,
            offset: query.integer("offset", in: 0...Int.max) ?? 0,
            filter: ActivityFilter(year: query.integer("year", in: 1...9999), type: query.text("activity_type")))
        return query.result(.activities(page))
    }

    /// What has been rendered before is answered at once; anything else asks the cache.
    private func on(
        _ path: String, _ router: inout Router,
        key: @escaping @Sendable (Request) -> Result<AnswerKey, QueryReader.Refused>
    ) {
        router.on(.get, path) { [cache] request in
            switch key(request) {
            case .success(let key): cache.ready(key)?.response(to: request)
            case .failure(let refused): refused.response
            }
        } _: { request in
            switch key(request) {
            case .success(let key): await make(key, for: request)
            case .failure(let refused): refused.response
            }
        }
    }

    private func make(_ key: AnswerKey, for request: Request) async -> Response {
        guard case .activities = key else { return await cache.answer(key).response(to: request) }
        guard lists.enter() else {
            var response = Response.detail(
                "Too many lists at one time; try again in a moment", status: .serviceUnavailable)
            response.fields[.retryAfter] = "1"
            return response
        }
        defer { lists.leave() }
        return await cache.answer(key).response(to: request)
    }
}
