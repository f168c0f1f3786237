import TestSupport
import Testing

@testable import Actors

/// 2026-11-23T03:00:00Z: the beginning of a quarter.
private let start = UTCInstant(seconds: 1_795_402_800)
private let second = Duration.seconds(1)

@Suite("BudgetForecast")
struct BudgetForecastTests {
    private func forecast(
        quarter: (used: Int, limit: Int) = (0, 100), day: (used: Int, limit: Int) = (0, 1000)
    ) -> BudgetForecast {
        BudgetForecast(
            BudgetStatus(
                quarter: .init(used: quarter.used, limit: quarter.limit, resetsAt: start + .seconds(900)),
                day: .init(used: day.used, limit: day.limit, resetsAt: start + .seconds(75_600))))
    }

    @Test func whatTheQuarterHoldsIsDoneAsFastAsItGoes() {
        #expect(forecast().end(of: 0, each: second, from: start) == start)
        #expect(forecast().end(of: 16, each: second, from: start) == start + .seconds(16))
        #expect(forecast().end(of: 90, each: second, from: start) == start + .seconds(90))
        #expect(forecast(quarter: (60, 100)).end(of: 30, each: second, from: start) == start + .seconds(30))
    }

    @Test func whatItDoesNotHoldWaitsForTheNextOnesAndLeavesTheReserve() {
        // 90, then 11 of the next quarter.
        #expect(forecast().end(of: 101, each: second, from: start) == start + .seconds(900 + 5 + 11))
        // A quarter that is spent already.
        #expect(forecast(quarter: (100, 100)).end(of: 1, each: second, from: start) == start + .seconds(906))
        // 90, 90, 90, 30.
        #expect(forecast().end(of: 300, each: second, from: start) == start + .seconds(2700 + 5 + 30))
    }

    @Test func whatTheDayDoesNotHoldWaitsForMidnight() {
        // 950 a day: 50 of them wait until 00:00:05 UTC, in a quarter of its own.
        #expect(forecast().end(of: 1000, each: second, from: start) == start + .seconds(75_600 + 5 + 50))
        #expect(forecast(day: (1000, 1000)).end(of: 10, each: second, from: start) == start + .seconds(75_600 + 5 + 10))
    }

    @Test func requestsThatTakeLongerThanAWindowSpendNoneOfIt() {
        #expect(forecast().end(of: 4, each: .seconds(600), from: start) == start + .seconds(2400))
    }

    @Test func whatNeverEndsOrLiesTooFarAheadIsNotForetold() {
        #expect(forecast(quarter: (0, 10)).end(of: 1, each: second, from: start) == nil)
        #expect(forecast(day: (0, 50)).end(of: 1, each: second, from: start) == nil)
        #expect(forecast().end(of: 40_000, each: second, from: start) == nil)
    }
}

@Suite("PageForecast")
struct PageForecastTests {
    @Test(arguments: [(0, 1), (1, 2), (199, 2), (200, 3), (3000, 17)])
    func aRereadingFromTheTopTakesWhatTheMirrorSays(stored: Int, pages: Int) {
        let forecast = PageForecast(cursor: nil, isComplete: true, memberSince: nil)
        #expect(forecast.pagesLeft(ActivityMirror(Activity.history(stored))) == pages)
    }

    @Test func inTheMiddleItIsWhatLiesBelow() {
        let all = Activity.history(1000)
        let cursor = BackfillCursor(before: all[600].startDate, page: 1)
        let forecast = PageForecast(cursor: cursor, isComplete: true, memberSince: nil)
        // 399 lie below the 601st.
        #expect(forecast.pagesLeft(ActivityMirror(all)) == 4)
    }

    @Test func aFirstWalkGoesOnAtItsPaceToTheDayTheAthleteCame() {
        let all = Activity.history(2000)
        let mirror = ActivityMirror(Array(all.prefix(399)))
        let cursor = BackfillCursor(before: all[398].startDate + .seconds(1), page: 1)
        func pages(_ memberSince: UTCInstant?) -> Int? {
            PageForecast(cursor: cursor, isComplete: false, memberSince: memberSince).pagesLeft(mirror)
        }
        // 1,601 are left; the guess may be a page off.
        #expect(pages(all[1999].startDate).map { abs($0 - 10) <= 1 } == true)
        #expect(pages(nil) == nil)
        #expect(pages(all[300].startDate) == nil)
    }

    @Test func beforeTheFirstPageNothingCanBeSaid() {
        let forecast = PageForecast(cursor: nil, isComplete: false, memberSince: start)
        #expect(forecast.pagesLeft(ActivityMirror()) == nil)
    }
}
