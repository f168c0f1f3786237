import Actors
import HTTP
import HTTPTypes

/// The endpoints that are answered from the cache.
struct StatsRoutes: Sendable {
    let cache: StatsCache<AnswerKey, Representation>

    func add(to router: inout Router) {
        fixed("/strava/stats/ytd", .yearToDate, &router)
        fixed("/strava/stats/activities", .recentActivities, &router)
        fixed("/strava/stats/monthly", .monthly, &router)
        fixed("/strava/stats/totals", .totals, &router)
        fixed("/strava/stats/yearly", .yearly, &router)
        record("/strava/stats/longest-run", .run, &router)
        record("/strava/stats/longest-ride", .ride, &router)
        router.on(.get, "/strava/activities", activities)
    }

    private func fixed(_ path: String, _ key: AnswerKey, _ router: inout Router) {
        router.on(.get, path) { [cache] request in await cache.answer(key).response(to: request) }
    }

    private func record(_ path: String, _ record: AnswerKey.Record, _ router: inout Router) {
        router.on(.get, path) { [cache] request in
            var query = QueryReader(request)
            let year = query.integer("year", in: 1...9999)
            if let refusal = query.refusal { return refusal }
            return await cache.answer(.longest(record, year: year)).response(to: request)
        }
    }

    @Sendable
    private func activities(_ request: Request) async -> Response {
        var query = QueryReader(request)
        let page = ActivityPageQuery(
            limit: query.integer("limit", in: 1...1000) ?? 100,
            offset: query.integer("offset", in: 0...Int.max) ?? 0,
            filter: ActivityFilter(year: query.integer("year", in: 1...9999), type: query.text("activity_type")))
        if let refusal = query.refusal { return refusal }
        return await cache.answer(.activities(page)).response(to: request)
    }
}
