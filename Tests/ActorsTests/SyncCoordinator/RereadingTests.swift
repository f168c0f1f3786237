import TestSupport
import Testing

@testable import Actors

private let hour = Duration.seconds(3600)
private let day = Duration.seconds(86_400)

/// The daily re-reading of the whole list, by plain calls.
@Suite("SyncPlan, re-reading the whole list")
struct RereadingTests {
    /// Lets the clock run to `end` and takes every step when it is due; a look at the newest comes with every hour.
    private func run(_ walker: inout Walker, until end: UTCInstant, each: (inout Walker) -> Void = { _ in }) throws {
        var refresh = walker.now + hour
        while walker.now < end {
            while try walker.step() { each(&walker) }
            let next = min(refresh, max(walker.plan.nextPageAt ?? refresh, walker.now + .milliseconds(1)))
            walker.now = min(next, end)
            guard walker.now == refresh else { continue }
            refresh = refresh + hour
            walker.plan.request(.newest, .scheduled)
        }
    }

    @Test func itBeginsADayAfterTheLastOneAndIsSpreadOverHalfADay() throws {
        var walker = Walker.synced(Activity.history(3000), rereadInterval: day)
        let start = walker.now
        #expect(walker.next() == nil)
        #expect(walker.plan.nextPageAt == start + day)
        var times: [Duration] = []
        while walker.plan.state.validatedAt == start {
            guard let due = walker.plan.nextPageAt else { break }
            walker.now = due
            #expect(try walker.step())
            #expect(walker.plan.isDone)
            times.append(due - start - day)
        }
        #expect(walker.queries.count == 17)
        #expect(walker.plan.state.validatedAt == start + day)
        let pauses = zip(times, times.dropFirst()).map { $1 - $0 }
        #expect(Set(pauses).count == 1, "\(pauses)")
        #expect(times.last.map { $0 <= day / 2 && $0 > day / 3 } == true)
        #expect(walker.plan.nextPageAt == start + day + day)
        // Nothing was different, so nothing was written.
        #expect(walker.batches.allSatisfy { $0.upserts.isEmpty && $0.deletions.isEmpty })
    }

    @Test func itLeavesTheReserveAloneAndWaitsForWhateverIsUrgent() throws {
        var walker = Walker.synced(Activity.history(3000), rereadInterval: day)
        walker.now = walker.now + day
        #expect(walker.next(holding: .background) == nil)
        #expect(walker.next()?.priority == .background)
        #expect(walker.next()?.isUrgent == false)
        walker.plan.request(.newest, .scheduled)
        #expect(walker.next()?.purpose == .newest)
    }

    @Test func aRestartGoesOnAtTheNextPageAndRemembersWhatWasMissing() throws {
        let all = Activity.history(3000)
        for crash in 1...16 {
            var walker = Walker.synced(all, rereadInterval: day)
            walker.list.remove(all[150].id)
            walker.list.remove(all[1500].id)
            walker.list.remove(all[2990].id)
            walker.now = walker.now + day
            for _ in 0..<crash {
                #expect(try walker.step())
                walker.now = walker.plan.nextPageAt ?? walker.now
            }
            walker.crash()
            // Half a day later, what was slept through is made up for.
            walker.now = walker.now + day / 2
            while try walker.step() {}
            #expect(walker.queries.count == 17, "crash after page \(crash)")
            #expect(walker.isTrue == true, "crash after page \(crash)")
        }
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func anEditOrDeletionOfAnyAgeIsSeenWithinTwoDaysAndEachRowIsConfirmedWithinSeven(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let all = Activity.history(Int.random(in: 250...900, using: &random))
        var walker = Walker.synced(all, rereadInterval: day)
        let start = walker.now
        var changes: [(id: Int64, at: UTCInstant, expected: Activity?)] = []
        var next = start + hour
        // What each row was last looked at.
        var seen = Dictionary(uniqueKeysWithValues: all.map { ($0.id, start) })
        var longest = Duration.zero
        try run(&walker, until: start + day * 8) { walker in
            guard let query = walker.queries.last else { return }
            for activity in walker.list.page(query).activities {
                longest = max(longest, walker.now - (seen.updateValue(walker.now, forKey: activity.id) ?? walker.now))
            }
            for change in changes where walker.now - change.at > day * 2 {
                #expect(walker.mirror.activity(change.id) == change.expected, "seed \(seed), id \(change.id)")
            }
            changes.removeAll { walker.now - $0.at > day * 2 }
            guard walker.now >= next else { return }
            next = walker.now + .seconds(Int64.random(in: 3600...40_000, using: &random))
            guard var changed = walker.list.activities.randomElement(using: &random),
                !changes.contains(where: { $0.id == changed.id })
            else { return }
            walker.list.remove(changed.id)
            changed.name = "edited at \(walker.now.iso8601)"
            let isEdit = Bool.random(using: &random)
            if isEdit { walker.list.insert(changed) }
            changes.append((changed.id, walker.now, isEdit ? changed : nil))
        }
        for activity in walker.list.activities { longest = max(longest, walker.now - (seen[activity.id] ?? start)) }
        #expect(longest < day * 2, "seed \(seed)")
        #expect(walker.held.isEmpty)
        #expect(walker.queries.count > 8 * 24)
    }

    @Test func whatIsAddedOrComesBackWhileItRunsIsNotDeleted() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all, rereadInterval: day)
        let hidden = all[150]
        walker.list.remove(hidden.id)
        walker.now = walker.now + day
        #expect(try walker.step())
        #expect(walker.plan.state.rereading?.missing == [hidden.id])
        // It is shown again and a look at the newest meets it; another is new and lies above the seam.
        walker.list.insert(hidden)
        walker.list.insert(.sample(7000, at: all[20].startDate.seconds + 60))
        walker.plan.request(.newest, .scheduled)
        #expect(try walker.step())
        #expect(walker.plan.state.rereading?.missing == [])
        walker.now = walker.now + day
        while try walker.step() {}
        #expect(walker.isTrue)
        #expect(walker.batches.allSatisfy(\.deletions.isEmpty) == true)
    }

    @Test func whatMovedDownTheListIsFoundThereAndNotDeleted() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all)
        walker.list.activities[10].startDate = all[700].startDate + .seconds(5)
        walker.list.activities = walker.list.activities
        try walker.sync(.full)
        #expect(walker.isTrue)
        #expect(walker.batches.flatMap(\.deletions).isEmpty)
    }

    @Test func aPageOutOfOrderMakesTheWholeReadingProveNothing() throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all)
        walker.list.remove(all[500].id)
        walker.plan.request(.full, .interactive)
        guard let step = walker.next() else { return }
        // The oldest of all has strayed onto the first page.
        let page = ActivityPage(activities: [all[999]] + all.prefix(199))
        guard let landing = walker.plan.landed(step, page: page, mirror: walker.mirror, at: walker.now) else {
            Issue.record("the page was not believed at all")
            return
        }
        walker.write(landing)
        #expect(walker.plan.state.rereading?.isSound == false)
        while try walker.step() {}
        #expect(walker.mirror.count == 1000)
    }

    // MARK: On request

    @Test func oneThatIsAskedForDoesNotWaitAndBeginsAnewWhatWasSpread() throws {
        var walker = Walker.synced(Activity.history(1000), rereadInterval: day)
        walker.now = walker.now + day
        #expect(try walker.step())
        #expect(walker.next() == nil)
        walker.list.activities[3].name = "edited after its page was read"
        walker.plan.request(.full, .interactive)
        #expect(!walker.plan.isDone)
        let first = walker.next()
        #expect(first?.query == ActivityQuery(perPage: 200))
        #expect(first?.priority == .interactive)
        try walker.land(first)
        // A second one joins.
        walker.plan.request(.full, .scheduled)
        while try walker.step() {}
        #expect(walker.queries.count == 1 + 7)
        #expect(walker.isTrue)
        #expect(walker.plan.state.validatedAt == walker.now)
    }

    @Test func oneThatIsAskedForDuringAFirstSyncTakesItsPlace() throws {
        var walker = Walker(StravaList(Activity.history(1000)))
        walker.plan.request(.newest, .scheduled)
        for _ in 0..<3 { #expect(try walker.step()) }
        walker.plan.request(.full, .interactive)
        while try walker.step() {}
        #expect(walker.isTrue)
        #expect(walker.stored.state.isComplete)
        #expect(walker.queries.count == 3 + 7)
        #expect(walker.completions == 1)
    }

    @Test func aClockThatWentBackDoesNotSilenceIt() throws {
        var walker = Walker.synced(Activity.history(10), rereadInterval: day)
        walker.now = walker.now - day * 30
        #expect(walker.next()?.purpose == .rereading)
    }

    @Test(arguments: [SyncScope.full, .newest])
    func aClockThatWentBackDoesNotFreezeOneThatIsUnderWay(_ scope: SyncScope) throws {
        let all = Activity.history(1000)
        var walker = Walker.synced(all, rereadInterval: day)
        walker.list.remove(all[900].id)
        walker.now = walker.now + day
        // One that is asked for, and one that is spread over the day.
        if scope == .full { walker.plan.request(.full, .interactive) }
        for _ in 0..<3 {
            #expect(try walker.step())
            walker.now = walker.plan.nextPageAt ?? walker.now
        }
        walker.now = walker.now - day * 30
        let back = walker.now
        #expect(try walker.step())
        while walker.plan.state.rereading != nil {
            walker.now = walker.plan.nextPageAt ?? walker.now
            #expect(try walker.step())
        }
        #expect(walker.isTrue)
        #expect(walker.queries.count == 7)
        #expect(walker.now - back < day)
        #expect(walker.plan.state.validatedAt.map { $0 <= back } == true)
    }

    @Test func withoutAnIntervalItIsOnlyDoneOnRequest() throws {
        var walker = Walker.synced(Activity.history(10))
        walker.now = walker.now + day * 365
        #expect(walker.next() == nil)
        #expect(walker.plan.nextPageAt == nil)
    }

    @Test func aMirrorOfAnOlderVersionIsReadAgainAtOnce() {
        var plan = SyncPlan(state: SyncState(athleteID: 7, isComplete: true), rereadInterval: day)
        #expect(plan.next(holding: nil, at: UTCInstant(seconds: 1_795_402_800), stored: 5)?.purpose == .rereading)
    }
}
