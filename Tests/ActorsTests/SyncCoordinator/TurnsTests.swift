import TestSupport
import Testing

@testable import Actors

/// Two processes on one database, with one Strava and one clock.
@Suite("SyncCoordinator, processes that share a database", .timeLimit(.minutes(15)))
struct TurnsTests {
    /// Moves the clock to whatever is slept for next, whenever nobody is at work, until `isOver`.
    ///
    /// While somebody is, no time passes: leases would end faster than any step.
    private func passTime(_ shop: Workshop, until isOver: @Sendable () async -> Bool) async {
        while await !isOver() {
            if await shop.store.leases[.sync]?.hold == nil, let next = shop.clock.deadlines.first {
                shop.clock.advance(to: max(next, shop.clock.now()))
            }
            await Task.yield()
        }
    }

    /// - Parameter gate: the second starts when the first has come to it, so that the first one has the lease.
    private func open(
        _ one: Workshop, after gate: Gate? = nil, _ other: Workshop, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await one.open { _ in
            await gate?.arrivals(1)
            try await other.open { _ in try await body() }
        }
    }

    @Test func ofTwoThatAreAskedAtTheSameMomentOneAsksStrava() async throws {
        let one = Workshop.synced(Activity.history(10))
        let other = Workshop(beside: one)
        let gate = Gate()
        one.strava.holdLists(gate)
        try await open(one, other) {
            let first = Task { await one.coordinator.refresh(.newest, until: .newest) }
            await gate.arrivals(1)
            let second = Task { await other.coordinator.refresh(.newest, until: .newest) }
            await one.clock.untilSomeoneSleeps()
            gate.open()
            #expect(await first.value == .succeeded)
            one.clock.advance(by: SyncCoordinator.turnPoll)
            #expect(await second.value == .succeeded)
        }
        #expect(one.strava.listCalls == 1)
    }

    @Test func whatOneAsksForAfterTheOtherHasLookedIsLookedForAgain() async throws {
        let one = Workshop.synced(Activity.history(10))
        let other = Workshop(beside: one)
        try await open(one, other) {
            #expect(await one.coordinator.refresh(.newest) == .succeeded)
            one.clock.advance(by: .seconds(1))
            #expect(await other.coordinator.refresh(.newest) == .succeeded)
        }
        #expect(one.strava.listCalls == 2)
    }

    @Test func aBeatThatCoincidesWithAnothersIsAnsweredByItAndAPersonsRequestIsNot() {
        let before = UTCInstant(seconds: 1_795_000_000)
        for (priority, isAnswered) in [(RequestPriority.scheduled, true), (.interactive, false)] {
            var plan = SyncPlan(state: SyncState(athleteID: 7, isComplete: true, newestAt: before))
            plan.request(.newest, priority)
            #expect(plan.caughtUp(newestAt: before + .seconds(1)) == isAnswered)
            #expect(plan.isDone == isAnswered)
            #expect(plan.caughtUp(newestAt: before + .seconds(1)) == false)
            // The next one is for everybody who still waits.
            #expect(plan.caughtUp(newestAt: before + .seconds(2)) == !isAnswered)
        }
    }

    @Test func twoThatAreAskedForOneHistoryReadItOnce() async throws {
        let one = Workshop(Activity.history(1000))
        let other = Workshop(beside: one)
        try await open(one, other) {
            let first = Task { await one.coordinator.refresh(.newest) }
            let second = Task { await other.coordinator.refresh(.newest) }
            while await one.coordinator.waiting == 0 { await Task.yield() }
            while await other.coordinator.waiting == 0 { await Task.yield() }
            await passTime(one) {
                let shops = [await one.coordinator.waiting, await other.coordinator.waiting]
                return shops == [0, 0]
            }
            #expect(await first.value == .succeeded)
            #expect(await second.value == .succeeded)
        }
        #expect(await one.store.rows.count == 1000)
        // Seven for one that is alone; the other may have asked for the newest by itself.
        #expect((7...8).contains(one.strava.listCalls))
        #expect(one.diary.published.last?.activities.count == 1000)
        #expect(other.diary.published.last?.activities.count == 1000)
    }

    @Test func aPersonElsewhereGoesBetweenTwoPagesOfAWalk() async throws {
        let one = Workshop(Activity.history(1000))
        let other = Workshop(beside: one)
        let (first, second) = (Gate(), Gate())
        one.strava.holdLists(first)
        try await open(one, after: first, other) {
            let walk = Task { await one.coordinator.refresh(.newest) }
            while await one.coordinator.waiting == 0 { await Task.yield() }
            one.strava.holdLists(second)
            first.open()
            await second.arrivals(1)
            let person = Task { await other.coordinator.refresh(.newest, until: .newest) }
            while await one.store.leases[.sync]?.claim == nil { await Task.yield() }
            let third = Gate()
            one.strava.holdLists(third)
            second.open()
            while await one.store.leases[.sync]?.hold != nil { await Task.yield() }
            one.clock.advance(by: SyncCoordinator.turnPoll)
            await third.arrivals(1)
            one.strava.holdLists(nil)
            third.open()
            #expect(await person.value == .succeeded)
            #expect(one.strava.queries[2] == ActivityQuery(perPage: 200))
            await passTime(one) { await one.coordinator.waiting == 0 }
            #expect(await walk.value == .succeeded)
        }
        #expect(await one.store.rows.count == 1000)
        #expect(one.strava.listCalls == 8)
    }

    @Test func whatADeadProcessLeftIsGoneOnWithWhenItsLeaseHasEnded() async throws {
        let shop = Workshop(Activity.history(450))
        let dead = LeaseHolder(.sync, in: shop.store)
        #expect(try await dead.take(.background) == .begun)
        try await shop.open { _ in
            let walk = Task { await shop.coordinator.refresh(.newest) }
            let begun = shop.clock.now()
            await shop.clock.untilSomeoneSleeps()
            #expect(shop.strava.listCalls == 0)
            #expect(await shop.coordinator.status().state == .syncing)
            while shop.clock.now() - begun < LeaseRecord.term {
                await shop.clock.untilSomeoneSleeps(until: shop.clock.now() + SyncCoordinator.turnPoll)
                #expect(shop.strava.listCalls == 0)
                shop.clock.advance(by: SyncCoordinator.turnPoll)
            }
            #expect(await walk.value == .succeeded)
        }
        #expect(await shop.store.rows.count == 450)
    }

    @Test func aPageThatCameAfterAnotherProcessTookOverIsNotStored() async throws {
        let one = Workshop(Activity.history(1000))
        let other = Workshop(beside: one)
        let (first, second) = (Gate(), Gate())
        one.strava.holdLists(first)
        try await open(one, after: first, other) {
            let slow = Task { await one.coordinator.refresh(.newest) }
            while await one.coordinator.waiting == 0 { await Task.yield() }
            one.strava.holdLists(second)
            first.open()
            await second.arrivals(1)
            // Longer than the lease is good for.
            one.clock.advance(by: .seconds(50))
            one.strava.holdLists(nil)
            let quick = Task { await other.coordinator.refresh(.newest) }
            await passTime(one) { await other.coordinator.waiting == 0 }
            #expect(await quick.value == .succeeded)
            one.strava.change { $0.remove(700) }
            let cursorAfter = await one.store.state
            second.open()
            await passTime(one) { await one.coordinator.waiting == 0 }
            #expect(await slow.value == .succeeded)
            #expect(await one.store.state == cursorAfter)
        }
        #expect(await one.store.rows.count == 1000)
        #expect(one.diary.published.last?.activities.count == 1000)
    }

    @Test func whatOneLearnsOfStravaTheOtherGoesBy() async throws {
        let one = Workshop.synced(Activity.history(10))
        let other = Workshop(beside: one)
        one.strava.failLists(StravaFailure(.inactive, "403"))
        try await open(one, other) {
            _ = await one.coordinator.refresh(.newest)
            while await one.store.leases[.sync]?.rest == nil { await Task.yield() }
            await other.coordinator.request(.newest, .scheduled)
            while await other.coordinator.status().state != .appInactive { await Task.yield() }
            #expect(await other.coordinator.status().problem?.message == one.coordinator.status().problem?.message)
            #expect(one.strava.listCalls == 1)
            // A person may try, and what that finds is good for both.
            #expect(await other.coordinator.refresh(.newest) == .succeeded)
            await one.coordinator.storeChanged()
            while await one.coordinator.status().state != .idle { await Task.yield() }
            #expect(await one.coordinator.status().problem == nil)
        }
        #expect(one.strava.listCalls == 2)
    }

    @Test func whatASuccessHasShownToBeWellIsNotHeldUpByTheFailureBefore() async throws {
        let shop = Workshop.synced(Activity.history(10))
        shop.strava.failLists(StravaFailure(.unavailable, "503"))
        try await shop.open { _ in
            guard case .stravaFailed = await shop.coordinator.refresh(.newest) else {
                Issue.record("the failure was not told")
                return
            }
            while await shop.store.leases[.sync]?.rest == nil { await Task.yield() }
            // The look at the newest that failed is still to be taken, and goes after the re-reading.
            #expect(await shop.coordinator.refresh(.full) == .succeeded)
            #expect(await shop.coordinator.status().state == .idle)
        }
    }

    @Test func aPersonIsToldWhatHoldsUpTheBackfillElsewhere() async throws {
        let one = Workshop(Activity.history(1000), used: 95)
        let other = Workshop(beside: one)
        let gate = Gate()
        one.strava.holdLists(gate)
        try await open(one, after: gate, other) {
            let walk = Task { await one.coordinator.refresh(.newest) }
            while await one.coordinator.waiting == 0 { await Task.yield() }
            gate.open()
            guard case .limited(let until) = await walk.value else {
                Issue.record("the backfill went over the reserve")
                return
            }
            while await one.store.leases[.sync]?.rest == nil { await Task.yield() }
            #expect(await other.coordinator.refresh(.newest) == .limited(until: until))
        }
        #expect(other.diary.all.contains("waiting_for_budget"))
    }
}
