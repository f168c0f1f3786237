import TestSupport
import Testing

@testable import Actors

private let day = Duration.seconds(86_400)

/// What a listing lacks is asked for by its id before it is deleted: by plain calls.
@Suite("SyncPlan, what a listing lacked")
struct SuspectTests {
    private let all = Activity.history(1000)

    @Test(arguments: 1...5)
    func whatMovesUpPastARereadingIsFoundByItsIDAndStays(pages: Int) throws {
        var walker = Walker.synced(all)
        walker.plan.request(.full, .interactive)
        for _ in 0..<pages { #expect(try walker.step()) }
        // From far below the place where the reading stands to above it, and not among the newest.
        let moved = all[998].id
        walker.list.move(moved, to: all[190].startDate + .seconds(60))
        while try walker.step() {}
        #expect(walker.lookups == [moved])
        #expect(walker.queries.count == 7)
        #expect(walker.batches.allSatisfy(\.deletions.isEmpty) == true)
        #expect(walker.isTrue)
        #expect(walker.plan.state.validatedAt == walker.now)
    }

    @Test func whatMovesDownOffTheNewestPageIsFoundByItsIDAndStays() throws {
        var walker = Walker.synced(all)
        // A watch had the wrong year, and somebody has put it right.
        walker.list.move(all[3].id, to: all[700].startDate + .seconds(60))
        try walker.sync(.newest)
        #expect(walker.queries.count == 1)
        #expect(walker.lookups == [all[3].id])
        #expect(walker.isTrue)
    }

    @Test func whatIsNeitherThereNorGoneStaysUntilTheNextRereadingAsksAgain() throws {
        for scope in [SyncScope.newest, .full] {
            var walker = Walker.synced(all)
            walker.list.remove(all[20].id)
            walker.finding = .unclear
            try walker.sync(scope)
            #expect(walker.lookups == [all[20].id])
            #expect(walker.mirror.count == 1000)
            #expect(walker.plan.isDone)
            #expect(walker.plan.heldDeletions == nil)
            walker.finding = nil
            try walker.sync(.full)
            #expect(walker.isTrue)
        }
    }

    @Test func whatIsHeldIsNotAskedForAndNeitherIsWhatAPersonAccepted() throws {
        var walker = Walker.synced(all)
        for activity in all[100..<180] { walker.list.remove(activity.id) }
        try walker.sync(.newest)
        try walker.sync(.full)
        #expect(walker.plan.heldDeletions?.count == 80)
        #expect(walker.mirror.count == 1000)
        try walker.sync(.fullAcceptingDeletions)
        #expect(walker.isTrue)
        #expect(walker.lookups == [])
    }

    @Test(arguments: 0...3)
    func aRestartGoesOnAskingForWhatIsLeft(asked: Int) throws {
        var walker = Walker.synced(all, rereadInterval: day)
        let gone = [all[300].id, all[500].id, all[999].id]
        for id in gone { walker.list.remove(id) }
        walker.list.move(all[400].id, to: all[100].startDate + .seconds(60))
        walker.now = walker.now + day
        // Moved before it begins: met where it stands.
        for _ in 0..<7 {
            #expect(try walker.step())
            walker.now = walker.plan.nextPageAt ?? walker.now
        }
        #expect(walker.plan.state.rereading?.isEnded == true)
        for _ in 0..<asked { #expect(try walker.step()) }
        walker.crash()
        #expect(walker.plan.isDone)
        while try walker.step() {}
        #expect(walker.lookups == gone.sorted())
        #expect(walker.queries.count == 7)
        #expect(walker.isTrue)
        #expect(walker.plan.state.rereading == nil)
    }

    @Test func aLookAtTheNewestThatMeetsTheLastOneEndsTheRereading() throws {
        var walker = Walker.synced(all, rereadInterval: day)
        let flipped = all[50]
        walker.list.remove(flipped.id)
        walker.now = walker.now + day
        for _ in 0..<7 {
            #expect(try walker.step())
            walker.now = walker.plan.nextPageAt ?? walker.now
        }
        #expect(walker.plan.state.rereading?.missing == [flipped.id])
        walker.list.insert(flipped)
        walker.plan.request(.newest, .scheduled)
        let step = walker.next()
        #expect(step?.purpose == .newest)
        try walker.land(step)
        #expect(walker.plan.state.rereading == nil)
        #expect(walker.lookups == [])
        #expect(walker.isTrue)
    }

    @Test func whatBothReadingsLackIsAskedForOnce() throws {
        var walker = Walker.synced(all)
        walker.list.remove(all[50].id)
        walker.plan.request(.full, .scheduled)
        #expect(try walker.step())
        try walker.sync(.newest)
        #expect(walker.lookups == [all[50].id])
        #expect(walker.isTrue)
    }

    @Test func afterTwoFailuresTheThirdIsTakenForAnAnswer() throws {
        for scope in [SyncScope.newest, .full] {
            var walker = Walker.synced(all)
            walker.list.remove(all[20].id)
            walker.plan.request(scope, .interactive)
            var step = walker.next()
            while let page = step, page.suspect == nil {
                try walker.land(page)
                step = walker.next()
            }
            #expect(step?.isUrgent == true)
            for _ in 1..<Suspects.tries {
                #expect(step?.request == .lookup(all[20].id, isLastTry: false))
                walker.plan.failed()
                #expect(!walker.plan.isDone)
                #expect(walker.next(holding: .scheduled) == nil)
                step = walker.next()
            }
            #expect(step?.request == .lookup(all[20].id, isLastTry: true))
        }
    }

    @Test func whatNobodyAskedStravaIsNoTry() throws {
        var walker = Walker.synced(all)
        walker.list.remove(all[20].id)
        walker.plan.request(.newest, .interactive)
        #expect(try walker.step())
        for _ in 0..<5 {
            #expect(walker.next()?.request == .lookup(all[20].id, isLastTry: false))
            walker.plan.failed(byStrava: false)
        }
    }

    @Test func whatStravaSaysNothingOfIsNotAskedForByEveryLook() throws {
        var walker = Walker.synced(all)
        walker.list.remove(all[20].id)
        walker.finding = .unclear
        for _ in 0..<3 { try walker.sync(.newest) }
        #expect(walker.lookups.count == 1)
        walker.finding = nil
        try walker.sync(.full)
        #expect(walker.isTrue)
    }

    @Test func whatWasLackingUnderOtherRightsIsNoSuspect() throws {
        var walker = Walker.synced(all, scope: "activity:read_all")
        walker.plan.granted(7, scope: "activity:read_all")
        walker.list.remove(all[20].id)
        walker.plan.request(.newest, .scheduled)
        #expect(try walker.step())
        let next = walker.next()
        let step = try #require(next)
        #expect(step.purpose == .newest)
        #expect(step.suspect == all[20].id)
        #expect(walker.plan.fetched(step, by: 7, scope: "activity:read_all") == true)
        #expect(walker.plan.fetched(step, by: 7, scope: "activity:read") == false)
        // Whoever waits is answered by a look with the new ones, which holds what it lacks.
        let look = walker.next()
        #expect(look?.purpose == .newest)
        try walker.land(look)
        #expect(walker.next() == nil)
        #expect(walker.held == [1])
        #expect(walker.mirror.count == 1000)
    }

    @Test func whatAnAthleteLacksIsNotAskedForAsAnother() throws {
        var walker = Walker.synced(all, scope: "activity:read_all", rereadInterval: day)
        walker.plan.granted(7, scope: "activity:read_all")
        for id in [all[500].id, all[600].id] { walker.list.remove(id) }
        walker.now = walker.now + day
        while walker.plan.state.rereading?.isEnded != true {
            #expect(try walker.step())
            walker.now = walker.plan.nextPageAt ?? walker.now
        }
        // Killed after another athlete's tokens were stored, and before anything was made of it.
        walker.crash()
        walker.plan.granted(8, scope: "activity:read_all")
        walker.list = StravaList((1...3).map { .sample(10_000 + $0, at: 1_795_305_600 + $0 * 60) })
        for _ in 0..<20 {
            _ = try walker.step()
            walker.now = walker.plan.nextPageAt ?? walker.now
        }
        #expect(walker.lookups == [])
        #expect(walker.mirror.count == 1003)
        #expect(walker.plan.heldDeletions?.count == 1000)
        #expect(walker.plan.state.athleteID == 7)
    }

    @Test func whoAsksWhileLookupsRunHurriesOneOfThemAndLeavesTheReserveAlone() throws {
        var walker = Walker.synced(all)
        for place in [300, 400, 500] { walker.list.remove(all[place].id) }
        walker.plan.request(.full, .scheduled)
        while walker.plan.state.rereading?.isEnded != true { #expect(try walker.step()) }
        walker.plan.request(.full, .interactive)
        let first = walker.next()
        #expect(first?.priority == .interactive)
        try walker.land(first)
        #expect(walker.next()?.priority == .background)
    }

    @Test func whatALookHoldsIsToldAlthoughItEndsARereading() throws {
        var walker = Walker.synced(all, rereadInterval: day)
        walker.list.remove(all[50].id)
        walker.now = walker.now + day
        while walker.plan.state.rereading?.isEnded != true {
            #expect(try walker.step())
            walker.now = walker.plan.nextPageAt ?? walker.now
        }
        walker.list.insert(all[50])
        for activity in all[60..<140] { walker.list.remove(activity.id) }
        walker.plan.request(.newest, .scheduled)
        try walker.land(walker.next())
        #expect(walker.plan.state.rereading == nil)
        #expect(walker.plan.heldDeletions?.count == 80)
    }

    @Test func whatTheListNeverShowsButIsThereIsAskedForOncePerRereadingAndNotEachHour() throws {
        var walker = Walker.synced(all)
        let hidden = all[20]
        walker.list.remove(hidden.id)
        walker.finding = .there(hidden)
        for _ in 0..<3 { try walker.sync(.newest) }
        #expect(walker.lookups == [hidden.id])
        try walker.sync(.full)
        #expect(walker.lookups == [hidden.id, hidden.id])
        // Shown again and then deleted: that is news.
        walker.list.insert(hidden)
        try walker.sync(.newest)
        walker.list.remove(hidden.id)
        walker.finding = nil
        try walker.sync(.newest)
        #expect(walker.lookups.count == 3)
        #expect(walker.isTrue)
    }

    @Test(arguments: [20, 21])
    func manyAreNoReasonToUseTheReserveEvenIfAPersonWaits(count: Int) throws {
        var walker = Walker.synced(Activity.history(5000))
        for activity in walker.list.activities[30..<30 + count] { walker.list.remove(activity.id) }
        walker.plan.request(.newest, .interactive)
        #expect(try walker.step())
        #expect(walker.plan.isLooking == (count == 20))
        #expect(!walker.plan.isDone)
        #expect(walker.next()?.priority == (count == 20 ? .interactive : .background))
        walker.plan.failed()
        #expect(walker.next()?.priority == (count == 20 ? .scheduled : .background))
        while try walker.step() {}
        #expect(walker.lookups.count == count)
        #expect(walker.isTrue)
    }
}
