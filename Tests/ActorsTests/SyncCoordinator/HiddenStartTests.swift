import TestSupport
import Testing

@testable import Actors

private let hour = Int64(3600)

/// Lists in which dates and places do not agree, because the time of some starts is hidden or for no reason at all.
@Suite("SyncPlan, a list out of order")
struct HiddenStartTests {
    /// Three a day, so that a page ends within a day.
    private static func threeADay(_ count: Int) -> [Activity] {
        (0..<count).map { .sample(Int64(count - $0), at: 1_795_305_600 - Int64($0) * 8 * hour) }
    }

    @Test(arguments: [true, false], [195, 196, 197, 198, 199, 200, 201])
    func nothingIsPassedOverBelowAPageThatEndsWithAHiddenStart(_ byLocalDay: Bool, _ hidden: Int) throws {
        var list = StravaList(Self.threeADay(700))
        list.hidesByLocalDay = byLocalDay
        list.hidingStarts = [list.activities[hidden].id]
        var walker = Walker(list)
        try walker.sync()
        #expect(walker.isTrue)
        #expect(walker.queries.count == 5)
        // Nothing looks as if it were gone, neither to a look at the newest nor to a re-reading.
        try walker.sync()
        try walker.sync(.full)
        #expect(walker.batches.suffix(6).allSatisfy(\.upserts.isEmpty) == true)
        #expect(walker.lookups == [])
    }

    @Test(arguments: [true, false])
    func anAthleteWhoHidesAllStartsLosesNothingAndDeletionsArrive(_ byLocalDay: Bool) throws {
        var list = StravaList(Self.threeADay(1500))
        list.hidesByLocalDay = byLocalDay
        list.hidingStarts = Set(list.activities.map(\.id))
        var walker = Walker(list)
        try walker.sync()
        #expect(walker.isTrue)
        // Each page repeats what began within two days, and a little more.
        #expect(walker.queries.count <= 1500 / 190 + 3)
        for place in 0..<20 { walker.list.remove(Int64(1499 - place * 77)) }
        try walker.sync(.full)
        #expect(walker.isTrue)
        #expect(walker.lookups.count == 20)
    }

    @Test func aPageWhoseDatesNothingExplainsIsGonePastByCounting() throws {
        var list = StravaList(Self.threeADay(900))
        // The first is told to be years old, and so are the last of the second page and one in the middle.
        for place in [0, 399, 500] {
            list.misdated[list.activities[place].id] = UTCInstant(seconds: 1_300_000_000 + Int64(place))
        }
        var walker = Walker(list)
        try walker.sync()
        #expect(walker.isTrue)
        // Below the second page nothing is left, by the date of its last; that is doubted, and costs two requests.
        #expect(walker.queries.count == 8)
        walker.list.remove(450)
        try walker.sync(.full)
        #expect(walker.mirror.count == 900)
        #expect(walker.lookups == [])
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func datesWithoutAnyOrderAreReadToTheEnd(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var list = StravaList(Self.threeADay(Int.random(in: 1...900, using: &random)))
        for activity in list.activities where Bool.random(using: &random) {
            list.misdated[activity.id] = UTCInstant(seconds: Int64.random(in: 0...4_000_000_000, using: &random))
        }
        var walker = Walker(list)
        try walker.sync()
        #expect(walker.isTrue, "seed \(seed)")
        #expect(walker.queries.count <= list.activities.count / 100 + 4, "seed \(seed)")
    }

    @Test func hundredsOfHiddenStartsWithinADayDoNotTurnTheWalkInCircles() throws {
        var list = StravaList((1...1000).map { .sample($0, at: 1_795_305_600 + $0 * 60) })
        list.hidingStarts = Set(1...1000)
        var walker = Walker(list)
        try walker.sync()
        #expect(walker.isTrue)
        #expect(walker.queries.count <= 8)
        try walker.sync(.full)
        #expect(walker.batches.allSatisfy(\.deletions.isEmpty) == true)
    }

    @Test func anEmptyPageBelowAHiddenStartIsAskedAboutAgain() throws {
        var list = StravaList(Self.threeADay(700))
        list.hidingStarts = [list.activities[199].id]
        var walker = Walker(list)
        walker.plan.request(.newest, .scheduled)
        #expect(try walker.step())
        walker.list = StravaList()
        #expect(try walker.step())
        #expect(walker.plan.state.cursor?.page == BackfillCursor.raised)
        walker.list = list
        while try walker.step() {}
        #expect(walker.isTrue)
    }

    // MARK: Where a page ends

    private func page(_ starts: Int64...) -> ActivityPage {
        ActivityPage(activities: starts.enumerated().map { .sample(Int64($0.offset + 1), at: $0.element) })
    }

    @Test func aPageInOrderEndsASecondAboveItsOldest() {
        #expect(page(900, 800, 800, 700).seam == PageSeam(bound: UTCInstant(seconds: 701), isExact: true))
        #expect(page(500).seam?.isExact == true)
    }

    @Test func aPageThatEndsAtAMidnightOrIsOutOfOrderByADayHandsOnWhatMayBelongBelow() {
        let noon = 100 * 86_400 + 12 * hour
        let midnight = 100 * 86_400 + Int64(1)
        let reach = UTCInstant(seconds: midnight + 1) + PageSeam.reach
        // Of UTC, and of an athlete who is an hour ahead.
        #expect(page(noon, midnight).seam == PageSeam(bound: reach, isExact: false))
        #expect(page(noon, midnight - hour).seam?.isExact == false)
        #expect(page(midnight, noon).seam == PageSeam(bound: reach, isExact: false))
        // In the middle of a page it does no harm.
        #expect(page(noon, midnight, 99 * 86_400).seam?.isExact == true)
    }

    @Test func aPageWithoutDatesOrOutOfAllOrderHasNoEnd() {
        #expect(ActivityPage(activities: []).seam == nil)
        #expect(page(0, 2 * 86_400).seam?.isExact == false)
        #expect(page(0, 2 * 86_400 + 1).seam == nil)
        #expect(page(3 * 86_400, 0, 86_400, 2 * 86_400 + 1).seam == nil)
    }
}
