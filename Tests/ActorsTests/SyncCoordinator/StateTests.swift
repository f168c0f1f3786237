import ServiceLifecycleTestKit
import TestSupport
import Testing

@testable import Actors

/// Each state of `/strava/status`: how it is reached, what is sent meanwhile, and how it ends.
@Suite("SyncCoordinator, states", .timeLimit(.minutes(15)))
struct StateTests {
    private let shop = Workshop.synced(Activity.history(10))

    /// The changes of state, in order; what the log has one line for.
    private var changes: [String] {
        let words = Set(ConnectionState.allCases.map(\.rawValue))
        return shop.diary.all.filter { words.contains($0) && $0 != "syncing" }
    }

    /// Lets the clock come to the back-off of this length, once the coordinator waits for it.
    private func pass(_ wait: Duration) async {
        let alarm = shop.clock.now() + wait
        await shop.clock.untilSomeoneSleeps(until: alarm)
        shop.clock.advance(to: alarm)
    }

    private func untilIdle() async {
        while await shop.coordinator.status().state != .idle { await Task.yield() }
    }

    @Test func failingBacksOffIsToldOnceAndRecoversByItself() async throws {
        let outage = StravaFailure(.unavailable, "503")
        shop.strava.failLists(outage, outage, outage)
        try await shop.open { _ in
            await shop.coordinator.request(.newest, .scheduled)
            for wait in [5, 10, 20] { await pass(.seconds(wait)) }
            await untilIdle()
        }
        #expect(shop.strava.listCalls == 4)
        #expect(changes == ["failing", "idle"])
        #expect(await shop.store.rows.count == 10)
    }

    @Test func aDatabaseThatIsAwayIsFailingTooAndRecoversByItself() async throws {
        let away = StoreFailure(.unavailable, "locked")
        await shop.store.failCommits(away, away)
        try await shop.open { _ in
            await shop.coordinator.request(.newest, .scheduled)
            await pass(.seconds(5))
            await shop.clock.untilSomeoneSleeps(until: shop.clock.now() + .seconds(10))
            #expect(await shop.coordinator.status().problem?.code == .databaseUnavailable)
            await pass(.seconds(10))
            await untilIdle()
        }
        #expect(changes == ["failing", "idle"])
    }

    @Test func anInactiveAppIsProbedOnceAnHourWhateverTheScheduleAsks() async throws {
        let inactive = StravaFailure(.inactive, "403 Application/Status/Inactive")
        shop.strava.failLists(inactive, inactive, inactive)
        try await shop.open { _ in
            await shop.coordinator.request(.newest, .scheduled)
            for hour in 1...3 {
                let probe = shop.clock.now() + .seconds(3600)
                await shop.clock.untilSomeoneSleeps(until: probe)
                // Six times within the hour the schedule asks, and nothing is sent.
                for _ in 0..<6 { await shop.coordinator.request(.newest, .scheduled) }
                #expect(await shop.coordinator.status().state == .appInactive)
                #expect(shop.strava.listCalls == hour)
                shop.clock.advance(to: probe)
            }
            await untilIdle()
        }
        #expect(shop.strava.listCalls == 4)
        #expect(changes == ["app_inactive", "idle"])
        // It served all the time.
        #expect(shop.diary.published.last?.activities.count == 10)
    }

    @Test func deadTokensAreNotKnockedWithAndAConnectionMendsThem() async throws {
        let shop = Workshop.synced(Activity.history(10), left: -10)
        shop.strava.failTokens(StravaFailure(.refreshTokenDead, "400 RefreshToken/refresh_token/invalid"))
        try await shop.open { _ in
            for _ in 0..<5 { _ = await shop.coordinator.refresh(.newest) }
            #expect(await shop.coordinator.status().state == .needsAuthorization)
            #expect(shop.strava.tokenCalls == 1)
            #expect(shop.strava.listCalls == 0)
            #expect(shop.clock.deadlines.isEmpty)
            let grant = TokenGrant(
                accessToken: Secret("a"), refreshToken: Secret("r"), expiresAt: shop.clock.now() + .seconds(21_600))
            try await shop.vault.connect(grant, athleteID: 7)
            await shop.coordinator.connected(7)
            #expect(await shop.coordinator.refresh(.newest) == .succeeded)
            #expect(await shop.coordinator.status().problem == nil)
        }
        #expect(shop.diary.all.filter { $0 == "needs_authorization" }.count == 1)
    }

    @Test func aMissingScopeWaitsForTheAthleteAndAsksNothing() async throws {
        shop.strava.failLists(StravaFailure(.scopeMissing, "401 AccessToken/activity:read_permission/missing"))
        try await shop.open { _ in
            for _ in 0..<5 { _ = await shop.coordinator.refresh(.newest) }
            #expect(await shop.coordinator.status().state == .missingScope)
            #expect(shop.strava.listCalls == 1)
            #expect(shop.strava.tokenCalls == 0)
            #expect(shop.clock.deadlines.isEmpty)
            await shop.coordinator.connected(7, scope: "activity:read_all")
            #expect(await shop.coordinator.refresh(.newest) == .succeeded)
        }
        // Well with the connection, and once more after the sync that follows.
        #expect(changes == ["missing_scope", "idle", "idle"])
    }

    @Test func aBudgetThatIsSpentIsWaitedForAndTheScheduledRefreshComesThen() async throws {
        shop.strava.failLists(StravaFailure(.limited, "429"))
        // Quarters begin at :00; the local clock is given three seconds.
        let boundary = shop.clock.now() + .seconds(903)
        try await shop.open { _ in
            await shop.coordinator.request(.newest, .scheduled)
            while await shop.coordinator.status().state != .waitingForBudget { await Task.yield() }
            let refused = await shop.coordinator.refresh(.newest)
            guard case .limited(let until) = refused else {
                Issue.record("\(refused)")
                return
            }
            #expect(until >= boundary - .seconds(3))
            await shop.clock.untilSomeoneSleeps(until: until)
            shop.clock.advance(to: until)
            await untilIdle()
        }
        #expect(shop.strava.listCalls == 2)
        #expect(changes == ["waiting_for_budget", "idle"])
    }
}
