import TestSupport
import Testing

@testable import Actors

/// What is missing is asked for by its id: by the coordinator and all that is around it.
@Suite("SyncCoordinator, asking for what is missing", .timeLimit(.minutes(5)))
struct LookupTests {
    private let all = Activity.history(300)

    @Test func whoAsksForTheNewestIsAnsweredWhenWhatIsGoneIsDeleted() async throws {
        let shop = Workshop.synced(all)
        shop.strava.change { $0.remove(299) }
        try await shop.open { _ in
            #expect(await shop.coordinator.refresh(.newest, until: .newest) == .succeeded)
            #expect(await shop.store.rows[299] == nil)
        }
        #expect(shop.strava.lookups == [299])
        #expect(shop.strava.listCalls == 1)
        #expect(shop.diary.finished == [SyncReport(requests: 2, deleted: 1, stored: 299)])
    }

    @Test func whatMovedOffTheNewestPageIsStoredWhereItWent() async throws {
        let shop = Workshop.synced(all)
        let moved = all[290].startDate + .seconds(60)
        shop.strava.change { $0.move(299, to: moved) }
        try await shop.open { _ in
            #expect(await shop.coordinator.refresh(.newest, until: .newest) == .succeeded)
        }
        #expect(await shop.store.rows.count == 300)
        #expect(await shop.store.rows[299]?.startDate == moved)
        #expect(await shop.store.tombstones.isEmpty)
    }

    @Test(arguments: [StravaFailure.Kind.scopeMissing, .rejected])
    func aRefusalForOneActivitySaysNothingOfTheConnection(_ kind: StravaFailure.Kind) async throws {
        let shop = Workshop.synced(all)
        shop.strava.change { $0.remove(299) }
        shop.strava.failLookups(StravaFailure(kind, "refused"))
        try await shop.open { _ in
            #expect(await shop.coordinator.refresh(.newest) == .succeeded)
            #expect(await shop.coordinator.status().state == .idle)
        }
        #expect(await shop.store.rows.count == 300)
    }

    @Test func aTokenThatIsGoodForTheListIsNotGivenUpForOneActivity() async throws {
        let shop = Workshop.synced(all)
        shop.strava.change { $0.remove(299) }
        shop.strava.failLookups(StravaFailure(.unauthorized, "401"), StravaFailure(.unauthorized, "401"))
        try await shop.open { _ in
            #expect(await shop.coordinator.refresh(.newest) == .succeeded)
            #expect(await shop.coordinator.status().state == .idle)
        }
        #expect(shop.strava.tokenCalls == 1)
        #expect(shop.strava.lookups == [299, 299])
        #expect(await shop.store.rows.count == 300)
    }

    @Test func oneThatAlwaysFailsIsLeftAfterThreeTries() async throws {
        let shop = Workshop.synced(all)
        let broken = StravaFailure(.unavailable, "500 error")
        shop.strava.change { $0.remove(299) }
        shop.strava.failLookups(broken, broken, broken)
        try await shop.open { _ in
            guard case .stravaFailed = await shop.coordinator.refresh(.newest) else {
                Issue.record("the first failure is told to whoever waits")
                return
            }
            var due = shop.clock.now()
            for backoff in [5, 10] as [Int64] {
                due = due + .seconds(backoff)
                await shop.clock.untilSomeoneSleeps(until: due)
                shop.clock.advance(to: due)
            }
            while await shop.coordinator.status().state != .idle { await Task.yield() }
            #expect(await shop.coordinator.refresh(.newest) == .succeeded)
            #expect(shop.strava.lookups == [299, 299, 299])
            #expect(await shop.coordinator.refresh(.full) == .succeeded)
        }
        #expect(shop.strava.lookups == [299, 299, 299, 299])
        #expect(await shop.store.rows.count == 299)
    }

    @Test func anOutageWhileLookupsRunIsShownAndTheBackOffGrowsOverAllOfThem() async throws {
        let shop = Workshop.synced(all)
        let away = StravaFailure(.unavailable, "503")
        shop.strava.change { list in
            list.remove(299)
            list.remove(298)
        }
        shop.strava.failLookups(away, away, away, away)
        let began = shop.clock.now()
        try await shop.open { _ in
            _ = await shop.coordinator.refresh(.newest)
            var due = began
            for backoff in [5, 10, 20] as [Int64] {
                due = due + .seconds(backoff)
                await shop.clock.untilSomeoneSleeps(until: due)
                if backoff < 20 { shop.clock.advance(to: due) }
            }
            let status = await shop.coordinator.status()
            #expect(status.state == .failing)
            #expect(status.problem?.code == .stravaUnavailable)
            #expect(status.lastSuccessAt == began)
        }
        #expect(shop.strava.lookups == [299, 299, 299, 298])
        #expect(await shop.store.rows.count == 300)
    }

    @Test func aSpentBudgetIsToldAndWhatWasFetchedIsStored() async throws {
        let shop = Workshop.synced(all)
        shop.strava.change { list in
            list.remove(299)
            list.activities[5].name = "edited"
        }
        shop.strava.failLookups(StravaFailure(.limited, "429"))
        try await shop.open { _ in
            guard case .limited = await shop.coordinator.refresh(.newest) else {
                Issue.record("nobody was told that the budget is spent")
                return
            }
        }
        #expect(await shop.store.rows.count == 300)
        #expect(await shop.store.rows[294]?.name == "edited")
    }

    @Test func whoAsksForTheNewestDoesNotWaitForManyLookupsNorHearOfTheirFailure() async throws {
        let shop = Workshop.synced(Activity.history(600))
        shop.strava.change { list in
            for id in 570..<600 as Range<Int64> { list.remove(id) }
        }
        shop.strava.failLookups(StravaFailure(.limited, "429"))
        try await shop.open { _ in
            #expect(await shop.coordinator.refresh(.newest, until: .newest) == .succeeded)
        }
        #expect(await shop.store.rows.count == 600)
    }
}
