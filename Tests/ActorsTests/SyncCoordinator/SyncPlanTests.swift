import TestSupport
import Testing

@testable import Actors

@Suite("SyncPlan")
struct SyncPlanTests {
    @Test(arguments: [(0, 1), (1, 2), (150, 2), (200, 3), (201, 3), (3000, 17), (20_000, 102)])
    func aFirstSyncTakesSoManyRequests(_ count: Int, _ requests: Int) throws {
        var walker = Walker(StravaList(Activity.history(count)))
        try walker.sync()
        #expect(walker.queries.count == requests)
        #expect(walker.isTrue)
        #expect(walker.stored.state.isComplete)
        #expect(walker.stored.state.cursor == nil)
        #expect(walker.completions == 1)
        try walker.sync()
        #expect(walker.queries.count == requests + 1)
        #expect(walker.batches.last?.upserts.isEmpty == true)
        #expect(walker.completions == 1)
    }

    @Test func aFirstSyncGoesFromTheNewestDownAndEachBatchKnowsWhereToGoOn() throws {
        var walker = Walker(StravaList(Activity.history(1000)))
        walker.plan.request(.newest, .interactive)
        var oldest = UTCInstant(milliseconds: .max)
        while try walker.step() {
            guard let batch = walker.batches.last, let first = batch.upserts.first else { continue }
            #expect(first.startDate < oldest)
            oldest = batch.upserts.map(\.startDate).min() ?? oldest
            #expect(batch.state.cursor?.before == oldest + .seconds(1))
            #expect(batch.state.lastSuccessAt == walker.now)
        }
        #expect(walker.queries[0] == ActivityQuery(before: nil, page: 1, perPage: 200))
        #expect(walker.isTrue)
    }

    @Test func shortPagesAreNotTheEnd() throws {
        var list = StravaList(Activity.history(1000))
        // Every third and a long stretch are withheld, so that every page is short and some have a few items only.
        list.withheld = Set(
            list.activities.enumerated().filter { $0.offset % 3 == 1 || (300..<480).contains($0.offset) }
                .map(\.element.id))
        var walker = Walker(list)
        try walker.sync()
        #expect(Array(walker.mirror.history) == list.activities.filter { !list.withheld.contains($0.id) })
        #expect(walker.stored.state.isComplete)
        #expect(walker.queries.count < 30)
    }

    @Test func aShortPageInMidHistoryHidesNothingWhenTheListShifts() throws {
        var list = StravaList(Activity.history(600))
        list.withheld = [500, 300, 250, 150]
        let throughout = list.activities.filter { ![598, 390, 230].contains($0.id) && !list.withheld.contains($0.id) }
        var walker = Walker(list)
        // Each page is short, and before the next one is asked for, one row above the seam goes.
        try walker.sync { walker in
            let gone: Int64? = [1: 598, 2: 390, 4: 230][walker.queries.count]
            if let gone { walker.list.remove(gone) }
        }
        for activity in throughout { #expect(walker.mirror.contains(activity.id), "\(activity.id)") }
        #expect(walker.stored.state.isComplete)
    }

    @Test(arguments: [199, 200, 201, 400, 650])
    func manyActivitiesOfOneSecondDoNotTurnTheWalkInCircles(_ count: Int) throws {
        let tied = (1...count).map { Activity.sample(Int64($0), at: 1_700_000_000) }
        let around = [Activity.sample(10_001, at: 1_700_000_900), .sample(10_002, at: 1_600_000_000)]
        var walker = Walker(StravaList(tied + around))
        try walker.sync()
        #expect(walker.isTrue)
        #expect(walker.queries.count <= count / 200 + 6)
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func aListThatChangesWhileItIsWalkedLosesAndDoublesNothing(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 150...1400, using: &random)
        // Starts that often coincide.
        let all = (1...count).map { id in
            Activity.sample(Int64(id), at: 1_700_000_000 + Int64.random(in: 0...Int64(count * 2), using: &random))
        }
        var walker = Walker(StravaList(all))
        let hidden = Set(all.map(\.id).filter { _ in Int.random(in: 0..<60, using: &random) == 0 })
        if Bool.random(using: &random) { walker.list.withheld = hidden }
        if Bool.random(using: &random) {
            // Not a first sync, but a complete re-reading of what is stored already.
            walker = Walker(
                walker.list, stored: all.filter { !walker.list.withheld.contains($0.id) },
                state: SyncState(isComplete: true))
        }
        var disturbed: Set<Int64> = walker.list.withheld
        var nextID = Int64(100_000)
        var flipped: [Activity] = []
        try walker.sync(.full) { walker in
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                switch Int.random(in: 0..<4, using: &random) {
                case 0:
                    nextID += 1
                    disturbed.insert(nextID)
                    let span = Int64(count * 2 + 500)
                    walker.list.insert(.sample(nextID, at: 1_700_000_000 + Int64.random(in: 0...span, using: &random)))
                case 1, 2:
                    guard let gone = walker.list.activities.randomElement(using: &random) else { break }
                    disturbed.insert(gone.id)
                    walker.list.remove(gone.id)
                    if Bool.random(using: &random) { flipped.append(gone) }
                default:
                    guard let back = flipped.popLast() else { break }
                    walker.list.insert(back)
                }
            }
            if Int.random(in: 0..<4, using: &random) == 0 { walker.plan.request(.newest, .interactive) }
        }
        let ids = walker.mirror.history.map(\.id)
        #expect(Set(ids).count == ids.count, "seed \(seed)")
        for activity in all where !disturbed.contains(activity.id) {
            #expect(walker.mirror.activity(activity.id) == activity, "seed \(seed), id \(activity.id)")
        }
        #expect(walker.stored.state.isComplete, "seed \(seed)")
        // Left alone, a further complete re-reading makes the mirror the truth.
        walker.list.withheld = []
        try walker.sync(.full)
        if walker.held.isEmpty { #expect(walker.isTrue, "seed \(seed)") }
    }

    @Test(arguments: [450, 3000])
    func aCrashAtAnyPageIsResumedAndRepeatsAtMostOnePage(_ count: Int) throws {
        var whole = Walker(StravaList(Activity.history(count)))
        try whole.sync()
        for crash in 0..<whole.queries.count {
            for isWritten in [true, false] {
                var walker = Walker(StravaList(Activity.history(count)))
                walker.plan.request(.newest, .scheduled)
                for _ in 0..<crash { _ = try walker.step() }
                if isWritten {
                    _ = try walker.step()
                } else if let step = walker.next() {
                    // Fetched, and the process ends before the page is stored.
                    walker.queries.append(try #require(step.query))
                }
                walker.crash()
                if walker.plan.isDone, !walker.stored.state.isComplete { walker.plan.request(.newest, .scheduled) }
                while try walker.step() {}
                #expect(walker.isTrue, "crash at \(crash)")
                #expect(walker.queries.count <= whole.queries.count + 1, "crash at \(crash)")
                #expect(walker.stored.state.isComplete)
            }
        }
    }

    @Test func aCrashInACompleteRereadingLosesNoRow() throws {
        var walker = Walker.synced(Activity.history(1000))
        walker.plan.request(.full, .scheduled)
        for _ in 0..<3 { _ = try walker.step() }
        walker.crash()
        try walker.sync()
        #expect(walker.isTrue)
        #expect(walker.stored.state.isComplete)
    }

    @Test func moreThanAPageOfNewActivitiesSinceLastTimeIsWalked() throws {
        var walker = Walker.synced(Array(Activity.history(1000).suffix(300)))
        walker.list = StravaList(Activity.history(1000))
        try walker.sync()
        #expect(walker.isTrue)
    }

    @Test func aKnownActivityAtTheTopDoesNotHideAGapBelow() throws {
        let all = Activity.history(1000)
        // A watch with a wrong clock: dated into the future, known for long, and on every first page.
        let future = Activity.sample(5000, at: 4_000_000_000)
        var walker = Walker.synced(Array(all.suffix(300)) + [future])
        walker.list = StravaList(all + [future])
        try walker.sync()
        #expect(walker.isTrue)
    }

    @Test func editsDeletionsAndLateUploadsWithinTheNewest200AreCaughtByOnePage() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all)
        walker.list.remove(all[20].id)
        walker.list.remove(all[150].id)
        walker.list.activities[5].name = "Evening Ride"
        walker.list.activities[6].type = "Ride"
        walker.list.insert(.sample(7000, at: all[100].startDate.seconds + 60))
        walker.list.insert(.sample(7001, at: all[0].startDate.seconds + 60))
        // Moved to another day, still within the newest.
        walker.list.activities[30].startDate = all[50].startDate + .seconds(5)
        walker.list.activities = walker.list.activities
        try walker.sync()
        #expect(walker.queries.count == 1)
        #expect(walker.isTrue)
        #expect(walker.batches[0].upserts.count == 5)
        // What is gone was asked for by its id, and went in the same sync.
        #expect(walker.batches[0].deletions == [])
        #expect(walker.lookups == [all[20].id, all[150].id])
        #expect(walker.batches.dropFirst().map(\.deletions) == [[all[20].id], [all[150].id]])
    }

    @Test func aPageOutOfOrderDeletesNothing() throws {
        let all = Activity.history(215)
        var walker = Walker.synced(all)
        walker.plan.request(.newest, .scheduled)
        guard let step = walker.next() else { return }
        // The oldest of all has strayed onto the first page, and fifteen others are not on it.
        let page = ActivityPage(activities: [all[214]] + all.prefix(199))
        let landing = walker.plan.landed(step, page: page, mirror: walker.mirror, at: walker.now)
        #expect(landing?.batch.deletions == [])
        #expect(landing?.suspects == [])
    }

    @Test func deletionsBeyondBeliefAreHeld() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all)
        for activity in all[10..<61] { walker.list.remove(activity.id) }
        try walker.sync()
        #expect(walker.held == [51])
        #expect(walker.mirror.count == 1000)
        // Fifty of a thousand are a twentieth.
        walker.list.insert(all[10])
        try walker.sync()
        #expect(walker.held == [51])
        #expect(walker.isTrue)
    }

    @Test func twentyMayGoAtOnceButNeverAll() throws {
        var walker = Walker.synced(Activity.history(21))
        for id in Int64(2)...21 { walker.list.remove(id) }
        try walker.sync(.full)
        #expect(walker.mirror.count == 1)
        var other = Walker.synced(Activity.history(5))
        other.list = StravaList([.sample(900, at: 0)])
        try other.sync()
        #expect(other.mirror.count == 6)
        #expect(other.held == [5])
    }

    @Test func anEmptyListForAnAthleteWithAHistoryIsAFailureAndDeletesNothing() throws {
        for scope in [SyncScope.newest, .full] {
            var walker = Walker.synced(Activity.history(10))
            walker.list = StravaList()
            #expect(throws: Walker.Implausible.self) { try walker.sync(scope) }
            #expect(walker.mirror.count == 10)
            #expect(walker.batches.isEmpty)
            #expect(!walker.plan.isDone)
        }
    }

    @Test(arguments: [SyncScope.newest, .full])
    func anEmptyPageInTheMiddleIsAskedAboutAgainAndEndsNothing(_ scope: SyncScope) throws {
        let all = Activity.history(1000)
        for bad in 2...5 {
            var walker = scope == .newest ? Walker(StravaList(all)) : Walker.synced(all)
            walker.plan.request(scope, .scheduled)
            while let step = walker.next() {
                if walker.queries.count + 1 == bad { walker.list = StravaList() }
                try walker.land(step)
                walker.list = StravaList(all)
            }
            #expect(walker.isTrue, "page \(bad)")
            #expect(walker.batches.allSatisfy(\.deletions.isEmpty) == true)
            // The empty one, one from above the seam, and the rest below that.
            #expect(walker.queries.count == 7 + 1, "page \(bad)")
        }
    }

    @Test(arguments: [SyncScope.newest, .full])
    func aStravaThatAnswersNothingForAWhileInTheMiddleIsAFailureAndEndsNothing(_ scope: SyncScope) throws {
        let all = Activity.history(1000)
        for bad in 2...5 {
            var walker = scope == .newest ? Walker(StravaList(all)) : Walker.synced(all)
            walker.plan.request(scope, .scheduled)
            for _ in 1..<bad { #expect(try walker.step()) }
            let stored = walker.mirror.count
            walker.list = StravaList()
            // The first is asked about again; from then on it is a failure, and what stands in the store stays.
            #expect(try walker.step())
            for _ in 0..<3 { #expect(throws: Walker.Implausible.self) { _ = try walker.step() } }
            #expect(walker.mirror.count == stored)
            walker.crash()
            #expect(throws: Walker.Implausible.self) { _ = try walker.step() }
            walker.list = StravaList(all)
            while try walker.step() {}
            #expect(walker.isTrue, "page \(bad)")
            #expect(walker.stored.state.isComplete)
            #expect(walker.batches.allSatisfy(\.deletions.isEmpty) == true)
        }
    }

    @Test func aRereadingThatFindsAHundredGoneAtOnceBeginsAnewWhenAskedAgain() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all)
        walker.plan.request(.fullAcceptingDeletions, .interactive)
        for _ in 0..<3 { #expect(try walker.step()) }
        // All that is older than what two pages brought, and a hundred more.
        walker.list = StravaList(Array(all.prefix(450)))
        #expect(try walker.step())
        #expect(throws: Walker.Implausible.self) { _ = try walker.step() }
        walker.plan.request(.fullAcceptingDeletions, .interactive)
        while try walker.step() {}
        #expect(walker.isTrue)
    }

    @Test func moreThanAPageOfOneSecondAfterADoubtIsCountedByPages() {
        let second = UTCInstant(seconds: 1_700_000_000)
        let cursor = BackfillCursor(before: second + .seconds(1), page: BackfillCursor.raised)
        #expect(cursor.query == ActivityQuery(before: second + .seconds(1), page: 1, perPage: 200))
        let page = ActivityPage(activities: (1...200).map { Activity.sample($0, at: second.seconds) })
        #expect(cursor.advanced(past: page) == BackfillCursor(before: second + .seconds(1), page: 2))
    }

    @Test func aHistoryWhoseLastActivityGoesWhileItIsReadStillEnds() throws {
        let all = Activity.history(200)
        var walker = Walker(StravaList(all))
        walker.plan.request(.newest, .scheduled)
        #expect(try walker.step())
        walker.list.remove(all[199].id)
        while try walker.step() {}
        #expect(walker.stored.state.isComplete)
        // The empty one, one from above the seam, and the end below it.
        #expect(walker.queries.count == 4)
    }

    @Test func anAthleteWithoutActivitiesIsCompleteAtOnce() throws {
        var walker = Walker(StravaList())
        try walker.sync()
        #expect(walker.stored.state.isComplete)
        walker.list.insert(.sample(1, at: 1_700_000_000))
        try walker.sync()
        #expect(walker.isTrue)
    }

    @Test func theSameIdTwiceOnAPageIsStoredOnce() throws {
        var walker = Walker(StravaList())
        walker.plan.request(.newest, .scheduled)
        guard let step = walker.next() else { return }
        let page = ActivityPage(activities: [.sample(1, at: 10, name: "a"), .sample(1, at: 10, name: "b")])
        let landing = walker.plan.landed(step, page: page, mirror: walker.mirror, at: walker.now)
        #expect(landing?.batch.upserts.map(\.name) == ["b"])
    }

    @Test(arguments: [StravaList.Damage.withID, .withoutID], [SyncScope.newest, .full])
    func itemsThatCannotBeDecodedDeleteNothingWrongly(_ damage: StravaList.Damage, _ scope: SyncScope) throws {
        var walker = Walker.synced(Activity.history(700))
        walker.list.damaged = [650: damage, 400: damage, 3: damage]
        try walker.sync(scope)
        #expect(walker.isTrue)
        #expect(walker.batches.flatMap(\.rejected).isEmpty == false)
    }

    @Test func aFirstPageOfNothingButUnknownItemsDoesNotHideWhatLiesBelow() throws {
        var list = StravaList(Activity.history(450))
        for activity in list.activities.prefix(200) { list.damaged[activity.id] = .withID }
        var walker = Walker(list)
        try walker.sync()
        #expect(walker.mirror.count == 250)
        #expect(walker.stored.state.isComplete)
    }

    @Test func aCompleteRereadingDeletesWhatIsGoneAndOnlyAtItsEnd() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all)
        let gone = [all[700].id, all[999].id, all[400].id]
        for id in gone { walker.list.remove(id) }
        try walker.sync(.newest)
        #expect(walker.mirror.count == 1000)
        walker.plan.request(.full, .scheduled)
        while try walker.step() {
            if walker.lookups.isEmpty { #expect(walker.mirror.count == 1000) }
        }
        #expect(walker.isTrue)
        #expect(walker.queries.count == 1 + 7)
        #expect(walker.lookups == gone.sorted())
        #expect(walker.batches.suffix(3).map(\.deletions) == gone.sorted().map { [$0] })
    }

    @Test func aRereadingThatIsAskedForWhileAPageIsWrittenIsNotLost() throws {
        var walker = Walker.synced(Activity.history(500))
        walker.list.remove(1)
        walker.plan.request(.newest, .scheduled)
        let step = walker.next()
        let answered = walker.answered(step)
        let landing = try #require(answered)
        walker.plan.request(.full, .interactive)
        walker.plan.connected(7, scope: nil)
        walker.write(landing)
        #expect(walker.plan.state.athleteID == 7)
        while try walker.step() {}
        #expect(walker.isTrue)
    }

    @Test func aRefreshBesideAWalkGoesNextAndTheWalkGoesOnFromItsCursor() throws {
        var walker = Walker(StravaList(Activity.history(1000)))
        walker.plan.request(.newest, .scheduled)
        #expect(try walker.step())
        let walking = walker.next()
        #expect(walking?.purpose == .walk)
        #expect(walking?.priority == .background)
        walker.plan.request(.newest, .interactive)
        // The page under way is finished first.
        try walker.land(walking)
        let cursor = walker.plan.state.cursor
        let refresh = walker.next()
        #expect(refresh?.purpose == .newest)
        #expect(refresh?.priority == .interactive)
        // Whoever asks now joins this look.
        walker.plan.request(.newest, .interactive)
        try walker.land(refresh)
        #expect(walker.plan.state.cursor == cursor)
        #expect(walker.next()?.query == walking.map { _ in cursor?.query })
        while try walker.step() {}
        #expect(walker.isTrue)
        #expect(walker.queries.count == 8)
    }

    @Test func aRefreshThatFindsTheWalkBlockedGoesAllTheSame() throws {
        var walker = Walker(StravaList(Activity.history(1000)))
        walker.plan.request(.newest, .scheduled)
        #expect(try walker.step())
        _ = walker.next()
        walker.plan.failed()
        #expect(walker.next(holding: .background) == nil)
        walker.plan.request(.newest, .interactive)
        #expect(walker.next(holding: .background)?.purpose == .newest)
        #expect(walker.next(holding: .interactive) == nil)
    }

    @Test func afterAFailureNobodyIsInAHurryUntilSomebodyAsksAgain() {
        for scope in [SyncScope.newest, .full] {
            var walker = Walker.synced(Activity.history(10))
            walker.plan.request(scope, .interactive)
            #expect(walker.next(holding: .scheduled) != nil)
            walker.plan.failed()
            #expect(walker.next(holding: .scheduled) == nil)
            #expect(!walker.plan.isDone)
            walker.plan.request(scope, .interactive)
            #expect(walker.next(holding: .scheduled)?.priority == .interactive)
        }
    }
}
