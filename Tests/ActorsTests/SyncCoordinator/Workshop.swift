import Locking
import ServiceLifecycleTestKit
import TestSupport

@testable import Actors

/// What happened, in order, as the events and the waiters tell it.
final class Diary: Sendable {
    private let entries = Lock<[String]>([])
    private let snapshots = Lock<[Snapshot]>([])
    private let reports = Lock<[SyncReport]>([])

    func note(_ entry: String) { entries.withLock { $0.append(entry) } }

    func note(_ event: SyncEvent) {
        switch event {
        case .published(let snapshot):
            snapshots.withLock { $0.append(snapshot) }
            note("published \(snapshot.activities.count)")
        case .confirmed: note("confirmed")
        case .stateChanged(_, let state, _): note(state.rawValue)
        case .finished(let report):
            reports.withLock { $0.append(report) }
            note("finished")
        case .setAside(let items): note("set aside \(items.count)")
        case .deletionsHeld(let count, _): note("held \(count)")
        }
    }

    var all: [String] { entries.withLock { $0 } }
    var published: [Snapshot] { snapshots.withLock { $0 } }
    var finished: [SyncReport] { reports.withLock { $0 } }
}

/// The coordinator with all that is around it.
struct Workshop: Sendable {
    let clock: ManualClock
    let diary = Diary()
    let strava: FakeStrava
    let store: MemoryStore
    let limiter: RateLimiter
    let vault: TokenVault
    let coordinator: SyncCoordinator

    /// - Parameter left: seconds that the stored token is still good for; nil when nobody is connected.
    init(
        _ activities: [Activity], left: Int? = 20_000, stored: [Activity] = [], state: SyncState = SyncState(),
        over store: MemoryStore? = nil, used: Int = 0, scope: String? = nil, rereadInterval: Duration? = nil
    ) {
        let clock = ManualClock()
        let now = clock.now()
        let authorization = left.map { left in
            StoredAuthorization(
                athleteID: 7, accessToken: "key:old-access", refreshToken: "key:old-refresh",
                expiresAt: now + .seconds(left), scope: scope)
        }
        let store =
            store ?? MemoryStore(activities: stored, state: state, authorization: authorization, clock: clock)
        let strava = FakeStrava(activities, clock: clock)
        if used > 0 { strava.report(RateUsage(readUsage: .init(quarter: used, day: used))) }
        self.init(store, strava, clock, rereadInterval: rereadInterval)
    }

    /// Another process on the same database, with the same Strava and by the same clock.
    init(beside other: Workshop) {
        self.init(other.store, other.strava, other.clock, rereadInterval: nil)
    }

    private init(_ store: MemoryStore, _ strava: FakeStrava, _ clock: ManualClock, rereadInterval: Duration?) {
        let limiter = RateLimiter(
            ledger: nil, clock: clock, random: NoJitter(), stored: { nil }, save: { _, _ in true })
        let metered = MeteredStrava(gateway: strava, limiter: limiter)
        let vault = TokenVault(
            store: store, cipher: LabelCipher(), clock: clock,
            refresh: { secret throws(MeteredStrava.Failure) in try await metered.refresh(secret) })
        (self.store, self.strava, self.limiter, self.vault, self.clock) = (store, strava, limiter, vault, clock)
        coordinator = SyncCoordinator(
            store: store, vault: vault, strava: metered, clock: clock, rereadInterval: rereadInterval,
            random: SteadyGenerator(),
            emit: { [diary] event in
                if case .published = event { diary.note("stored \(await store.rows.count)") }
                diary.note(event)
            })
    }

    /// Everything is stored and true already.
    static func synced(
        _ activities: [Activity], left: Int = 20_000, scope: String? = nil, rereadInterval: Duration? = nil
    ) -> Workshop {
        Workshop(
            activities, left: left, stored: activities,
            state: SyncState(
                athleteID: 7, isComplete: true, lastSuccessAt: UTCInstant(seconds: 0), scope: scope,
                validatedAt: ManualClock().now()),
            scope: scope, rereadInterval: rereadInterval)
    }

    /// Runs vault and coordinator around `body`, then shuts them down.
    func open(_ body: @Sendable (GracefulShutdownTestTrigger) async throws -> Void) async throws {
        try await vault.load()
        try await coordinator.load()
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup { group in
                group.addTask { await vault.run() }
                group.addTask { await coordinator.run() }
                try await body(trigger)
                trigger.triggerGracefulShutdown()
            }
        }
    }
}
