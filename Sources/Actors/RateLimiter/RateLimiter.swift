import ServiceLifecycle

/// The one owner of the budget: nothing goes to Strava, token calls included, without a permit from here.
///
/// A permit is given out once a ledger that counts it is on disk; a few are written ahead, so that callers seldom wait for that, and
/// never for anything longer. When the budget forbids a request, the refusal says until when, and the caller decides what to do
/// with the time. Other processes may have limiters on the same ledger: together they send what Strava allows.
package actor RateLimiter: Service {
    /// Writes the first ledger, unless what is stored is no longer the second, and says whether it did.
    ///
    /// It is on disk when this returns.
    package typealias Save = @Sendable (BudgetLedger, _ replacing: BudgetLedger?) async throws(StoreFailure) -> Bool

    private var machine: BudgetMachine
    private let clock: any WallClock
    /// What the clocks said at the start: the machine is told the time that has passed since, so that setting the local clock
    /// begins no window.
    private let origin: (wall: UTCInstant, uptime: Duration)
    private let stored: @Sendable () async throws(StoreFailure) -> BudgetLedger?
    private let save: Save
    private var waiters: [Int: AsyncStream<Result<Permit, MeteredStrava.Failure>>.Continuation] = [:]
    private var writing: Task<Void, Never>?

    /// - Parameters:
    ///   - ledger: what was saved by an earlier process.
    ///   - reserve: what background requests may not touch.
    ///   - clock: the local clock.
    ///   - random: where the seconds come from that are waited after a boundary.
    ///   - stored: reads the ledger that is stored now; another process of ours may have written it.
    ///   - save: writes the ledger on condition.
    package init(
        ledger: BudgetLedger?, reserve: BudgetMachine.Reserve = .init(), clock: any WallClock,
        random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        stored: @escaping @Sendable () async throws(StoreFailure) -> BudgetLedger?, save: @escaping Save
    ) {
        origin = (clock.now(), clock.uptime())
        machine = BudgetMachine(ledger: ledger, reserve: reserve, random: random, at: origin.wall)
        self.clock = clock
        self.stored = stored
        self.save = save
    }

    /// Waits for the service to shut down, then writes a ledger with nothing ahead: an orderly stop loses no request.
    package func run() async {
        try? await gracefulShutdown()
        await flush()
        await write { $0.lastLedger(at: $1) }
        // Whoever asked during that write waits for the next, which nobody else would begin.
        if waiting > 0 { write() }
        await flush()
    }

    /// The right to send one request now.
    ///
    /// - Throws: ``MeteredStrava/Failure``: `budget` when it may not be sent now, `store` when it could not be written down,
    ///   `cancelled` when the caller was; then nothing was charged.
    package func permit(_ priority: RequestPriority) async throws(MeteredStrava.Failure) -> Permit {
        switch machine.admit(priority, at: now()) {
        case .refused(let until): throw .budget(until: local(until))
        case .granted(let permit):
            write()
            return permit
        case .queued(let waiter):
            write()
            return try await answer(to: waiter)
        }
    }

    /// Books what became of an admitted request.
    package func settled(_ permit: Permit, by result: RequestResult) {
        machine.settled(permit, by: result, at: now())
        write()
    }

    /// Books a 429, and says until when requests of this priority are refused: always a moment that lies ahead.
    ///
    /// It returns when that is on disk, so that the next process knows it too.
    package func limited(
        _ permit: Permit, by result: RequestResult, _ priority: RequestPriority
    ) async -> UTCInstant {
        settled(permit, by: result)
        let now = now()
        let until = machine.refusal(priority, at: now) ?? now + StravaClock.boundaryMargin
        await flush()
        return local(until)
    }

    /// The budget now.
    package func status() -> BudgetStatus {
        var status = machine.status(at: now())
        status.quarter.resetsAt = local(status.quarter.resetsAt)
        status.day.resetsAt = local(status.day.resetsAt)
        return status
    }

    /// Takes over what other processes have sent since; nothing is written.
    package func storeChanged() async {
        let before = machine.onDisk
        guard !machine.isWriting, let found = try? await stored() else { return }
        // Written since: then what was read may be older, and what others wrote was seen by that write.
        guard !machine.isWriting, machine.onDisk == before else { return }
        machine.found(found, at: now())
    }

    /// Returns when no write is under way.
    package func flush() async {
        while let writing { await writing.value }
    }

    // MARK: Time

    private func now() -> UTCInstant { origin.wall + (clock.uptime() - origin.uptime) }

    /// The same moment by the local clock, which may have been set since.
    private func local(_ instant: UTCInstant) -> UTCInstant { instant + (clock.now() - now()) }

    // MARK: Waiting

    /// How many callers wait for the disk.
    var waiting: Int { waiters.count }

    private func answer(to waiter: Int) async throws(MeteredStrava.Failure) -> Permit {
        let (answers, answer) = AsyncStream.makeStream(
            of: Result<Permit, MeteredStrava.Failure>.self, bufferingPolicy: .bufferingNewest(1))
        waiters[waiter] = answer
        for await answer in answers { return try answer.get() }
        // Only this caller was cancelled.
        waiters[waiter] = nil
        machine.cancelled(waiter)
        throw .cancelled
    }

    private func answer(_ answers: [BudgetMachine.Answer]) {
        for answer in answers {
            switch answer.admission {
            case .granted(let permit):
                if !land(answer.waiter, .success(permit)) {
                    machine.settled(permit, by: RequestResult(wasSent: false), at: now())
                }
            case .refused(let until): land(answer.waiter, .failure(.budget(until: local(until))))
            case .queued: break
            }
        }
    }

    /// Whether the waiter was still there to take it.
    @discardableResult
    private func land(_ waiter: Int, _ result: Result<Permit, MeteredStrava.Failure>) -> Bool {
        guard let answer = waiters.removeValue(forKey: waiter) else { return false }
        defer { answer.finish() }
        if case .terminated = answer.yield(result) { return false }
        return true
    }

    // MARK: Writing

    /// Begins a write if one is needed and none is under way.
    ///
    /// In a task of its own, because a write is everybody's: a caller that is cancelled must not tear it. Whoever waits for a permit
    /// waits for it, and ``run()`` at the end; it lasts as long as the store takes to answer.
    private func write() {
        guard machine.beginWriting(at: now()) else { return }
        writing = Task(name: "budget-write") {
            let isWritten = await self.write { $0.ledgerToWrite(at: $1) }
            self.writing = nil
            if isWritten { self.write() }
        }
    }

    /// Writes what the machine decides, and decides again as long as another process has come in between.
    ///
    /// - Parameter decide: the ledger that is to replace the one on disk; nil when none has to.
    @discardableResult
    private func write(_ decide: (inout BudgetMachine, UTCInstant) -> BudgetLedger?) async -> Bool {
        do throws(StoreFailure) {
            while let ledger = decide(&machine, now()) {
                if try await save(ledger, machine.onDisk) {
                    answer(machine.written(ledger, at: now()))
                    break
                }
                machine.found(try await stored(), at: now())
            }
            return true
        } catch {
            // The ledger that stays on disk counts enough: nobody is granted more than it does.
            for waiter in machine.writeFailed() { land(waiter, .failure(.store(error))) }
            return false
        }
    }
}
