import Actors
import Doubles
import Locking
import ServiceLifecycle
import ServiceLifecycleTestKit

/// One process of Paceline's, from its start to its end: the real limiter, vault, coordinator and scheduler.
final class Engine: Sendable {
    let limiter: RateLimiter
    let vault: TokenVault
    let strava: MeteredStrava
    private let coordinator: SyncCoordinator
    private let scheduler: Scheduler
    private let isDead = Flag()
    private let stops: AsyncStream<Void>
    private let stop: AsyncStream<Void>.Continuation

    /// - Parameter disk: what is left of the budget when the process dies.
    init(
        _ store: MemoryStore, _ disk: Disk, gateway: CountedStrava, clock: MachineClock, seed: UInt64,
        completed: @escaping @Sendable () -> Void
    ) {
        (stops, stop) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let isAlive: @Sendable () -> Bool = { [isDead] in !isDead.isRaised }
        limiter = RateLimiter(
            ledger: disk.ledger, clock: clock, random: SeededGenerator(seed: seed),
            stored: { () throws(StoreFailure) in disk.ledger },
            save: { ledger, expected throws(StoreFailure) in
                guard isAlive() else { throw StoreFailure(.unavailable, "killed") }
                return disk.write(ledger, replacing: expected)
            })
        let metered = MeteredStrava(gateway: gateway, limiter: limiter)
        strava = metered
        vault = TokenVault(store: store, cipher: LabelCipher(), clock: clock) {
            secret throws(MeteredStrava.Failure) in try await metered.refresh(secret)
        }
        let coordinator = SyncCoordinator(store: store, vault: vault, strava: metered, clock: clock) { event in
            if case .finished(let report) = event, report.completedHistory { completed() }
        }
        self.coordinator = coordinator
        scheduler = Scheduler(
            interval: .seconds(3600), clock: clock, lastSuccess: { await coordinator.status().lastSuccessAt },
            refresh: { await coordinator.request(.newest, .scheduled) })
    }

    /// Lives until it is stopped or its task is cancelled.
    func live() async throws {
        try await vault.load()
        try await coordinator.load()
        // The limiter is the last to stop, as in Paceline.
        try await testGracefulShutdown { last in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await self.limiter.run() }
                await testGracefulShutdown { first in
                    await withTaskGroup(of: Void.self) { group in
                        group.addTask { await self.vault.run() }
                        group.addTask { await self.coordinator.run() }
                        group.addTask { await self.scheduler.run() }
                        for await _ in stops { break }
                        first.triggerGracefulShutdown()
                    }
                }
                last.triggerGracefulShutdown()
                try await group.waitForAll()
            }
        }
    }

    /// Asks it to stop in order.
    func shutDown() { stop.yield() }

    /// From now on nothing that it does reaches the disk.
    func kill() { isDead.raise() }
}

/// Where the ledger outlives the process.
final class Disk: Sendable {
    private let state = Lock<(ledger: BudgetLedger?, writes: Int)>((nil, 0))

    var ledger: BudgetLedger? { state.withLock { $0.ledger } }
    var writes: Int { state.withLock { $0.writes } }

    func write(_ ledger: BudgetLedger, replacing expected: BudgetLedger?) -> Bool {
        state.withLock { state in
            guard state.ledger == expected else { return false }
            state.ledger = ledger
            state.writes += 1
            return true
        }
    }
}
