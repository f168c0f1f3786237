import Actors
import TestSupport
import Testing

private func local(_ text: String) -> LocalDateTime { ISO8601.localDateTime(text) ?? LocalDateTime(seconds: 0) }

private func activity(
    _ id: Int64, _ localStart: String, type: String = "Run", distance: Double = 1000, offset: Int64 = 0
) -> Activity {
    .sample(id, at: local(localStart).seconds - offset, type: type, distance: distance, offset: offset)
}

@Suite("Statistics")
struct StatisticsTests {
    @Test func runsAndRidesOfTheYearTakeInTheirVirtualKinds() {
        let types = ["Run", "VirtualRun", "Ride", "VirtualRide", "EBikeRide", "Walk", "Swim"]
        var all = types.enumerated().map { activity(Int64($0.offset), "2026-03-01T10:00:00", type: $0.element) }
        var trail = activity(100, "2026-03-02T10:00:00")
        trail.sportType = "TrailRun"
        all.append(trail)
        let statistics = Statistics(of: all, at: local("2026-11-23T04:00:00"))
        #expect(statistics.runYearToDate.count == 3)
        #expect(statistics.rideYearToDate.count == 2)
        #expect(statistics.totalsByType["Run"]?.count == 2)
        #expect(statistics.totalsByType["TrailRun"] == nil)
    }

    @Test func newYearsEveBelongsToTheYearOfTheAthletesWallClock() {
        // 00:30 on 1 January in Oslo is still 31 December in UTC; 20:00 on 31 December in New York is already 1 January in UTC.
        let oslo = activity(1, "2026-01-01T00:30:00", offset: 3600)
        let newYork = activity(2, "2025-12-31T20:00:00", offset: -18_000)
        #expect(oslo.startDate < UTCInstant(seconds: local("2026-01-01T00:00:00").seconds))
        #expect(newYork.startDate > UTCInstant(seconds: local("2026-01-01T00:00:00").seconds))
        let statistics = Statistics(of: [oslo, newYork], at: local("2026-01-02T00:00:00"))
        #expect(statistics.runYearToDate.count == 1)
        #expect(statistics.totalsByYear[2026]?["Run"]?.count == 1)
        #expect(statistics.totalsByYear[2025]?["Run"]?.count == 1)
        #expect(statistics.months[0].totals.count == 1)
        #expect(statistics.months[1].totals.count == 1)
    }

    @Test func twelveMonthsAreThereAcrossAYearBoundaryEvenWithoutActivities() {
        let old = activity(1, "2025-02-28T23:59:59")
        let eldest = activity(2, "2025-03-01T00:00:00")
        let future = activity(3, "2026-03-01T00:00:00")
        let statistics = Statistics(of: [old, eldest, future], at: local("2026-02-10T12:00:00"))
        #expect(
            statistics.months.map(\.month.description) == [
                "2026-02", "2026-01", "2025-12", "2025-11", "2025-10", "2025-09", "2025-08", "2025-07", "2025-06",
                "2025-05", "2025-04", "2025-03",
            ])
        #expect(statistics.months.map(\.totals.count) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    }

    @Test func nothingStoredGivesZerosAndNeverNothing() {
        let statistics = Statistics(of: [], at: local("2026-02-10T12:00:00"))
        #expect(statistics.runYearToDate == Totals())
        #expect(statistics.months.count == 12)
        #expect(statistics.totalsByType.isEmpty)
    }

    @Test func sumsOfTenthsAreRoundedToTenths() {
        var totals = Totals()
        for id in 0..<3 { totals.add(activity(Int64(id), "2026-03-01T10:00:00", distance: 0.1)) }
        #expect(totals.distance != 0.3)
        #expect(totals.distance.roundedToTenth == 0.3)
        #expect((-0.04).roundedToTenth == 0)
        #expect(1234.56.roundedToTenth == 1234.6)
    }

    @Test func theLongestOfEqualsIsTheOlderAndThenTheSmallerId() {
        let all = [
            activity(3, "2026-03-03T10:00:00", distance: 9000), activity(2, "2026-03-02T10:00:00", distance: 9000),
            activity(1, "2026-03-02T10:00:00", distance: 9000), activity(4, "2026-03-01T10:00:00", distance: 8999),
            activity(5, "2026-03-01T10:00:00", type: "Ride", distance: 50_000),
            activity(6, "2025-03-01T10:00:00", distance: 10_000),
        ]
        #expect(all.longest(ActivityFilter(year: 2026, type: "Run"))?.id == 1)
        #expect(all.reversed().longest(ActivityFilter(year: 2026, type: "Run"))?.id == 1)
        #expect(all.longest(ActivityFilter(type: "Run"))?.id == 6)
        #expect(all.longest(ActivityFilter(year: 2019)) == nil)
        #expect(all.longest(ActivityFilter(type: "run")) == nil)
    }

    @Test func nowIsTheWallClockAtTheOffsetOfTheNewestActivity() {
        let instant = UTCInstant(seconds: local("2025-12-31T23:30:00").seconds)
        let newest = activity(2, "2025-12-31T09:00:00", offset: 3600)
        let older = activity(1, "2025-12-30T09:00:00", offset: -36_000)
        let snapshot = Snapshot(activities: [newest, older])
        #expect(snapshot.localTime(at: instant) == local("2026-01-01T00:30:00"))
        #expect(Statistics(of: snapshot.activities, at: snapshot.localTime(at: instant)).year == 2026)
        #expect(snapshot.endOfLocalMonth(at: instant) == UTCInstant(seconds: local("2026-01-31T23:00:00").seconds))
        #expect(Snapshot().localTime(at: instant) == local("2025-12-31T23:30:00"))
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func theFoldAgreesWithANaiveRecomputation(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let now = local("2026-02-15T12:00:00")
        let types = ["Run", "VirtualRun", "Ride", "VirtualRide", "Walk", "Kitesurf"]
        let all = (0..<400).map { id in
            Activity.sample(
                Int64(id), at: now.seconds - Int64.random(in: -2_000_000...90_000_000, using: &random),
                type: types.randomElement(using: &random) ?? "Run",
                distance: Double(Int.random(in: 0...100_000, using: &random)),
                movingTime: Int.random(in: 0...9000, using: &random),
                offset: Int64.random(in: -12...14, using: &random) * 3600)
        }
        let statistics = Statistics(of: all.shuffled(using: &random), at: now)
        func date(_ activity: Activity) -> LocalDate { activity.startDateLocal.date }
        func expect(_ totals: Totals?, _ isCounted: (Activity) -> Bool, _ what: String) {
            let counted = all.filter(isCounted)
            #expect(totals?.count ?? 0 == counted.count, "\(what), seed \(seed)")
            #expect(totals?.distance ?? 0 == counted.map(\.distance).reduce(0, +), "\(what), seed \(seed)")
            #expect(totals?.movingTime ?? 0 == counted.map(\.movingTime).reduce(0, +), "\(what), seed \(seed)")
        }
        expect(
            statistics.runYearToDate, { ["Run", "VirtualRun"].contains($0.type) && date($0).year == 2026 }, "run")
        expect(
            statistics.rideYearToDate, { ["Ride", "VirtualRide"].contains($0.type) && date($0).year == 2026 }, "ride")
        for month in statistics.months {
            expect(month.totals, { "\(date($0))".hasPrefix("\(month.month)-") }, "\(month.month)")
        }
        for type in types {
            expect(statistics.totalsByType[type], { $0.type == type }, type)
            for year in 2022...2026 {
                expect(
                    statistics.totalsByYear[year]?[type], { $0.type == type && date($0).year == year },
                    "\(type) in \(year)")
            }
        }
    }
}
