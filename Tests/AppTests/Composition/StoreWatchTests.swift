import Actors
import TestSupport
import Testing

@testable import paceline

@Suite("Looking at the store", .timeLimit(.minutes(15)))
struct StoreWatchTests {
    private func ledger(used: Int, at now: UTCInstant) -> BudgetLedger {
        func window(_ length: Int64) -> BudgetLedger.Window {
            .init(start: UTCInstant(seconds: now.seconds / length * length), used: used, limit: 1000)
        }
        return BudgetLedger(
            overallQuarter: window(900), overallDay: window(86_400), readQuarter: window(900), readDay: window(86_400))
    }

    /// The store in memory tells nobody of anything, as a pooler in transaction mode does not.
    @Test func whatNobodyToldOfIsSeenAfterHalfAMinute() async throws {
        let then = ManualClock().now() - .seconds(60)
        let complete = SyncState(
            athleteID: TestApp.athlete, isComplete: true, lastSuccessAt: then, validatedAt: then)
        let app = try await TestApp(state: complete, isConnected: true)
        let (store, clock, engine) = (app.store, app.clock, app.engine)
        let events = await engine.broadcaster.subscribe(buffer: 16)
        try await app.whileRunning {
            await withTaskGroup(of: Void.self) { group in
                let watch = StoreWatch(
                    store: store, coordinator: engine.coordinator, limiter: engine.limiter, clock: clock)
                group.addTask { await watch.run() }
                defer { group.cancelAll() }
                await clock.untilSomeoneSleeps(until: clock.now() + StoreWatch.interval)
                let now = clock.now()
                var state = complete
                state.lastSuccessAt = now
                try? await store.commit(
                    SyncBatch(upserts: Activity.history(3), state: state, fetchedAt: now))
                try? await store.save(ledger(used: 17, at: now))
                clock.advance(by: StoreWatch.interval)
                for await event in events {
                    if case .published(let snapshot) = event, snapshot.activities.count == 3 { break }
                }
                #expect(await engine.limiter.status().quarter.used == 17)
            }
        }
    }
}
