import ServiceLifecycle

/// The one owner of the budget: nothing goes to Strava, token calls included, without a permit from here.
///
/// It never makes a caller wait; a refusal says until when, and the caller decides what to do with the time.
package actor RateLimiter: Service {
    private var machine: BudgetMachine
    private let clock: any WallClock
    private let save: @Sendable (BudgetLedger) async -> Void
    private let ledgers: AsyncStream<BudgetLedger>
    private let saving: AsyncStream<BudgetLedger>.Continuation

    /// - Parameters:
    ///   - ledger: what was saved by an earlier process.
    ///   - reserve: what background requests may not touch.
    ///   - clock: the local clock.
    ///   - save: writes the ledger to the store; a failure is the store's to log, the next reply brings the truth again.
    package init(
        ledger: BudgetLedger?, reserve: BudgetMachine.Reserve = .init(), clock: any WallClock,
        save: @escaping @Sendable (BudgetLedger) async -> Void
    ) {
        machine = BudgetMachine(ledger: ledger, reserve: reserve, at: clock.now())
        self.clock = clock
        self.save = save
        // Only the newest ledger is worth saving, so a slow disk never holds up a request.
        (ledgers, saving) = AsyncStream.makeStream(of: BudgetLedger.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Saves the ledger whenever it changed, until the service shuts down.
    package func run() async {
        for await ledger in ledgers.cancelOnGracefulShutdown() { await save(ledger) }
        await save(machine.status(at: clock.now()).ledger)
    }

    /// Asks for one request.
    package func admit(_ priority: RequestPriority) -> BudgetMachine.Admission {
        let admission = machine.admit(priority, at: clock.now())
        if case .granted = admission { yieldLedger() }
        return admission
    }

    /// Books what became of an admitted request.
    package func settled(_ permit: Permit, by result: RequestResult) {
        machine.settled(permit, by: result, at: clock.now())
        yieldLedger()
    }

    /// Books a 429, and says until when requests of this priority are refused: always a moment that lies ahead.
    package func limited(_ permit: Permit, by result: RequestResult, _ priority: RequestPriority) -> UTCInstant {
        let now = clock.now()
        machine.settled(permit, by: result, at: now)
        yieldLedger()
        return machine.refusal(priority, at: now) ?? now + BudgetMachine.boundaryMargin
    }

    /// The budget now.
    package func status() -> BudgetStatus { machine.status(at: clock.now()) }

    private func yieldLedger() {
        saving.yield(machine.status(at: clock.now()).ledger)
    }
}
