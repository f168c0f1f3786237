import TestSupport
import Testing

@testable import Actors

/// A person's word that what the list lacks is gone, by plain calls.
@Suite("SyncPlan, deletions accepted")
struct AcceptanceTests {
    @Test func anAcceptanceEndsWithTheListingItWasGivenForWhoeverEndsIt() throws {
        let all = Activity.history(1000)
        let day = Duration.seconds(86_400)
        var walker = Walker.synced(all, rereadInterval: day)
        walker.plan.request(.fullAcceptingDeletions, .interactive)
        for _ in 0..<3 { #expect(try walker.step()) }
        #expect(walker.stored.state.rereading?.acceptsDeletions == true)
        _ = walker.next()
        walker.plan.failed()
        // Another process goes on from the store and ends it.
        var other = walker
        other.crash()
        while try other.step() {}
        #expect(other.stored.state.rereading == nil)
        walker.plan.adopt(other.stored.state)
        #expect(walker.plan.isDone)
        // Nobody accepted anything of the next day's, nor of an empty list.
        walker.now = walker.now + day
        walker.list = StravaList()
        #expect(throws: Walker.Implausible.self) { _ = try walker.step() }
        walker.list = StravaList(Array(all.prefix(700)))
        walker.now = walker.now + day
        while try walker.step() {}
        #expect(walker.mirror.count == 1000)
        #expect(walker.plan.heldDeletions?.count == 300)
    }

    @Test func aPersonsWordDoesNotDeleteTheFewThatStravaStillHas() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all)
        walker.plan.request(.fullAcceptingDeletions, .interactive)
        for _ in 0..<3 { #expect(try walker.step()) }
        walker.list.move(all[900].id, to: all[50].startDate + .seconds(60))
        while try walker.step() {}
        #expect(walker.lookups == [all[900].id])
        #expect(walker.isTrue)
    }

    /// So many hidden starts within a day that pages are counted.
    private func crowd() -> Walker {
        var list = StravaList((1...1000).map { .sample($0, at: 1_795_305_600 + $0 * 60) })
        list.hidingStarts = Set(1...1000)
        var walker = Walker.synced(list.told)
        walker.list = list
        return walker
    }

    @Test func aPersonsWordIsNotTakenForAnEmptyPageThatNothingDoubts() throws {
        var walker = crowd()
        let list = walker.list
        walker.plan.request(.fullAcceptingDeletions, .interactive)
        #expect(try walker.step())
        #expect(walker.plan.state.rereading?.cursor?.page == 2)
        walker.list = StravaList()
        #expect(try walker.step())
        walker.list = list
        while try walker.step() {}
        #expect(walker.batches.allSatisfy(\.deletions.isEmpty) == true)
        #expect(walker.plan.state.rereading == nil)
    }

    @Test(arguments: 1...6)
    func aPersonsWordIsNotTakenForOneEmptyPageThatIsNotTrue(pages: Int) throws {
        var list = StravaList(Activity.history(1000))
        // So that there are short pages, below which the seam is left out.
        list.withheld = Set((1...1000).filter { $0.isMultiple(of: 3) })
        var walker = Walker.synced(list.told)
        walker.list = list
        walker.plan.request(.fullAcceptingDeletions, .interactive)
        for _ in 0..<pages { #expect(try walker.step()) }
        walker.list = StravaList()
        #expect(try walker.step())
        walker.crash()
        walker.list = list
        while try walker.step() {}
        #expect(walker.isTrue)
        #expect(walker.batches.allSatisfy(\.deletions.isEmpty) == true)
        #expect(walker.plan.state.rereading == nil)
    }

    @Test func whatIsAcceptedAndReallyGoneCostsNoLookupHoweverMuchLiesBelowTheEnd() throws {
        for left in [0, 300] {
            var walker = Walker.synced(Activity.history(1000))
            walker.plan.request(.full, .interactive)
            walker.list = StravaList(Array(walker.list.activities.prefix(left)))
            if left > 0 { while try walker.step() {} }
            walker.plan.request(.fullAcceptingDeletions, .interactive)
            while try walker.step() {}
            #expect(walker.lookups == [])
            #expect(walker.isTrue)
            #expect(walker.plan.heldDeletions == nil)
        }
    }

    @Test func anEmptyListIsAcceptedAlthoughALookAtTheNewestIsStillOwed() throws {
        var walker = Walker.synced(Activity.history(60))
        walker.list = StravaList()
        walker.plan.request(.newest, .interactive)
        #expect(throws: Walker.Implausible.self) { _ = try walker.step() }
        walker.plan.request(.fullAcceptingDeletions, .interactive)
        #expect(try walker.step(holding: .scheduled))
        while try walker.step() {}
        #expect(walker.isTrue)
        #expect(walker.plan.isDone)
    }

    @Test func anEndIsAskedAboutTwiceBeforeAWordIsTakenForWhatLiesBelowIt() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all)
        walker.list = StravaList(Array(all.prefix(300)))
        walker.plan.request(.fullAcceptingDeletions, .interactive)
        var empty = 0
        while walker.plan.state.rereading != nil || empty == 0 {
            let step = walker.next()
            if let query = step?.query, walker.list.page(query).isEmpty { empty += 1 }
            try walker.land(step)
        }
        #expect(empty == 2)
        #expect(walker.isTrue)
    }

    @Test func anEndThatIsDoubtedBelowALongGapIsAskedAboutFromWhatWasThere() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all)
        walker.list = StravaList(Array(all.prefix(50)) + [all[900]])
        walker.plan.request(.fullAcceptingDeletions, .interactive)
        while walker.plan.state.rereading?.cursor?.page != BackfillCursor.raised { #expect(try walker.step()) }
        // The only one below the gap goes meanwhile; that it was met a moment ago keeps it until the next reading.
        walker.list.remove(all[900].id)
        while try walker.step() {}
        #expect(walker.plan.state.rereading == nil)
        #expect(walker.mirror.count == 51)
        try walker.sync(.full)
        #expect(walker.isTrue)
    }

    @Test func aPlainRequestWhileAnEndIsDoubtedTakesNoWordAway() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all)
        walker.list = StravaList(Array(all.prefix(300)))
        walker.plan.request(.fullAcceptingDeletions, .interactive)
        while walker.plan.state.rereading?.cursor?.page != BackfillCursor.raised { #expect(try walker.step()) }
        walker.plan.request(.full, .interactive)
        while try walker.step() {}
        #expect(walker.isTrue)
        #expect(walker.plan.heldDeletions == nil)
    }

    @Test func whatALookMeetsBelowTheBoundIsNotMissingThere() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all)
        // So many that a word is needed, and it is taken without a lookup.
        for activity in all[600..<700] { walker.list.remove(activity.id) }
        walker.plan.request(.fullAcceptingDeletions, .interactive)
        #expect(try walker.step())
        // Uploaded meanwhile, listed at the top, and told to have begun below the place where the re-reading stands.
        let late = Activity.sample(5000, at: all[10].startDate.seconds + 7)
        walker.list.insert(late)
        walker.list.misdated[late.id] = all[300].startDate + .seconds(7)
        try walker.sync(.newest)
        while try walker.step() {}
        #expect(walker.mirror.contains(late.id))
        #expect(walker.mirror.count == 901)
    }

    @Test func aWordThatWasStoredBesideALookAtTheNewestIsTakenOnce() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all)
        walker.plan.request(.newest, .scheduled)
        walker.plan.request(.fullAcceptingDeletions, .interactive)
        // The look goes first, and what is stored with it holds the word.
        #expect(try walker.step())
        #expect(walker.stored.state.rereading?.acceptsDeletions == true)
        var other = walker
        other.crash()
        while try other.step() {}
        walker.plan.adopt(other.stored.state)
        #expect(walker.plan.isDone)
        #expect(walker.plan.state.rereading == nil)
    }

    @Test func twoProcessesInTurnsMissNothingThatTheOtherHasMet() throws {
        for scope in [SyncScope.full, .fullAcceptingDeletions] {
            var walker = crowd()
            walker.plan.request(scope, .interactive)
            #expect(try walker.step())
            var other = walker
            other.crash()
            while try other.step() {
                swap(&walker, &other)
                (other.stored, other.list) = (walker.stored, walker.list)
                other.mirror = walker.mirror
                other.plan.adopt(walker.stored.state)
            }
            #expect(other.isTrue)
            #expect(other.lookups == [])
            #expect(other.plan.state.rereading == nil)
            #expect(other.held == [])
        }
    }

    @Test(arguments: [SyncScope.full, .fullAcceptingDeletions], 1...5)
    func aRestartWhilePagesAreCountedTakesNothingForGone(_ scope: SyncScope, pages: Int) throws {
        var walker = crowd()
        walker.plan.request(scope, .interactive)
        for _ in 0..<pages { #expect(try walker.step()) }
        walker.crash()
        while try walker.step() {}
        #expect(walker.isTrue)
        #expect(walker.held == [])
        #expect(walker.batches.allSatisfy(\.deletions.isEmpty) == true)
        #expect(walker.plan.state.rereading == nil)
    }

    @Test func aRereadingGoesOnWhereItWasBesideLooksOfAnotherProcess() throws {
        var walker = crowd()
        walker.plan.request(.fullAcceptingDeletions, .interactive)
        while try walker.step() {
            var stored = walker.stored.state
            stored.newestAt = walker.now
            walker.plan.adopt(stored)
        }
        #expect(walker.queries.count == 6)
        #expect(walker.isTrue)
    }

    @Test func aRereadingThatHasStoredNothingYetSurvivesWhatAnotherProcessWrites() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all)
        for activity in all[300..<400] { walker.list.remove(activity.id) }
        walker.plan.request(.fullAcceptingDeletions, .interactive)
        _ = walker.next()
        walker.plan.failed()
        var stored = walker.stored.state
        stored.lastSuccessAt = walker.now
        walker.plan.adopt(stored)
        #expect(!walker.plan.isDone)
        while try walker.step() {}
        #expect(walker.isTrue)
    }

    @Test func anAcceptanceIsForAListingAsAWholeAndIsKeptWithIt() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all)
        for activity in all[300..<400] { walker.list.remove(activity.id) }
        walker.plan.request(.full, .interactive)
        for _ in 0..<2 { #expect(try walker.step()) }
        walker.plan.request(.fullAcceptingDeletions, .interactive)
        // It begins anew; one that accepts nothing joins it, and a restart forgets nothing.
        #expect(try walker.step())
        #expect(walker.queries.last == ActivityQuery(perPage: 200))
        walker.plan.request(.full, .interactive)
        walker.crash()
        while try walker.step() {}
        #expect(walker.isTrue)
        #expect(walker.queries.count == 2 + 6)
    }

    @Test func whoAsksWhileAPageIsWrittenIsStillInAHurryAfterIt() throws {
        var walker = Walker.synced(Activity.history(1000))
        walker.plan.request(.full, .interactive)
        let step = walker.next()
        let answered = walker.answered(step)
        let landing = try #require(answered)
        walker.plan.request(.fullAcceptingDeletions, .interactive)
        walker.write(landing)
        #expect(walker.next(holding: .background)?.priority == .interactive)
    }
}
