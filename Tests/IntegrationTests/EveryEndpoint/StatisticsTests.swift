import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// `{"type":…,"data":…,"fetched_at":…}`.
struct Envelope<Content: Decodable>: Decodable {
    var type: String
    var data: Content
    var fetched_at: String
}

/// Every figure, against the same figure computed here from what the sandbox sent.
@Suite(.sharedMirror, .timeLimit(.minutes(15))) struct StatisticsTests {
    private func envelope<Content: Decodable>(
        _ target: String, _ type: String, _ content: Content.Type
    ) async throws -> Content {
        let answer = try await Mirror.shared().server.get(target)
        #expect(answer.status == 200)
        #expect(answer["content-type"] == "application/json")
        let envelope = try answer.decoded(Envelope<Content>.self)
        #expect(envelope.type == type)
        #expect(envelope.fetched_at.contains(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/))
        return envelope.data
    }

    @Test func theYearToDateIsTheSumOfThisYearsRunsAndRides() async throws {
        let data = try await envelope("/strava/stats/ytd", "ytd", [String: Truth.Totals].self)
        let truth = try Mirror.shared().truth()
        #expect(data == truth.yearToDate)
        #expect(truth.yearToDate.values.allSatisfy { $0.count > 0 })
    }

    @Test func theRecentActivitiesAreTheNewestThirty() async throws {
        struct Recent: Decodable, Hashable {
            var id: Int64
            var name: String
            var type: String
            var distance: Double
            var moving_time: Int
            var elevation_gain: Double
            var start_date: String
        }
        let data = try await envelope("/strava/stats/activities", "recent_activities", [Recent].self)
        let expected = try Mirror.shared().truth().activities.prefix(30).map {
            Recent(
                id: $0.id, name: $0.name, type: $0.type, distance: $0.distance, moving_time: $0.moving_time,
                elevation_gain: $0.total_elevation_gain, start_date: $0.start_date)
        }
        #expect(data == expected)
        #expect(data.count == 30)
    }

    @Test func theMonthsAreTheLastTwelveNewestFirst() async throws {
        let data = try await envelope("/strava/stats/monthly", "monthly", [String: Truth.Totals].self)
        let truth = try Mirror.shared().truth()
        #expect(data == truth.monthly)
        let text = try await Mirror.shared().server.get("/strava/stats/monthly").text
        #expect(text.matches(of: /"(\d{4}-\d\d)":/).map { String($0.1) } == truth.monthNames)
    }

    @Test func theTotalsAreSummedByType() async throws {
        let data = try await envelope("/strava/stats/totals", "all_time_totals", [String: Truth.Totals].self)
        #expect(data == (try Mirror.shared().truth().totals))
        #expect(data.values.reduce(0) { $0 + $1.count } == 3000)
    }

    @Test func theYearsAreSummedByTypeNewestFirst() async throws {
        let data = try await envelope("/strava/stats/yearly", "yearly_stats", [String: [String: Truth.Totals]].self)
        let truth = try Mirror.shared().truth()
        #expect(data == truth.yearly)
        #expect(truth.years.count > 5)
        let text = try await Mirror.shared().server.get("/strava/stats/yearly").text
        #expect(text.matches(of: /"(\d{4})":/).map { String($0.1) } == truth.years)
        for year in text.split(separator: /"\d{4}":/).dropFirst() {
            let types = year.matches(of: /"([^"]*)":\{"count"/).map { String($0.1) }
            #expect(types == types.sorted())
        }
    }

    @Test(arguments: [("run", "Run"), ("ride", "Ride")])
    func theLongestIsTheGreatestDistanceOfTheYear(name: String, type: String) async throws {
        let mirror = try Mirror.shared()
        let truth = try mirror.truth()
        for year in truth.years {
            let answer = try await mirror.server.get("/strava/stats/longest-\(name)?year=\(year)")
            guard let expected = truth.longest(type, year: year) else {
                #expect(answer.detail == "No \(name)s found for year \(year). Try /strava/refresh-data")
                continue
            }
            #expect(try answer.decoded(ServedActivity.self) == expected)
        }
        let current = try await mirror.server.get("/strava/stats/longest-\(name)").decoded(ServedActivity.self)
        #expect(current == truth.longest(type, year: truth.year))
        let none = try await mirror.server.get("/strava/stats/longest-\(name)?year=1999")
        #expect(none.status == 404)
        #expect(none.detail == "No \(name)s found for year 1999. Try /strava/refresh-data")
    }

    @Test func aTurnOfTheYearCountsWhereTheAthleteWas() async throws {
        let mirror = try Mirror.shared()
        let truth = try mirror.truth()
        func differs(_ activity: ServedActivity) -> Bool {
            activity.start_date.prefix(4) != activity.start_date_local.prefix(4)
        }
        let early = truth.activities.filter { differs($0) && $0.start_date_local > $0.start_date }
        let late = truth.activities.filter { differs($0) && $0.start_date_local < $0.start_date }
        try #require(!early.isEmpty && !late.isEmpty, "the athlete must have both to prove anything")
        for activity in [early[0], late[0]] {
            let local = activity.start_date_local.prefix(4)
            let utc = activity.start_date.prefix(4)
            let here = try await mirror.server.allActivities("&year=\(local)")
            let there = try await mirror.server.allActivities("&year=\(utc)")
            #expect(here.contains(activity))
            #expect(!there.contains { $0.id == activity.id })
        }
    }

    @Test func metresHaveAFractionAndSecondsAndCountsHaveNone() async throws {
        let server = try Mirror.shared().server
        let metres = /"(?:distance|elevation_gain|total_elevation_gain|average_speed|max_speed)":([^,}]+)/
        let whole = /"(?:count|moving_time|elapsed_time|kudos_count|total|limit|offset|id)":([^,}]+)/
        for path in [
            "stats/ytd", "stats/activities", "stats/monthly", "stats/totals", "stats/yearly", "activities?limit=1000",
        ] {
            let text = try await server.get("/strava/\(path)").text
            let fractions = text.matches(of: metres).map(\.1)
            #expect(!fractions.isEmpty)
            #expect(fractions.filter { !$0.contains(/^-?\d+\.\d+$/) && $0 != "null" } == [])
            let integers = text.matches(of: whole).map(\.1)
            #expect(!integers.isEmpty)
            #expect(integers.filter { !$0.contains(/^\d+$/) } == [])
        }
        for path in ["stats/ytd", "stats/monthly", "stats/totals", "stats/yearly"] {
            let text = try await server.get("/strava/\(path)").text
            #expect(text.matches(of: metres).map(\.1).filter { !$0.contains(/^\d+\.\d$/) } == [], "sums are to 0.1 m")
        }
    }
}

/// Histories that the standard athlete does not have.
@Suite(.serialized, .timeLimit(.minutes(15))) struct UnusualHistoryTests {
    /// Runs of ten kilometres in Oslo, so many days ago.
    private func athlete(daysAgo: [Int64]) -> SandboxAthlete {
        let now = StageClock().now / 1000
        let runs = daysAgo.enumerated().map { index, days in
            let start = now - days * 86_400 - 60
            return SandboxActivity(
                id: 1000 - Int64(index), athleteID: SandboxAthlete.standardID, start: start, startLocal: start + 3600)
        }
        return SandboxAthlete(
            id: SandboxAthlete.standardID, firstName: "Few", lastName: "Runs", activities: runs)
    }

    private func months(_ server: Paceline) async throws -> [String: Truth.Totals] {
        try await server.get("/strava/stats/monthly").decoded(Envelope<[String: Truth.Totals]>.self).data
    }

    @Test func aMonthWithoutActivitiesHasZeros() async throws {
        try await withStage([athlete(daysAgo: [0, 100, 101, 250, 500])]) { stage in
            let server = try await stage.serveMirror()
            let months = try await months(server)
            #expect(months == (try Truth(await stage.sandbox.activities()).monthly))
            #expect(months.count == 12)
            #expect(months.values.count { $0 == Truth.Totals() } >= 8)
        }
    }

    @Test func aYearWithoutActivitiesHasTwelveZeros() async throws {
        try await withStage([athlete(daysAgo: [800, 900])]) { stage in
            let server = try await stage.serveMirror()
            let truth = try Truth(await stage.sandbox.activities())
            let months = try await months(server)
            #expect(Set(months.keys) == Set(truth.monthNames))
            #expect(months.values.allSatisfy { $0 == Truth.Totals() })
            let year = try await server.get("/strava/stats/ytd").decoded(Envelope<[String: Truth.Totals]>.self).data
            #expect(year == ["run": Truth.Totals(), "ride": Truth.Totals()])
        }
    }

    @Test func anAthleteWithoutActivitiesHasZerosAndNoRecord() async throws {
        try await withStage([athlete(daysAgo: [])]) { stage in
            let server = try await stage.serveMirror()
            #expect(try await months(server).count == 12)
            let totals = try await server.get("/strava/stats/totals").decoded(Envelope<[String: Truth.Totals]>.self)
            #expect(totals.data == [:])
            #expect(try await server.get("/strava/activities").decoded(ServedPage.self).total == 0)
            #expect(try await server.get("/strava/stats/longest-run").status == 404)
            #expect(try await server.get("/readyz").status == 200)
        }
    }

    @Test func everyOddityOfStravasIsServedAsItIs() async throws {
        try await withStage([.oddities(endingAt: StageClock().now)]) { stage in
            let server = try await stage.serveMirror()
            let truth = try Truth(await stage.sandbox.activities())
            let served = try await server.allActivities()
            #expect(served.count == truth.activities.count)
            for (mine, theirs) in zip(served, truth.activities) { #expect(mine == theirs) }
        }
    }

    @Test func ofTwoEquallyLongRunsTheOlderIsTheRecord() async throws {
        try await withStage([athlete(daysAgo: [0, 0, 0])]) { stage in
            let server = try await stage.serveMirror()
            // All three began in the same second, so the smallest id is the oldest.
            let record = try await server.get("/strava/stats/longest-run").decoded(ServedActivity.self)
            #expect(record.id == 998)
        }
    }
}
