import TestSupport
import Testing

@testable import Actors

/// Deletions that cannot destroy, by plain calls.
@Suite("SyncPlan, deleting")
struct DeletionTests {
    @Test(
        "few are believed, many are not, all never are, a changed grant never is, and a person always",
        arguments: [
            (1, 3000, true, false, true), (20, 21, true, false, true), (21, 3000, true, false, true),
            (150, 3000, true, false, true), (151, 3000, true, false, false), (21, 100, true, false, false),
            (5, 5, true, false, false), (1, 1, true, false, false), (0, 0, true, false, true),
            (1, 3000, false, false, false), (0, 3000, false, false, true),
            (3000, 3000, true, true, true), (1, 3000, false, true, true),
        ])
    func verdicts(gone: Int, stored: Int, isSameGrant: Bool, isAccepted: Bool, isDeleted: Bool) {
        let now = UTCInstant(seconds: 9)
        let ids = (0..<gone).map(Int64.init)
        let verdict = Deletions(isSameGrant: isSameGrant, isAccepted: isAccepted).verdict(ids, of: stored, at: now)
        #expect(verdict.deleted == (isDeleted ? ids : []))
        #expect(verdict.held == (isDeleted ? nil : HeldDeletions(count: gone, at: now)))
    }

    @Test func manyThatARereadingLacksAreHeldUntilAPersonAcceptsThem() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all)
        for activity in all[300..<400] { walker.list.remove(activity.id) }
        try walker.sync(.full)
        #expect(walker.mirror.count == 1000)
        #expect(walker.plan.heldDeletions == HeldDeletions(count: 100, at: walker.now))
        // Neither a look at the newest nor a restart makes it forgotten.
        try walker.sync(.newest)
        walker.crash()
        #expect(walker.plan.heldDeletions?.count == 100)
        try walker.sync(.fullAcceptingDeletions)
        #expect(walker.isTrue)
        #expect(walker.plan.heldDeletions == nil)
        // Acceptance was for that once.
        for activity in all[400..<500] { walker.list.remove(activity.id) }
        try walker.sync(.full)
        #expect(walker.mirror.count == 900)
    }

    @Test func whatALookHeldIsForgottenWhenAnotherProcessHasSettledIt() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all)
        for activity in all[60..<140] { walker.list.remove(activity.id) }
        try walker.sync(.newest)
        #expect(walker.plan.heldDeletions?.count == 80)
        var stored = walker.stored.state
        walker.plan.adopt(stored)
        #expect(walker.plan.heldDeletions?.count == 80)
        stored.validatedAt = walker.now + .seconds(60)
        walker.plan.adopt(stored)
        #expect(walker.plan.heldDeletions == nil)
    }

    @Test func whatWasHeldAndIsThereAgainIsHeldNoLonger() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all)
        for activity in all[300..<400] { walker.list.remove(activity.id) }
        try walker.sync(.full)
        #expect(walker.plan.heldDeletions != nil)
        walker.list = StravaList(all)
        try walker.sync(.full)
        #expect(walker.plan.heldDeletions == nil)
        #expect(walker.isTrue)
    }

    @Test func whatALookAtTheNewestHoldsIsToldUntilOneHoldsNothing() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all)
        for activity in all[10..<90] { walker.list.remove(activity.id) }
        try walker.sync()
        #expect(walker.plan.heldDeletions?.count == 80)
        walker.list = StravaList(all)
        try walker.sync()
        #expect(walker.plan.heldDeletions == nil)
    }

    @Test func anAthleteWhoDeletedEverythingCanSaySo() throws {
        var walker = Walker.synced(Activity.history(300))
        walker.list = StravaList()
        #expect(throws: Walker.Implausible.self) { try walker.sync(.full) }
        #expect(walker.mirror.count == 300)
        walker.plan.request(.fullAcceptingDeletions, .interactive)
        while try walker.step() {}
        #expect(walker.mirror.isEmpty)
        #expect(walker.stored.state.isComplete)
    }

    @Test func afterTheScopeChangedNothingIsDeletedUntilAPersonAcceptsIt() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all, scope: "activity:read_all")
        // What only the athlete sees is not listed any more: one among the newest, some below.
        for index in [5, 300, 700] { walker.list.remove(all[index].id) }
        walker.plan.connected(7, scope: "activity:read")
        try walker.sync(.newest)
        #expect(walker.mirror.count == 1000)
        #expect(walker.plan.heldDeletions?.count == 3)
        #expect(walker.stored.state.scope == "activity:read_all")
        // The same after a restart, and however often it is read.
        walker.crash()
        walker.plan.granted(7, scope: "activity:read")
        try walker.sync(.full)
        #expect(walker.mirror.count == 1000)
        try walker.sync(.fullAcceptingDeletions)
        #expect(walker.isTrue)
        #expect(walker.stored.state.scope == "activity:read")
        // From here on the new scope is that of the rows.
        walker.list.remove(all[10].id)
        try walker.sync(.newest)
        #expect(walker.isTrue)
    }

    @Test func aScopeThatShowsEverythingBecomesThatOfTheRows() throws {
        let all = Activity.history(300)
        var walker = Walker.synced(all, scope: "activity:read")
        walker.plan.connected(7, scope: "activity:read_all")
        walker.list.insert(.sample(9000, at: all[250].startDate.seconds + 9, name: "Only me"))
        while try walker.step() {}
        #expect(walker.isTrue)
        #expect(walker.stored.state.scope == "activity:read_all")
        walker.list.remove(9000)
        try walker.sync(.full)
        #expect(walker.isTrue)
    }

    @Test func anotherAthletesListDeletesNothing() throws {
        let all = Activity.history(300)
        var walker = Walker.synced(all)
        walker.plan.connected(8, scope: nil)
        walker.list = StravaList(Array(all.dropFirst(2)))
        while try walker.step() {}
        #expect(walker.mirror.count == 300)
        #expect(walker.plan.heldDeletions?.count == 2)
    }

    @Test func aRereadingThatBeganUnderOtherRightsBeginsAnew() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all, scope: "activity:read_all")
        walker.plan.request(.full, .interactive)
        for _ in 0..<3 { #expect(try walker.step()) }
        walker.plan.connected(7, scope: "activity:read")
        #expect(walker.next()?.query == ActivityQuery(perPage: 200))
    }

    @Test func rowsWhoseScopeNobodyKnowsAreNotDeletedByANarrowerOne() throws {
        let all = Activity.history(1000)
        for isComplete in [true, false] {
            var walker = Walker.synced(all)
            walker.plan.state.isComplete = isComplete
            // What only the athlete sees: some among the newest, some below.
            for index in [5, 9, 300, 700] { walker.list.remove(all[index].id) }
            walker.plan.connected(7, scope: "activity:read")
            try walker.sync(.newest)
            try walker.sync(.full)
            try walker.sync(.full)
            #expect(walker.mirror.count == 1000)
            #expect(walker.stored.state.scope == nil)
            #expect(walker.plan.heldDeletions?.count == 4)
            try walker.sync(.fullAcceptingDeletions)
            #expect(walker.isTrue)
            #expect(walker.stored.state.scope == "activity:read")
        }
    }

    @Test func rowsWhoseScopeNobodyKnowsTakeThatOfARereadingThatMissesNothing() throws {
        var walker = Walker.synced(Activity.history(300))
        walker.plan.connected(7, scope: "activity:read")
        try walker.sync()
        #expect(walker.stored.state.scope == "activity:read")
        #expect(walker.queries.count == 1 + 3)
    }

    @Test func aRereadingWhosePagesComeWithOtherRightsBeginsAnewAndAcceptsNothing() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all, scope: "activity:read_all")
        walker.plan.granted(7, scope: "activity:read_all")
        walker.plan.request(.fullAcceptingDeletions, .interactive)
        for _ in 0..<3 { #expect(try walker.step()) }
        let next = walker.next()
        let step = try #require(next)
        #expect(walker.plan.fetched(step, by: 7, scope: "activity:read_all") == true)
        // The token of the next page was brought by another process, and shows less.
        #expect(walker.plan.fetched(step, by: 7, scope: "activity:read") == false)
        for index in [300, 700] { walker.list.remove(all[index].id) }
        while try walker.step() {}
        #expect(walker.queries[3] == ActivityQuery(perPage: 200))
        #expect(walker.mirror.count == 1000)
        #expect(walker.plan.heldDeletions?.count == 2)
    }

    @Test func aSpreadRereadingWhosePagesComeWithOtherRightsBeginsAnewToo() throws {
        var walker = Walker.synced(Activity.history(1000), scope: "activity:read_all", rereadInterval: .seconds(86_400))
        walker.plan.granted(7, scope: "activity:read_all")
        walker.now = walker.now + .seconds(86_400)
        #expect(try walker.step())
        walker.crash()
        walker.plan.granted(7, scope: "activity:read")
        #expect(walker.next()?.query == ActivityQuery(perPage: 200))
        #expect(walker.plan.state.rereading?.scope == "activity:read")
        #expect(walker.plan.isDone)
    }

    @Test func aFirstSyncNotesTheScopeItListsWith() throws {
        var walker = Walker(StravaList(Activity.history(300)))
        walker.plan.connected(7, scope: "activity:read")
        try walker.sync()
        #expect(walker.stored.state.scope == "activity:read")
        #expect(walker.queries.count == 3)
        walker.list.remove(Activity.history(300)[5].id)
        try walker.sync()
        #expect(walker.isTrue)
    }

    @Test func rowsOfAnOlderVersionTakeTheWidestScopeAtOnce() throws {
        var walker = Walker.synced(Activity.history(10))
        walker.plan.connected(7, scope: "activity:read_all")
        try walker.sync()
        #expect(walker.stored.state.scope == "activity:read_all")
    }
}
