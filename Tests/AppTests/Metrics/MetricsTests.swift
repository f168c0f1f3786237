import Actors
import HTTP
import HTTPTypes
import Prometheus
import TestSupport
import Testing

@testable import paceline

@Suite("The figures for Prometheus")
struct MetricsTests {
    /// The lines of `/metrics`, explanations left out.
    private func lines(_ app: TestApp) async -> Set<String> {
        let text = await app.get("/metrics").text
        return Set(text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") })
    }

    @Test func everyMetricIsExplained() async throws {
        let app = try await TestApp(try Examples.activities(), isConnected: true)
        let text = await app.get("/metrics").text
        let explained = text.split(separator: "\n").filter { $0.hasPrefix("# HELP ") }.count
        #expect(explained == text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.count)
        // Of this process's loops there are none here, no PostgreSQL either, no walk is under way, and no request has been answered before.
        let absent = [
            MetricNames.loopLag, MetricNames.requestDuration, MetricNames.poolInUse, MetricNames.poolWaiting,
            MetricNames.pagesLeft,
        ].map(\.name)
        for metric in MetricNames.all where !absent.contains(metric.name) {
            #expect(text.contains("\n\(metric.name)") || text.hasPrefix("# HELP \(metric.name)"), "\(metric.name)")
        }
    }

    @Test func theStateOfTheMirrorIsShown() async throws {
        let activities = try Examples.activities()
        let app = try await TestApp(activities, isConnected: true)
        let lines = await lines(app)
        let now = app.clock.now().seconds
        #expect(lines.contains("paceline_activities \(activities.count)"))
        #expect(lines.contains("paceline_history_complete 1"))
        #expect(lines.contains("paceline_sync_last_success_timestamp_seconds \(now - 60)"))
        #expect(lines.contains("paceline_token_expiry_timestamp_seconds \(now + 21_600)"))
        #expect(lines.contains(#"paceline_sync_state{state="idle"} 1"#))
        #expect(lines.contains(#"paceline_sync_state{state="failing"} 0"#))
        #expect(lines.contains(#"paceline_strava_budget_used{window="day"} 0"#))
        #expect(lines.contains(#"paceline_strava_budget_limit{window="quarter"} 100"#))
        #expect(lines.contains("paceline_database_up 1"))
        #expect(lines.contains(#"paceline_build_info{version="\#(Paceline.version)"} 1"#))
    }

    @Test func theProgressOfAWalkIsShown() async throws {
        let app = try await TestApp(Activity.history(450), isConnected: true)
        #expect(await !app.get("/metrics").text.contains("\npaceline_sync_pages_left"))
        // Asked for, and not begun: two full pages, a third one, and the empty one that is the end.
        _ = await app.refresh("?wait=false&full=true")
        #expect(await lines(app).isSuperset(of: ["paceline_sync_pages 0", "paceline_sync_pages_left 4"]))
        try await app.whileRunning { #expect(await app.refresh("?full=true").status == .ok) }
        #expect(await !app.get("/metrics").text.contains("\npaceline_sync_pages_left"))
    }

    @Test func whatIsNotKnownIsNotShown() async throws {
        let text = try await TestApp().get("/metrics").text
        #expect(!text.contains("last_success"))
        #expect(!text.contains("token_expiry"))
    }

    @Test func aDatabaseThatIsAwayIsZero() async throws {
        let app = try await TestApp(pingFailure: StoreFailure(.unavailable, "away"))
        #expect(await lines(app).contains("paceline_database_up 0"))
    }

    @Test func requestsAreCountedByRouteAndStatus() async throws {
        let app = try await TestApp(try Examples.activities())
        for _ in 0..<3 { _ = await app.get("/strava/stats/ytd") }
        _ = await app.get("/strava/stats/ytd?x=1")
        _ = await app.get("/strava/activities?limit=x")
        _ = await app.get("/livez")
        for path in ["/wp-login.php", "/metrics/", "/a/b/c"] { _ = await app.get(path) }
        let lines = await lines(app)
        func count(_ route: String, _ status: Int) -> String {
            "http_request_duration_seconds_count{route=\"\(route)\",status=\"\(status)\"}"
        }
        #expect(lines.contains(count("/strava/stats/ytd", 200) + " 4"))
        #expect(lines.contains(count("/strava/activities", 422) + " 1"))
        #expect(lines.contains(count("/livez", 200) + " 1"))
        // What clients invent must not become a label each.
        #expect(lines.contains(count("other", 404) + " 3"))
        #expect(!lines.contains { $0.contains("wp-login") })
    }

    @Test func whatTheServerRefusesByItselfIsCounted() async throws {
        let app = try await TestApp()
        let request = Request(method: .post, target: "/strava/refresh-data")
        _ = app.responder.refusal(Response(status: .contentTooLarge), of: request)
        #expect(
            await lines(app).contains(
                #"http_request_duration_seconds_count{route="/strava/refresh-data",status="413"} 1"#))
    }

    @Test func routesWithAStarAreOneRoute() {
        var router = Router()
        router.on(.get, "/a") { _ in Response(status: .ok) }
        router.on(.get, "/files/*") { _ in Response(status: .ok) }
        #expect(router.paths == ["/a", "/files/*"])
        #expect(router.position(of: Request(method: .get, target: "/files/x/y?z")) == 1)
        #expect(router.position(of: Request(method: .delete, target: "/a")) == 0)
        #expect(router.position(of: Request(method: .get, target: "/file")) == nil)
    }
}
