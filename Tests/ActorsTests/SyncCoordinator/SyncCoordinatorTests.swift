import ServiceLifecycleTestKit
import TestSupport
import Testing

@testable import Actors

private let outage = StravaFailure(.unavailable, "503")

@Suite("SyncCoordinator", .timeLimit(.minutes(15)))
struct SyncCoordinatorTests {
    @Test func twentyRefreshesWithAnExpiredTokenAreOneExchangeAndOneListRequest() async throws {
        let shop = Workshop.synced(Activity.history(100), left: -10)
        let gate = Gate()
        shop.strava.holdTokens(gate)
        try await shop.open { _ in
            let outcomes = await withTaskGroup { group in
                for _ in 0..<20 { group.addTask { await shop.coordinator.refresh(.newest) } }
                await gate.arrivals(1)
                while await shop.coordinator.waiting < 20 { await Task.yield() }
                gate.open()
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes == Array(repeating: .succeeded, count: 20))
        }
        #expect(shop.strava.tokenCalls == 1)
        #expect(shop.strava.listCalls == 1)
    }

    @Test func aFirstSyncStoresThenPublishesThenAnswers() async throws {
        let shop = Workshop(Activity.history(450))
        try await shop.open { _ in
            #expect(await shop.coordinator.refresh(.newest) == .succeeded)
            shop.diary.note("answered")
        }
        #expect(
            shop.diary.all == [
                "stored 0", "published 0", "syncing", "stored 200", "published 200", "stored 399", "published 399",
                "stored 450", "published 450", "stored 450", "published 450", "idle", "finished", "answered",
            ])
        #expect(
            shop.diary.finished == [SyncReport(completedHistory: true, requests: 4, written: 450, stored: 450)])
        let versions = shop.diary.published.map(\.version)
        #expect(versions == versions.sorted() && Set(versions).count == versions.count)
        #expect(shop.diary.published.last?.isComplete == true)
        #expect(shop.diary.published.last?.fetchedAt == shop.clock.now())
        let status = await shop.coordinator.status()
        #expect(status.isComplete && status.activities == 450 && status.state == .idle && !status.isWalking)
    }

    @Test func aClientThatGoesAwayDoesNotStopTheSync() async throws {
        let shop = Workshop(Activity.history(450))
        let gate = Gate()
        shop.strava.holdLists(gate)
        try await shop.open { _ in
            // Awaited at once; it is the client.
            let client = Task { await shop.coordinator.refresh(.newest) }
            await gate.arrivals(1)
            client.cancel()
            _ = await client.value
            gate.open()
            #expect(await shop.coordinator.refresh(.newest) == .succeeded)
        }
        #expect(await shop.store.rows.count == 450)
        #expect(shop.strava.listCalls == 4)
    }

    @Test func aSpentBudgetIsToldAtOnceAndTheSyncGoesOnByItselfAtTheBoundary() async throws {
        let shop = Workshop(Activity.history(450), used: 95)
        let boundary = shop.clock.now() + .seconds(903)
        try await shop.open { _ in
            let outcome = await shop.coordinator.refresh(.newest)
            #expect(outcome == .limited(until: boundary))
            #expect(await shop.coordinator.status().state == .waitingForBudget)
            #expect(shop.strava.listCalls == 1)
            #expect(await shop.store.rows.count == 200)
            await shop.clock.untilSomeoneSleeps(until: boundary)
            // A person may still look at the newest; the walk waits.
            #expect(await shop.coordinator.refresh(.newest) == .limited(until: boundary))
            #expect(shop.strava.listCalls == 2)
            shop.strava.report(nil)
            shop.clock.advance(to: boundary)
            while await !shop.coordinator.status().isComplete { await Task.yield() }
        }
        #expect(await shop.store.rows.count == 450)
        #expect(shop.diary.finished.count == 1)
        // What the budget held back was never sent.
        #expect(shop.diary.finished.first?.requests == shop.strava.listCalls)
        #expect(shop.diary.all.contains("waiting_for_budget"))
    }

    @Test func alarmsDoNotPileUp() async throws {
        let shop = Workshop.synced(Activity.history(10))
        try await shop.open { _ in
            for _ in 0..<5 {
                shop.strava.failLists(outage)
                _ = await shop.coordinator.refresh(.newest)
            }
            await shop.clock.untilSomeoneSleeps()
            #expect(shop.clock.deadlines.count == 1)
            #expect(await shop.coordinator.status().state == .failing)
            // The first alarm finds that it is too early, and sets the next; then all is well by itself.
            for _ in 0..<6 {
                await shop.clock.untilSomeoneSleeps()
                guard let deadline = shop.clock.deadlines.first else { break }
                shop.clock.advance(to: deadline)
                while await shop.coordinator.status().state == .failing, shop.clock.deadlines.isEmpty {
                    await Task.yield()
                }
                if await shop.coordinator.status().state == .idle { break }
            }
            #expect(shop.strava.listCalls == 6)
        }
    }

    @Test func anInvalidTokenIsRefreshedOnceAndTheRequestRepeatedOnce() async throws {
        let shop = Workshop.synced(Activity.history(10))
        shop.strava.kill(Secret("old-access"))
        try await shop.open { _ in
            #expect(await shop.coordinator.refresh(.newest) == .succeeded)
        }
        #expect(shop.strava.tokensSent == [Secret("old-access"), Secret("access-1")])
        #expect(shop.strava.tokenCalls == 1)
        #expect(shop.diary.finished.first?.requests == 2)
    }

    @Test func aSecondRefusalOfTheTokenNeedsTheAthlete() async throws {
        let shop = Workshop.synced(Activity.history(10))
        shop.strava.kill(Secret("old-access"))
        shop.strava.kill(Secret("access-1"))
        try await shop.open { _ in
            for _ in 0..<3 {
                let outcome = await shop.coordinator.refresh(.newest)
                guard case .stravaFailed(let problem) = outcome else {
                    Issue.record("\(outcome)")
                    return
                }
                #expect(problem.code.rawValue == "needs_authorization")
            }
            #expect(await shop.coordinator.status().state == .needsAuthorization)
        }
        #expect(shop.strava.listCalls == 2)
        #expect(shop.strava.tokenCalls == 1)
    }

    @Test func aMissingScopeIsNotRefreshedAndAConnectionMendsIt() async throws {
        let shop = Workshop.synced(Activity.history(10))
        shop.strava.failLists(StravaFailure(.scopeMissing, "401"))
        try await shop.open { _ in
            let outcome = await shop.coordinator.refresh(.newest)
            guard case .stravaFailed(let problem) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(problem.code.rawValue == "missing_scope")
            await shop.coordinator.connected(7)
            #expect(await shop.coordinator.refresh(.newest) == .succeeded)
        }
        #expect(shop.strava.tokenCalls == 0)
    }

    @Test func whatFailedWithTheOldTokensIsNotHeldAgainstANewConnection() async throws {
        let shop = Workshop.synced(Activity.history(10))
        let gate = Gate()
        shop.strava.holdLists(gate)
        shop.strava.failLists(StravaFailure(.scopeMissing, "401"))
        try await shop.open { _ in
            let waiter = Task { await shop.coordinator.refresh(.newest) }
            await gate.arrivals(1)
            await shop.coordinator.connected(7)
            gate.open()
            let outcome = await waiter.value
            #expect(outcome == .succeeded)
        }
    }

    @Test func whatIsNotStoredIsNotPublished() async throws {
        let shop = Workshop(Activity.history(450))
        await shop.store.failCommits(nil, StoreFailure(.unavailable, "locked"))
        try await shop.open { _ in
            let outcome = await shop.coordinator.refresh(.newest)
            guard case .storeFailed(let problem) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(problem.code.rawValue == "database_unavailable")
            #expect(shop.diary.published.map(\.activities.count) == [0, 200])
            #expect(await shop.coordinator.status().activities == 200)
            let alarm = shop.clock.now() + .seconds(5)
            await shop.clock.untilSomeoneSleeps(until: alarm)
            shop.clock.advance(to: alarm)
            while await !shop.coordinator.status().isComplete { await Task.yield() }
        }
        #expect(await shop.store.rows.count == 450)
    }

    @Test func aFailureThatRepeatsIsNotRepeatedBeforeItsBackOff() async throws {
        let shop = Workshop.synced(Activity.history(10))
        shop.strava.change { $0.activities = [] }
        try await shop.open { _ in
            await shop.coordinator.request(.newest, .scheduled)
            for wait in [5, 10, 20] {
                let alarm = shop.clock.now() + .seconds(wait)
                await shop.clock.untilSomeoneSleeps(until: alarm)
                shop.clock.advance(to: alarm)
            }
            await shop.clock.untilSomeoneSleeps()
        }
        #expect(shop.strava.listCalls == 4)
        #expect(await shop.store.rows.count == 10)
        #expect(await shop.coordinator.status().problem?.code.rawValue == "strava_unavailable")
    }

    @Test func withoutAnAthleteNothingIsAskedUntilOneConnects() async throws {
        let shop = Workshop(Activity.history(10), left: nil)
        try await shop.open { _ in
            #expect(await shop.coordinator.refresh(.newest) == .notConnected)
            await shop.coordinator.request(.newest, .scheduled)
            let grant = TokenGrant(
                accessToken: Secret("a"), refreshToken: Secret("r"), expiresAt: shop.clock.now() + .seconds(21_600))
            try await shop.vault.connect(grant, athleteID: 7)
            #expect(shop.strava.listCalls == 0)
            await shop.coordinator.connected(7)
            #expect(await shop.coordinator.refresh(.newest) == .succeeded)
        }
        #expect(await shop.store.state.athleteID == 7)
        #expect(await shop.store.rows.count == 10)
    }

    @Test func shutdownFinishesThePageUnderWayAndEndsThoseWhoWait() async throws {
        let shop = Workshop(Activity.history(1000))
        let gate = Gate()
        await shop.store.holdCommits(gate)
        try await shop.open { trigger in
            let waiter = Task { await shop.coordinator.refresh(.newest) }
            await gate.arrivals(1)
            trigger.triggerGracefulShutdown()
            gate.open()
            #expect(await waiter.value == .shuttingDown)
            #expect(await shop.coordinator.refresh(.newest) == .shuttingDown)
        }
        #expect(await shop.store.rows.count == 200)
        #expect(await shop.store.state.cursor != nil)
        #expect(shop.strava.listCalls == 1)
    }

    @Test func aCoordinatorThatIsCancelledEndsAndDoesNotSpin() async throws {
        let shop = Workshop(Activity.history(1000), left: -10)
        let gate = Gate()
        shop.strava.holdTokens(gate)
        try await shop.vault.load()
        try await shop.coordinator.load()
        let vault = Task { await shop.vault.run() }
        let coordinator = Task { await shop.coordinator.run() }
        let waiter = Task { await shop.coordinator.refresh(.newest) }
        await gate.arrivals(1)
        coordinator.cancel()
        await coordinator.value
        #expect(await waiter.value == .shuttingDown)
        gate.open()
        vault.cancel()
        await vault.value
    }

    @Test func aKilledProcessGoesOnWhereItsStoreStands() async throws {
        let first = Workshop(Activity.history(1000))
        await first.store.failCommits(nil, nil, StoreFailure(.unavailable, "the process ends here"))
        try await first.open { _ in _ = await first.coordinator.refresh(.newest) }
        #expect(await first.store.rows.count == 399)
        let second = Workshop(Activity.history(1000), over: first.store)
        try await second.open { _ in
            while await !second.coordinator.status().isComplete { await Task.yield() }
        }
        #expect(await first.store.rows.count == 1000)
        #expect(first.strava.listCalls + second.strava.listCalls == 8)
        #expect(second.diary.published.first?.activities.count == 399)
    }

    @Test func aCompleteRereadingDeletesAndReportsIt() async throws {
        let shop = Workshop.synced(Activity.history(500))
        shop.strava.change { list in
            list.remove(1)
            list.damaged[300] = .withID
        }
        try await shop.open { _ in
            #expect(await shop.coordinator.refresh(.full) == .succeeded)
        }
        #expect(await shop.store.rows.count == 499)
        #expect(try await shop.store.rejected().map(\.id) == [300])
        #expect(shop.diary.finished == [SyncReport(isRereading: true, requests: 5, deleted: 1, stored: 499)])
        #expect(shop.strava.lookups == [1])
        #expect(shop.diary.all.contains("set aside 1"))
    }

    @Test func twoSyncsInARowAreTwoReports() async throws {
        let shop = Workshop.synced(Activity.history(10))
        try await shop.open { _ in
            #expect(await shop.coordinator.refresh(.newest) == .succeeded)
            #expect(await shop.coordinator.refresh(.newest) == .succeeded)
        }
        #expect(shop.diary.finished == Array(repeating: SyncReport(requests: 1, stored: 10), count: 2))
    }
}
