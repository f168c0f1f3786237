import TestSupport
import Testing

@testable import Actors

private let day = Duration.seconds(86_400)

/// What runs beside something else: a refresh beside a walk, a re-reading beside the day, another process beside this one.
@Suite("SyncCoordinator, one thing beside another", .timeLimit(.minutes(15)))
struct RefreshBesideWalkTests {
    @Test func aRefreshDuringAFirstSyncIsAnsweredWithTheNewestAndTheWalkGoesOn() async throws {
        let shop = Workshop(Activity.history(1000))
        let gates = (0..<3).map { _ in Gate() }
        try await shop.open { _ in
            shop.strava.holdLists(gates[0])
            let walk = Task { await shop.coordinator.refresh(.newest) }
            await gates[0].arrivals(1)
            shop.strava.holdLists(gates[1])
            gates[0].open()
            // The second page of the walk is on its way.
            await gates[1].arrivals(1)
            shop.strava.change { $0.insert(.sample(5000, at: 1_795_400_000, name: "New")) }
            let person = Task { await shop.coordinator.refresh(.newest, until: .newest) }
            while await shop.coordinator.waiting < 2 { await Task.yield() }
            shop.strava.holdLists(gates[2])
            gates[1].open()
            await gates[2].arrivals(1)
            // It is the person's, not the walk's third.
            #expect(shop.strava.queries.last == ActivityQuery(perPage: 200))
            let last = Gate()
            shop.strava.holdLists(last)
            gates[2].open()
            #expect(await person.value == .succeeded)
            #expect(await shop.store.rows[5000] != nil)
            #expect(await !shop.coordinator.status().isComplete)
            last.open()
            #expect(await walk.value == .succeeded)
        }
        #expect(await shop.store.rows.count == 1001)
        // Seven for the walk, one for the person.
        #expect(shop.strava.listCalls == 8)
    }

    @Test func aWalkThatFailsIsNotTheFailureOfTheRefreshBesideIt() async throws {
        let shop = Workshop(Activity.history(1000))
        let (first, second) = (Gate(), Gate())
        shop.strava.failLists(nil, StravaFailure(.unavailable, "503"))
        try await shop.open { _ in
            shop.strava.holdLists(first)
            let walk = Task { await shop.coordinator.refresh(.newest) }
            await first.arrivals(1)
            shop.strava.holdLists(second)
            first.open()
            await second.arrivals(1)
            let person = Task { await shop.coordinator.refresh(.newest, until: .newest) }
            while await shop.coordinator.waiting < 2 { await Task.yield() }
            second.open()
            #expect(await person.value == .succeeded)
            guard case .stravaFailed = await walk.value else {
                Issue.record("the walk's failure was not told")
                return
            }
        }
    }

    @Test func aWalkThatWaitsForTheBudgetIsToldOnceAndARefreshStillGoes() async throws {
        let shop = Workshop(Activity.history(450), used: 95)
        try await shop.open { _ in
            #expect(await shop.coordinator.refresh(.newest, until: .newest) == .succeeded)
            while await shop.coordinator.status().state != .waitingForBudget { await Task.yield() }
            for _ in 0..<3 { #expect(await shop.coordinator.refresh(.newest, until: .newest) == .succeeded) }
        }
        #expect(shop.strava.listCalls == 4)
        #expect(shop.diary.all.filter { $0 == "waiting_for_budget" }.count == 1)
    }

    @Test func theWholeListIsReadAgainByItselfAndNobodySeesItSyncing() async throws {
        let shop = Workshop.synced(Activity.history(450), rereadInterval: day)
        let start = shop.clock.now()
        shop.strava.change { list in
            list.remove(1)
            list.activities[400].name = "edited"
        }
        // Four requests, spread over half a day.
        let spacing = day / 2 / 4
        try await shop.open { _ in
            for page in 0..<4 {
                let due = start + day + spacing * page
                await shop.clock.untilSomeoneSleeps(until: due)
                #expect(shop.strava.listCalls == page)
                shop.clock.advance(to: due)
            }
            await shop.clock.untilSomeoneSleeps(until: start + day + day)
        }
        #expect(shop.strava.listCalls == 4)
        // The one that the list lacked is asked for at its end, without a pause.
        #expect(shop.strava.lookups == [1])
        #expect(await shop.store.rows.count == 449)
        #expect(await shop.store.tombstones.keys.sorted() == [1])
        #expect(
            shop.diary.finished == [
                SyncReport(isRereading: true, requests: 5, written: 1, deleted: 1, stored: 449, elapsed: spacing * 3)
            ])
        #expect(!shop.diary.all.contains("syncing"))
        #expect(await shop.coordinator.status().validatedAt == start + day)
        #expect(shop.clock.deadlines.count <= 1)
    }

    @Test func aRefreshThatFindsNothingNewOnlyConfirms() async throws {
        let shop = Workshop.synced(Activity.history(450))
        try await shop.open { _ in
            #expect(await shop.coordinator.refresh(.newest) == .succeeded)
        }
        #expect(shop.diary.all == ["stored 450", "published 450", "syncing", "confirmed", "idle", "finished"])
    }

    @Test func whatAnotherProcessHasWrittenIsTakenOver() async throws {
        let all = Activity.history(300)
        let shop = Workshop.synced(all)
        shop.strava.change { $0.remove(all[250].id) }
        try await shop.open { _ in
            #expect(await shop.coordinator.refresh(.newest) == .succeeded)
            #expect(await shop.coordinator.status().activities == 300)
            // As `paceline refresh --full` does beside a server.
            var state = await shop.store.state
            state.validatedAt = shop.clock.now() + .seconds(1)
            try await shop.store.commit(
                SyncBatch(deletions: [all[250].id], state: state, fetchedAt: shop.clock.now()))
            #expect(await shop.coordinator.refresh(.newest) == .succeeded)
            #expect(await shop.coordinator.status().activities == 299)
            #expect(await shop.coordinator.status().validatedAt == state.validatedAt)
        }
        #expect(shop.diary.published.last?.activities.count == 299)
    }

    @Test func heldDeletionsAreToldOnceAndNameTheirCure() async throws {
        let all = Activity.history(1000)
        let shop = Workshop.synced(all)
        shop.strava.change { list in for activity in all[300..<400] { list.remove(activity.id) } }
        try await shop.open { _ in
            for _ in 0..<3 { #expect(await shop.coordinator.refresh(.full) == .succeeded) }
            let status = await shop.coordinator.status()
            #expect(status.activities == 1000)
            #expect(status.state == .idle)
            #expect(status.problem?.code == .deletionsHeld)
            #expect(status.problem?.message.contains("lacks 100 of 1000") == true)
            #expect(status.problem?.message.contains("paceline refresh --accept-deletions") == true)
            #expect(await shop.coordinator.refresh(.fullAcceptingDeletions) == .succeeded)
            #expect(await shop.coordinator.status().problem == nil)
        }
        #expect(await shop.store.rows.count == 900)
        #expect(shop.diary.all.filter { $0.hasPrefix("held") } == ["held 100"])
    }

    @Test func aConnectionWithOtherRightsHoldsWhatTheyHide() async throws {
        let all = Activity.history(300)
        let shop = Workshop.synced(all, scope: "activity:read_all")
        shop.strava.change { list in
            list.remove(all[250].id)
            list.remove(all[20].id)
        }
        try await shop.open { _ in
            let grant = TokenGrant(
                accessToken: Secret("a"), refreshToken: Secret("r"), expiresAt: shop.clock.now() + .seconds(21_600))
            try await shop.vault.connect(grant, athleteID: 7, scope: "activity:read")
            await shop.coordinator.connected(7, scope: "activity:read")
            #expect(await shop.coordinator.refresh(.full) == .succeeded)
            #expect(await shop.coordinator.status().problem?.code == .deletionsHeld)
        }
        #expect(await shop.store.rows.count == 300)
        #expect(await shop.store.authorization_?.scope == "activity:read")
        #expect(await shop.store.state.scope == "activity:read_all")
    }

    @Test func aTokenThatAnotherProcessBroughtIsTakenWithItsRights() async throws {
        let all = Activity.history(300)
        let shop = Workshop.synced(all, scope: "activity:read_all")
        shop.strava.change { $0.remove(all[20].id) }
        shop.strava.kill(Secret("old-access"))
        try await shop.open { _ in
            // The athlete granted less there, and this process was not told.
            try await shop.store.save(
                StoredAuthorization(
                    athleteID: 7, accessToken: "key:other-access", refreshToken: "key:other-refresh",
                    expiresAt: shop.clock.now() + .seconds(21_600), scope: "activity:read"))
            #expect(await shop.coordinator.refresh(.newest) == .succeeded)
            #expect(await shop.coordinator.refresh(.full) == .succeeded)
            #expect(await shop.coordinator.status().problem?.code == .deletionsHeld)
        }
        #expect(shop.strava.tokensSent.last == Secret("other-access"))
        #expect(await shop.store.rows.count == 300)
        #expect(await shop.store.state.scope == "activity:read_all")
    }

    @Test func aPageThatWasFetchedWithTheRightsOfBeforeIsFetchedAgain() async throws {
        let shop = Workshop.synced(Activity.history(10))
        let gate = Gate()
        shop.strava.holdLists(gate)
        try await shop.open { _ in
            let waiter = Task { await shop.coordinator.refresh(.newest) }
            await gate.arrivals(1)
            await shop.coordinator.connected(7)
            gate.open()
            #expect(await waiter.value == .succeeded)
        }
        #expect(shop.strava.listCalls == 2)
        #expect(await shop.store.commits == 1)
    }
}

@Suite("Eraser")
struct EraserTests {
    @Test func whatWasDeletedTwoDaysAgoIsErasedWithinTheHour() async throws {
        let clock = ManualClock()
        let deleted = clock.now()
        let store = MemoryStore(activities: Activity.history(3))
        try await store.commit(SyncBatch(deletions: [1], state: SyncState(), fetchedAt: deleted))
        let eraser = Task { await Eraser(store: store, clock: clock).run() }
        for passed in 1...49 {
            let due = deleted + .seconds(Int64(passed) * 3600)
            await clock.untilSomeoneSleeps(until: due)
            #expect(await store.tombstones[1] == deleted)
            clock.advance(to: due)
        }
        await clock.untilSomeoneSleeps(until: deleted + .seconds(50 * 3600))
        #expect(await store.tombstones.isEmpty)
        eraser.cancel()
        await eraser.value
    }
}
