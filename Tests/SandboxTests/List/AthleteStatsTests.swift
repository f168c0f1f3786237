import HTTP
import HTTPTypes
import TestSupport
import Testing

@testable import Sandbox

@Suite struct AthleteStatsTests {
    private func activity(
        _ id: Int64, daysAgo: Int64, type: String = "Run", visibility: SandboxActivity.Visibility = .everyone
    ) -> SandboxActivity {
        let start = HandClock.start / 1000 - daysAgo * 86_400
        return SandboxActivity(
            id: id, athleteID: 7, start: start, startLocal: start, sportType: type, type: type, distance: 1000.5,
            movingTime: 300, visibility: visibility)
    }

    private func stats(_ activities: [SandboxActivity]) async throws -> (AnyJSON, String) {
        let lab = Lab([SandboxAthlete(id: 7, firstName: "A", lastName: "B", activities: activities)])
        let token = try await lab.signIn().access_token
        let reply = await lab.get("/api/v3/athletes/7/stats", token: token)
        return (try reply.decoded(AnyJSON.self), reply.text)
    }

    @Test func onlyWhatEveryoneMaySeeIsCounted() async throws {
        let (stats, _) = try await stats([
            activity(1, daysAgo: 1), activity(2, daysAgo: 1, visibility: .followersOnly),
            activity(3, daysAgo: 1, visibility: .onlyMe),
        ])
        #expect(stats["all_run_totals"]?["count"] == .number(1))
    }

    @Test func recentIsFourWeeksAndTheYearIsTheYear() async throws {
        let (stats, text) = try await stats([
            activity(1, daysAgo: 1), activity(2, daysAgo: 27), activity(3, daysAgo: 29), activity(4, daysAgo: 400),
            activity(5, daysAgo: 2, type: "VirtualRide"), activity(6, daysAgo: 2, type: "Hike"),
        ])
        #expect(stats["recent_run_totals"]?["count"] == .number(2))
        #expect(stats["recent_run_totals"]?["distance"] == .number(2001))
        #expect(stats["recent_run_totals"]?["achievement_count"] == .number(0))
        #expect(stats["ytd_run_totals"]?["count"] == .number(3))
        #expect(stats["ytd_run_totals"]?["achievement_count"] == nil)
        #expect(stats["all_run_totals"]?["count"] == .number(4))
        #expect(stats["all_ride_totals"]?["count"] == .number(1))
        #expect(stats["all_swim_totals"]?["count"] == .number(0))
        #expect(stats["biggest_ride_distance"] == .number(1000.5))
        #expect(text.contains(#""distance":4002,"moving_time":1200"#))
    }

    @Test func somebodyElsesTotalsAreRefused() async throws {
        let lab = Lab()
        let token = try await lab.signIn().access_token
        #expect(await lab.get("/athletes/8/stats", token: token).status.code == 401)
    }
}
