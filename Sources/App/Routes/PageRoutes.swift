import Actors
import HTTP
import HTTPTypes
import Locking

/// The page at `/` and the files it needs.
struct PageRoutes: Sendable {
    let engine: Engine
    let clock: any WallClock
    let isSandbox: Bool
    private let latest = LatestPage()

    init(engine: Engine, clock: any WallClock, isSandbox: Bool) {
        self.engine = engine
        self.clock = clock
        self.isSandbox = isSandbox
    }

    func add(to router: inout Router) {
        router.on(.get, "/", home)
        for (name, asset) in HomePage.assets { add(asset, at: "/assets/\(name)", &router) }
        // Browsers ask for it beside anything that is no page with an icon of its own, and complain when it is missing.
        if let icon = HomePage.assets["icon.svg"] { add(icon, at: "/favicon.ico", &router) }
    }

    private func add(_ asset: StaticAsset, at path: String, _ router: inout Router) {
        let file = Representation(asset.bytes, contentType: asset.contentType)
        router.on(.get, path) { file.response(to: $0) }
    }

    @Sendable
    private func home(_ request: Request) async -> Response {
        let message = QueryReader(request).text("strava").flatMap(HomePage.Message.init(rawValue:))
        var response = page(await model(message)).response(to: request)
        response.fields[.contentSecurityPolicy] = HomePage.contentSecurityPolicy
        return response
    }

    /// The page as it was sent last, if nothing on it has changed: to write, sign and pack it takes a millisecond.
    private func page(_ model: HomePage.Model) -> Representation {
        if let sent = latest.sent.withLock({ $0 }), sent.model == model { return sent.page }
        let page = Representation(HomePage.render(model), contentType: StaticAsset.html)
        latest.sent.withLock { $0 = (model, page) }
        return page
    }

    private func model(_ message: HomePage.Message?) async -> HomePage.Model {
        let sync = await engine.coordinator.status()
        let snapshot = engine.cache.current
        return HomePage.Model(
            connected: sync.isConnected, state: HomePage.State(rawValue: sync.state.rawValue) ?? .idle,
            activities: sync.activities, oldest: sync.oldest.map { "\($0)" }, newest: sync.newest.map { "\($0)" },
            isSandbox: isSandbox,
            yearToDate: snapshot.activities.isEmpty ? nil : yearToDate(snapshot),
            recent: snapshot.activities.prefix(HomePage.recentCount).map(HomePage.Recent.init), message: message)
    }

    private func yearToDate(_ snapshot: Snapshot) -> HomePage.YearToDate {
        let statistics = Statistics(of: snapshot.activities, at: snapshot.localTime(at: clock.now()))
        return HomePage.YearToDate(
            year: statistics.year, run: HomePage.Sums(statistics.runYearToDate),
            ride: HomePage.Sums(statistics.rideYearToDate))
    }
}

/// The page that was sent last, and what was on it.
private final class LatestPage: Sendable {
    let sent = Lock<(model: HomePage.Model, page: Representation)?>(nil)
}

extension HomePage.Sums {
    fileprivate init(_ totals: Totals) {
        self.init(
            count: totals.count, distance: totals.distance, movingTime: totals.movingTime,
            elevationGain: totals.elevationGain)
    }
}

extension HomePage.Recent {
    fileprivate init(_ activity: Activity) {
        self.init(
            id: activity.id, name: activity.name, type: activity.type, day: "\(activity.startDateLocal.date)",
            distance: activity.distance, movingTime: activity.movingTime)
    }
}
