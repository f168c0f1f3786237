import Actors
import ServiceLifecycleTestKit
import TestSupport
import Testing

@Suite("RateLimiter", .timeLimit(.minutes(15)))
struct RateLimiterTests {
    private func saving(to store: MemoryStore) -> @Sendable (BudgetLedger) async -> Void {
        { ledger in try? await store.save(ledger) }
    }

    @Test func theNewestLedgerIsSavedAtShutdown() async {
        let store = MemoryStore()
        let limiter = RateLimiter(ledger: nil, clock: ManualClock(), save: saving(to: store))
        await testGracefulShutdown { trigger in
            await withTaskGroup { group in
                group.addTask { await limiter.run() }
                for _ in 0..<7 { _ = await limiter.admit(.interactive) }
                trigger.triggerGracefulShutdown()
            }
        }
        #expect(await store.ledgers.last?.readQuarter.used == 7)
    }

    @Test func aSlowDiskHoldsUpNobodyAndSkipsWhatIsOld() async {
        let gate = Gate()
        let store = MemoryStore()
        let limiter = RateLimiter(
            ledger: nil, clock: ManualClock(),
            save: { ledger in
                await gate.pass()
                try? await store.save(ledger)
            })
        await testGracefulShutdown { trigger in
            await withTaskGroup { group in
                group.addTask { await limiter.run() }
                _ = await limiter.admit(.interactive)
                await gate.arrivals(1)
                for _ in 0..<20 { _ = await limiter.admit(.interactive) }
                gate.open()
                trigger.triggerGracefulShutdown()
            }
        }
        let used = await store.ledgers.map(\.readQuarter.used)
        #expect(used.first == 1)
        #expect(used.last == 21)
        #expect(used.count <= 3)
    }

    @Test func a429NamesAMomentThatLiesAhead() async {
        let clock = ManualClock()
        let strava = FakeStrava(clock: clock)
        let limiter = RateLimiter(ledger: nil, clock: clock, save: { _ in })
        let metered = MeteredStrava(gateway: strava, limiter: limiter)
        strava.failLists(StravaFailure(.limited, "429"))
        let boundary = clock.now() + .seconds(903)
        for _ in 0..<3 {
            await #expect(throws: MeteredStrava.Failure.budget(until: boundary)) {
                try await metered.activities(ActivityQuery(), accessToken: Secret("a"), priority: .interactive)
            }
        }
        #expect(strava.listCalls == 1)
    }

    @Test func tokenCallsAndUnsentCallsAreBookedToo() async throws {
        let clock = ManualClock()
        let strava = FakeStrava(clock: clock)
        let limiter = RateLimiter(ledger: nil, clock: clock, save: { _ in })
        let metered = MeteredStrava(gateway: strava, limiter: limiter)
        _ = try await metered.refresh(Secret("r"))
        _ = try await metered.exchange(code: Secret("c"))
        strava.failLists(StravaFailure(.unavailable, "no route", wasSent: false), StravaFailure(.unavailable, "cut"))
        for _ in 0..<2 {
            await #expect(throws: MeteredStrava.Failure.self) {
                try await metered.activities(ActivityQuery(), accessToken: Secret("a"), priority: .background)
            }
        }
        #expect(await limiter.status().quarter.used == 3)
    }
}
