import ServiceLifecycleTestKit
import TestSupport
import Testing

@testable import Actors

/// A limiter with a store, and a disk that can be held.
private struct Bench {
    let clock = ManualClock()
    let store: MemoryStore
    let disk = Gate()
    let limiter: RateLimiter

    /// - Parameter isSlow: whether writes wait until `disk` is opened.
    /// - Parameter store: what another process shares with this one.
    init(isSlow: Bool = false, store: MemoryStore = MemoryStore()) {
        self.store = store
        let disk = disk
        limiter = RateLimiter(
            ledger: nil, clock: clock, random: NoJitter(),
            stored: { () throws(StoreFailure) in try await store.budget() },
            save: { ledger, expected throws(StoreFailure) in
                if isSlow { await disk.pass() }
                return try await store.save(ledger, replacing: expected)
            })
    }

    /// What a process that starts now reads.
    func promised() async -> Int {
        guard let ledger = await store.ledgers.last else { return 0 }
        return ledger.readQuarter.used + ledger.reserved
    }
}

@Suite("RateLimiter", .timeLimit(.minutes(15)))
struct RateLimiterTests {
    @Test func everyPermitIsOnDiskBeforeItIsGivenOut() async throws {
        let bench = Bench()
        for sent in 1...20 {
            _ = try await bench.limiter.permit(.interactive)
            #expect(await bench.promised() >= sent)
        }
        await bench.limiter.flush()
        #expect(await bench.store.ledgers.count <= 10)
    }

    @Test func anOrderlyStopWritesWhatWasSentAndNoMore() async throws {
        let bench = Bench()
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup { group in
                group.addTask { await bench.limiter.run() }
                for _ in 0..<7 { _ = try await bench.limiter.permit(.interactive) }
                trigger.triggerGracefulShutdown()
            }
        }
        #expect(await bench.promised() == 7)
    }

    @Test func aCallerThatIsCancelledIsChargedNothing() async throws {
        let bench = Bench(isSlow: true)
        // Awaited below; it is the caller.
        let caller = Task { try await bench.limiter.permit(.interactive) }
        await bench.disk.arrivals(1)
        caller.cancel()
        await #expect(throws: MeteredStrava.Failure.cancelled) { try await caller.value }
        bench.disk.open()
        await bench.limiter.flush()
        #expect(await bench.limiter.status().quarter.used == 0)
        #expect(await bench.limiter.waiting == 0)
        _ = try await bench.limiter.permit(.interactive)
        #expect(await bench.limiter.status().quarter.used == 1)
    }

    @Test func aHundredCallersOfWhomHalfAreCancelledCostFifty() async {
        let bench = Bench(isSlow: true)
        // Awaited below; they are the callers.
        let callers = (0..<100).map { _ in Task { try await bench.limiter.permit(.interactive) } }
        while await bench.limiter.waiting < 100 { await Task.yield() }
        for caller in callers.enumerated() where caller.offset.isMultiple(of: 2) { caller.element.cancel() }
        bench.disk.open()
        var granted = 0
        for caller in callers where (try? await caller.value) != nil { granted += 1 }
        await bench.limiter.flush()
        // One that was cancelled as its permit came may have it; then it is charged for it.
        #expect(granted >= 50)
        #expect(await bench.limiter.status().quarter.used == granted)
    }

    @Test func aStoreThatIsAwayLetsNothingOut() async throws {
        let clock = ManualClock()
        let strava = FakeStrava(clock: clock)
        let away = StoreFailure(.unavailable, "away")
        let limiter = RateLimiter(ledger: nil, clock: clock, save: { _, _ throws(StoreFailure) in throw away })
        let metered = MeteredStrava(gateway: strava, limiter: limiter)
        for _ in 0..<3 {
            await #expect(throws: MeteredStrava.Failure.store(away)) {
                try await metered.activities(ActivityQuery(), accessToken: Secret("a"), priority: .interactive)
            }
        }
        #expect(strava.listCalls == 0)
        #expect(await limiter.status().quarter.used == 0)
    }

    @Test func a429NamesAMomentThatLiesAheadAndIsOnDiskByThen() async throws {
        let bench = Bench()
        let strava = FakeStrava(clock: bench.clock)
        let metered = MeteredStrava(gateway: strava, limiter: bench.limiter)
        strava.failLists(StravaFailure(.limited, "429"))
        let boundary = bench.clock.now() + .seconds(903)
        for _ in 0..<3 {
            await #expect(throws: MeteredStrava.Failure.budget(until: boundary)) {
                try await metered.activities(ActivityQuery(), accessToken: Secret("a"), priority: .interactive)
            }
        }
        #expect(strava.listCalls == 1)
        #expect(await bench.promised() == 100)
        let next = RateLimiter(ledger: try await bench.store.budget(), clock: bench.clock, save: { _, _ in true })
        await #expect(throws: MeteredStrava.Failure.self) { _ = try await next.permit(.interactive) }
    }

    @Test func ofTwoProcessesThatWriteAtOnceNeitherForgetsWhatTheOtherReserved() async throws {
        let one = Bench(isSlow: true)
        let other = Bench(store: one.store)
        let slow = Task { try await one.limiter.permit(.interactive) }
        // It has read that nothing is stored, and is about to write.
        await one.disk.arrivals(1)
        _ = try await other.limiter.permit(.interactive)
        await other.limiter.flush()
        let others = await other.promised()
        one.disk.open()
        _ = try await slow.value
        await one.limiter.flush()
        #expect(others > 1)
        #expect(await one.promised() > others)
        // Both have been granted one, and may send what else is vouched for.
        #expect(await one.store.ledgers.last?.readQuarter.used == others)
    }

    @Test func whoStopsLeavesWhatTheOthersHaveReserved() async throws {
        let one = Bench()
        let other = Bench(store: one.store)
        _ = try await one.limiter.permit(.interactive)
        await one.limiter.flush()
        _ = try await other.limiter.permit(.interactive)
        await other.limiter.flush()
        let promised = await other.promised()
        await testGracefulShutdown { trigger in
            await withTaskGroup { group in
                group.addTask { await one.limiter.run() }
                trigger.triggerGracefulShutdown()
            }
        }
        #expect(await other.promised() >= promised)
    }

    @Test func aLocalClockThatIsSetBeginsNoWindow() async throws {
        let bench = Bench()
        let start = bench.clock.now()
        let strava = FakeStrava(clock: bench.clock)
        let metered = MeteredStrava(gateway: strava, limiter: bench.limiter)
        _ = try await metered.refresh(Secret("r"))
        for _ in 1..<100 { await bench.limiter.settled(try await bench.limiter.permit(.interactive), by: .init()) }
        bench.clock.set(start + .seconds(1000))
        await #expect(throws: MeteredStrava.Failure.budget(until: start + .seconds(1000 + 903))) {
            _ = try await bench.limiter.permit(.interactive)
        }
        bench.clock.advance(by: .seconds(903))
        _ = try await bench.limiter.permit(.interactive)
    }

    @Test func tokenCallsAndUnsentCallsAreBookedToo() async throws {
        let clock = ManualClock()
        let strava = FakeStrava(clock: clock)
        let limiter = RateLimiter(ledger: nil, clock: clock, save: { _, _ in true })
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
