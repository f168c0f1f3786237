import ServiceLifecycleTestKit
import TestSupport
import Testing

@testable import Actors

/// A limiter with a store, and a disk that can be held.
private struct Bench {
    let clock: ManualClock
    let store: MemoryStore
    let disk = Gate()
    let limiter: RateLimiter

    /// - Parameters:
    ///   - isSlow: whether writes wait until `disk` is opened.
    ///   - other: the process beside which this one runs, on the same store.
    init(isSlow: Bool = false, beside other: Bench? = nil) {
        (clock, store) = (other?.clock ?? ManualClock(), other?.store ?? MemoryStore())
        let (store, disk) = (store, disk)
        limiter = RateLimiter(
            ledger: nil, clock: clock, random: NoJitter(),
            stored: { () throws(StoreFailure) in try await store.budget() },
            save: { ledger, expected throws(StoreFailure) in
                if isSlow { await disk.pass() }
                return try await store.save(ledger, replacing: expected)
            })
    }

    /// Sends one request, which Strava answers at once.
    func send() async throws {
        let permit = try await limiter.permit(.interactive)
        await limiter.settled(permit, by: RequestResult(serverDate: UTCInstant(seconds: clock.now().seconds)))
    }

    /// Runs the limiter from the beginning of `body` to an orderly stop after it.
    func whileRunning(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup { group in
                group.addTask { await limiter.run() }
                try await body()
                trigger.triggerGracefulShutdown()
            }
        }
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
        try await bench.whileRunning {
            for _ in 0..<7 { _ = try await bench.limiter.permit(.interactive) }
        }
        #expect(await bench.promised() == 7)
    }

    @Test func whoeverAsksDuringTheLastWriteIsAnswered() async throws {
        let (store, lastWrite) = (MemoryStore(), Gate())
        let limiter = RateLimiter(
            ledger: nil, clock: ManualClock(), stored: { nil },
            save: { ledger, expected throws(StoreFailure) in
                if ledger.reserved == 0 { await lastWrite.pass() }
                return try await store.save(ledger, replacing: expected)
            })
        let permit = try await limiter.permit(.interactive)
        await limiter.settled(permit, by: RequestResult(serverDate: permit.grantedAt))
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup { group in
                group.addTask { await limiter.run() }
                trigger.triggerGracefulShutdown()
                await lastWrite.arrivals(1)
                group.addTask { _ = try await limiter.permit(.interactive) }
                while await limiter.waiting == 0 { await Task.yield() }
                lastWrite.open()
                try await group.waitForAll()
            }
        }
        let last = try #require(await store.budget())
        #expect(last.readQuarter.used + last.reserved >= 2)
    }

    @Test func twoThatWriteAtOnceForgetNothingOfEachOther() async throws {
        let one = Bench()
        let other = Bench(beside: one)
        let sent = await withTaskGroup { group in
            for index in 0..<150 {
                group.addTask { (try? await (index.isMultiple(of: 2) ? one : other).send()) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        await one.limiter.flush()
        await other.limiter.flush()
        #expect(sent <= 100)
        #expect(sent > 100 - 2 * BudgetMachine.reservation, "what one has reserved the other cannot send")
        #expect(await one.promised() >= sent)
    }

    @Test func ofTwoProcessesThatWriteAtOnceNeitherForgetsWhatTheOtherReserved() async throws {
        let one = Bench(isSlow: true)
        let other = Bench(beside: one)
        // Awaited below; it is the caller.
        let slow = Task { try await one.limiter.permit(.interactive) }
        // It has seen that nothing is stored, and is about to write.
        await one.disk.arrivals(1)
        _ = try await other.limiter.permit(.interactive)
        await other.limiter.flush()
        let others = await other.promised()
        one.disk.open()
        _ = try await slow.value
        await one.limiter.flush()
        #expect(others > 1)
        #expect(await one.promised() == 2 * others)
        #expect(await one.limiter.status().quarter.used == others + 1, "what the other may send counts")
    }

    @Test func whoStopsLeavesWhatTheOthersHaveReserved() async throws {
        let one = Bench()
        let other = Bench(beside: one)
        _ = try await other.limiter.permit(.interactive)
        await other.limiter.flush()
        let promised = await other.promised()
        try await one.whileRunning { _ = try await one.limiter.permit(.interactive) }
        #expect(await other.promised() == promised + 1)
    }

    @Test func anOrderlyStopOverwritesNothingThatAnotherHasWritten() async throws {
        let one = Bench()
        let other = Bench(beside: one)
        try await one.whileRunning {
            try await one.send()
            for _ in 0..<40 { try await other.send() }
        }
        #expect(await one.promised() >= 41)
        try await other.whileRunning {}
        #expect(await one.promised() == 41, "both have given back what they did not send")
    }

    @Test func whatOthersHaveSentIsShownWithoutAWrite() async throws {
        let leader = Bench()
        let follower = Bench(beside: leader)
        for _ in 0..<30 { try await leader.send() }
        await leader.limiter.flush()
        let written = await leader.store.ledgers.count
        #expect(await follower.limiter.status().quarter.used == 0)
        await follower.limiter.storeChanged()
        let shown = await follower.limiter.status()
        #expect((30...30 + BudgetMachine.reservation).contains(shown.quarter.used))
        #expect(shown.day.used == shown.quarter.used)
        try await follower.whileRunning {}
        #expect(await leader.store.ledgers.count == written, "whoever has sent nothing has nothing to write")
    }

    @Test func whatIsReadDuringAWriteIsNotTakenForNews() async throws {
        let one = Bench(isSlow: true)
        let other = Bench(beside: one)
        try await other.send()
        // Awaited below; it is the caller.
        let caller = Task { try await one.send() }
        await one.disk.arrivals(1)
        await one.limiter.storeChanged()
        one.disk.open()
        try await caller.value
        await one.limiter.flush()
        #expect(await one.promised() >= 2)
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
        let limiter = RateLimiter(
            ledger: nil, clock: clock, stored: { nil }, save: { _, _ throws(StoreFailure) in throw away })
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
        let next = RateLimiter(
            ledger: try await bench.store.budget(), clock: bench.clock, stored: { nil }, save: { _, _ in true })
        await #expect(throws: MeteredStrava.Failure.self) { _ = try await next.permit(.interactive) }
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
        let limiter = RateLimiter(ledger: nil, clock: clock, stored: { nil }, save: { _, _ in true })
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
