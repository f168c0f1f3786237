import Actors
import HTTP
import HTTPTypes
import TestSupport
import Testing

@testable import paceline

/// The texts are the contract's §3.1, typed by hand.
@Suite("The answers to statistics")
struct StatsRendererTests {
    /// 2026-11-23T03:00:00Z.
    private let now = ManualClock().now()
    private let zeros = #"{"count":0,"distance":0.0,"moving_time":0,"elevation_gain":0.0}"#

    private func answer(_ key: AnswerKey, _ snapshot: Snapshot) -> Response {
        StatsRenderer.render(key, snapshot, at: now).answer.response(to: Request(method: .get, target: "/"))
    }

    private func expect(
        _ key: AnswerKey, _ snapshot: Snapshot, _ text: String, status: Int = 200,
        at location: SourceLocation = #_sourceLocation
    ) {
        let response = answer(key, snapshot)
        #expect(response.text == text, sourceLocation: location)
        #expect(response.status.code == status, sourceLocation: location)
        #expect(response.field("content-type") == "application/json", sourceLocation: location)
    }

    private func page(limit: Int = 100, offset: Int = 0, year: Int? = nil, type: String? = nil) -> AnswerKey {
        .activities(ActivityPageQuery(limit: limit, offset: offset, filter: ActivityFilter(year: year, type: type)))
    }

    private let morningRun =
        #"{"id":16843219876,"name":"Morning Run","type":"Run","sport_type":"TrailRun","distance":10012.3,"moving_time":3000,"#
        + #""elapsed_time":3120,"total_elevation_gain":85.0,"start_date":"2026-11-20T07:30:00Z","#
        + #""start_date_local":"2026-11-20T08:30:00","timezone":"Europe/Oslo","average_speed":3.337,"max_speed":5.1,"#
        + #""kudos_count":12,"heart_rate":{"average":148.2,"max":176.0}}"#

    private let nightRide =
        #"{"id":2,"name":"Åse \"&\" <b>","type":"Ride","sport_type":"GravelRide","distance":40000.2,"moving_time":5400,"#
        + #""elapsed_time":5500,"total_elevation_gain":400.1,"start_date":"2026-10-31T23:30:00Z","#
        + #""start_date_local":"2026-11-01T00:30:00","timezone":null,"average_speed":null,"max_speed":null,"#
        + #""kudos_count":0,"heart_rate":{"average":null,"max":null}}"#

    @Test func theYearToDateFollowsTheAthletesClock() throws {
        expect(
            .yearToDate, try Examples.snapshot(Examples.activities()),
            #"{"type":"ytd","data":{"run":{"count":2,"distance":15012.4,"moving_time":4500,"elevation_gain":85.0},"#
                + #""ride":{"count":1,"distance":40000.2,"moving_time":5400,"elevation_gain":400.1}},"#
                + #""fetched_at":"2026-11-23T02:59:00+00:00"}"#)
    }

    @Test func theRecentOnesAreInTheOriginalsShortShape() throws {
        expect(
            .recentActivities, try Examples.snapshot(Examples.activities()),
            #"{"type":"recent_activities","data":[{"id":16843219876,"name":"Morning Run","type":"Run","distance":10012.3,"#
                + #""moving_time":3000,"elevation_gain":85.0,"start_date":"2026-11-20T07:30:00Z"},"#
                + #"{"id":2,"name":"Åse \"&\" <b>","type":"Ride","distance":40000.2,"moving_time":5400,"elevation_gain":400.1,"#
                + #""start_date":"2026-10-31T23:30:00Z"},"#
                + #"{"id":3,"name":"","type":"VirtualRun","distance":5000.1,"moving_time":1500,"elevation_gain":0.0,"#
                + #""start_date":"2025-12-31T23:30:00Z"},"#
                + #"{"id":4,"name":"Lake","type":"Swim","distance":1500.0,"moving_time":1800,"elevation_gain":0.0,"#
                + #""start_date":"2025-06-01T08:00:00Z"}],"fetched_at":"2026-11-23T02:59:00+00:00"}"#)
    }

    @Test func ofManyTheNewestThirtyAreRecent() throws {
        let parsed = try JSONValue.parse(answer(.recentActivities, Examples.snapshot(Activity.history(31))).body)
        #expect(parsed["data"].elements.map { $0["id"] } == (2...31).reversed().map { JSONValue.number(Double($0)) })
    }

    @Test func theTwelveMonthsComeNewestFirstWithZerosBetween() throws {
        let totals = [
            "2026-11": #"{"count":2,"distance":50012.5,"moving_time":8400,"elevation_gain":485.1}"#,
            "2026-01": #"{"count":1,"distance":5000.1,"moving_time":1500,"elevation_gain":0.0}"#,
        ]
        let months = [
            "2026-11", "2026-10", "2026-09", "2026-08", "2026-07", "2026-06", "2026-05", "2026-04", "2026-03",
            "2026-02", "2026-01", "2025-12",
        ]
        let data = months.map { "\"\($0)\":\(totals[$0] ?? zeros)" }.joined(separator: ",")
        expect(
            .monthly, try Examples.snapshot(Examples.activities()),
            #"{"type":"monthly","data":{\#(data)},"fetched_at":"2026-11-23T02:59:00+00:00"}"#)
    }

    @Test func theTotalsAreByTypeInAlphabeticalOrder() throws {
        expect(
            .totals, try Examples.snapshot(Examples.activities()),
            #"{"type":"all_time_totals","data":{"Ride":{"count":1,"distance":40000.2,"moving_time":5400,"elevation_gain":400.1},"#
                + #""Run":{"count":1,"distance":10012.3,"moving_time":3000,"elevation_gain":85.0},"#
                + #""Swim":{"count":1,"distance":1500.0,"moving_time":1800,"elevation_gain":0.0},"#
                + #""VirtualRun":{"count":1,"distance":5000.1,"moving_time":1500,"elevation_gain":0.0}},"#
                + #""fetched_at":"2026-11-23T02:59:00+00:00"}"#)
    }

    @Test func theYearsComeNewestFirstByLocalDate() throws {
        expect(
            .yearly, try Examples.snapshot(Examples.activities()),
            #"{"type":"yearly_stats","data":{"2026":{"Ride":{"count":1,"distance":40000.2,"moving_time":5400,"elevation_gain":400.1},"#
                + #""Run":{"count":1,"distance":10012.3,"moving_time":3000,"elevation_gain":85.0},"#
                + #""VirtualRun":{"count":1,"distance":5000.1,"moving_time":1500,"elevation_gain":0.0}},"#
                + #""2025":{"Swim":{"count":1,"distance":1500.0,"moving_time":1800,"elevation_gain":0.0}}},"#
                + #""fetched_at":"2026-11-23T02:59:00+00:00"}"#)
    }

    @Test func aSumOfTenthsHasOneDecimal() throws {
        let three = (1...3).map {
            Activity.sample($0, at: 1_795_305_600 - $0, distance: 0.1, movingTime: 1, climb: 0.1)
        }
        expect(
            .totals, Examples.snapshot(three),
            #"{"type":"all_time_totals","data":{"Run":{"count":3,"distance":0.3,"moving_time":3,"elevation_gain":0.3}},"#
                + #""fetched_at":"2026-11-23T02:59:00+00:00"}"#)
    }

    @Test func aRecordIsOneActivityAndAMissingOneSaysItsYear() throws {
        let snapshot = try Examples.snapshot(Examples.activities())
        expect(.longest(.run, year: nil), snapshot, morningRun)
        expect(.longest(.ride, year: 2026), snapshot, nightRide)
        expect(
            .longest(.run, year: 2019), snapshot,
            #"{"detail":"No runs found for year 2019. Try /strava/refresh-data"}"#, status: 404)
        expect(
            .longest(.ride, year: 2025), snapshot,
            #"{"detail":"No rides found for year 2025. Try /strava/refresh-data"}"#, status: 404)
        // A virtual run is no record, although it counts for the year to date.
        expect(
            .longest(.run, year: 2025), snapshot,
            #"{"detail":"No runs found for year 2025. Try /strava/refresh-data"}"#, status: 404)
    }

    @Test func aPageTellsHowManyThereAreUnderTheFilters() throws {
        let snapshot = try Examples.snapshot(Examples.activities())
        expect(page(limit: 1), snapshot, #"{"total":4,"limit":1,"offset":0,"data":[\#(morningRun)]}"#)
        expect(page(limit: 1, offset: 1), snapshot, #"{"total":4,"limit":1,"offset":1,"data":[\#(nightRide)]}"#)
        expect(page(type: "Run"), snapshot, #"{"total":1,"limit":100,"offset":0,"data":[\#(morningRun)]}"#)
        expect(page(year: 2026, type: "Ride"), snapshot, #"{"total":1,"limit":100,"offset":0,"data":[\#(nightRide)]}"#)
        // The filter is the legacy type, exactly as it is written.
        for (year, type) in [(2025, "Ride"), (nil, "TrailRun"), (nil, "run"), (nil, "Quidditch")] as [(Int?, String)] {
            expect(page(year: year, type: type), snapshot, #"{"total":0,"limit":100,"offset":0,"data":[]}"#)
        }
    }

    @Test(arguments: [4, 5, Int.max])
    func beyondTheEndThereIsAnEmptyPage(offset: Int) throws {
        expect(
            page(limit: 1000, offset: offset), try Examples.snapshot(Examples.activities()),
            #"{"total":4,"limit":1000,"offset":\#(offset),"data":[]}"#)
    }

    @Test func nothingStoredIs404InTheOriginalsWords() {
        let texts: [(AnswerKey, String)] = [
            (.yearToDate, "YTD stats not cached yet. Try /strava/refresh-data"),
            (.recentActivities, "Activities not cached yet. Try /strava/refresh-data"),
            (page(), "Activities not cached yet. Try /strava/refresh-data"),
            (.monthly, "Monthly stats not cached yet. Try /strava/refresh-data"),
            (.totals, "Totals not cached yet. Try /strava/refresh-data"),
            (.yearly, "Yearly stats not cached yet. Try /strava/refresh-data"),
            (.longest(.run, year: 2019), "No runs found for year 2019. Try /strava/refresh-data"),
            (.longest(.ride, year: nil), "No rides found for year 2026. Try /strava/refresh-data"),
        ]
        for (key, text) in texts { expect(key, Snapshot(), #"{"detail":"\#(text)"}"#, status: 404) }
    }

    @Test func anAthleteWithoutActivitiesHasZerosAndNot404() throws {
        let nobody = Examples.snapshot([])
        let end = #""fetched_at":"2026-11-23T02:59:00+00:00"}"#
        expect(.yearToDate, nobody, #"{"type":"ytd","data":{"run":\#(zeros),"ride":\#(zeros)},\#(end)"#)
        expect(.recentActivities, nobody, #"{"type":"recent_activities","data":[],\#(end)"#)
        expect(.totals, nobody, #"{"type":"all_time_totals","data":{},\#(end)"#)
        expect(.yearly, nobody, #"{"type":"yearly_stats","data":{},\#(end)"#)
        expect(page(), nobody, #"{"total":0,"limit":100,"offset":0,"data":[]}"#)
        #expect(try JSONValue.parse(answer(.monthly, nobody).body)["data"].members.count == 12)
    }

    @Test func aFirstPageIsAnsweredBeforeTheHistoryIsComplete() throws {
        let some = try Examples.snapshot(Examples.activities(), isComplete: false)
        #expect(answer(.yearToDate, some).status == .ok)
    }

    @Test func theKeysOwnLengthCountsAgainstTheCache() throws {
        let snapshot = try Examples.snapshot(Examples.activities())
        let short = StatsRenderer.render(page(type: "x"), snapshot, at: now).cost
        let long = StatsRenderer.render(page(type: String(repeating: "x", count: 5001)), snapshot, at: now).cost
        #expect(long == short + 5000)
    }
}

@Suite("The athlete's New Year")
struct NewYearTests {
    private func text(_ cache: StatsCache<AnswerKey, Representation>, _ key: AnswerKey) async -> String {
        await cache.answer(key).response(to: Request(method: .get, target: "/")).text
    }

    @Test func theYearBeginsWhenItBeginsForTheAthleteAndNotInUTC() async throws {
        // An hour ahead of UTC, the year ends at 23:00:00Z.
        let clock = ManualClock(try #require(ISO8601.instant("2026-12-31T22:59:59Z")))
        let cache = StatsCache<AnswerKey, Representation>(clock: clock, render: StatsRenderer.render)
        await cache.publish(try Examples.snapshot(Examples.activities()))
        #expect(try JSONValue.parse(Array(await text(cache, .yearToDate).utf8))["data"]["run"]["count"] == .number(2))
        #expect(await text(cache, .longest(.run, year: nil)).contains("Morning Run"))
        #expect(await text(cache, .monthly).hasPrefix(#"{"type":"monthly","data":{"2026-12":"#))

        clock.advance(by: .seconds(1))
        #expect(try JSONValue.parse(Array(await text(cache, .yearToDate).utf8))["data"]["run"]["count"] == .number(0))
        #expect(
            await text(cache, .longest(.run, year: nil))
                == #"{"detail":"No runs found for year 2027. Try /strava/refresh-data"}"#)
        #expect(await text(cache, .monthly).hasPrefix(#"{"type":"monthly","data":{"2027-01":"#))
        // What names its year stays.
        #expect(await text(cache, .longest(.run, year: 2026)).contains("Morning Run"))
    }
}
