import Actors
import TestSupport

/// A machine with its bookkeeping made short: a clock, a disk, and a Strava that dates its replies.
struct Budget {
    var machine: BudgetMachine
    var now: UTCInstant
    /// What is on the disk, which other processes may write too.
    var disk: BudgetLedger?
    /// Every ledger that was written.
    var writes = 0
    /// Strava's clock minus ours.
    var skew = Duration.zero
    /// Whether replies have a `Date`.
    var dates = true

    init(
        _ now: UTCInstant, ledger: BudgetLedger? = nil,
        reserve: BudgetMachine.Reserve = BudgetMachine.Reserve(quarter: 0, day: 0),
        random: any RandomNumberGenerator & Sendable = NoJitter()
    ) {
        machine = BudgetMachine(ledger: ledger, reserve: reserve, random: random, at: now)
        self.now = now
        disk = ledger
    }

    /// Asks, and waits for the disk if need be.
    mutating func admit(_ priority: RequestPriority = .interactive) -> Permit? {
        switch machine.admit(priority, at: now) {
        case .granted(let permit):
            write()
            return permit
        case .refused: return nil
        case .queued(let waiter):
            for answer in write() where answer.waiter == waiter {
                if case .granted(let permit) = answer.admission { return permit }
            }
            return nil
        }
    }

    /// Writes the ledger, if that is called for.
    @discardableResult
    mutating func write() -> [BudgetMachine.Answer] {
        guard machine.beginWriting(at: now) else { return [] }
        return put { $0.ledgerToWrite(at: $1) }
    }

    /// Stops in order, so that the disk has all that another process should know.
    mutating func stop() { _ = put { $0.lastLedger(at: $1) } }

    private mutating func put(
        _ decide: (inout BudgetMachine, UTCInstant) -> BudgetLedger?
    ) -> [BudgetMachine.Answer] {
        while let ledger = decide(&machine, now) {
            if disk == machine.onDisk {
                disk = ledger
                writes += 1
                return machine.written(ledger, at: now)
            }
            machine.found(disk, at: now)
        }
        return []
    }

    mutating func granted() throws -> Permit {
        guard let permit = admit() else { throw Refused() }
        return permit
    }

    struct Refused: Error {}

    /// Sends until refused, and says how many went.
    mutating func drain(_ priority: RequestPriority = .interactive, settling result: RequestResult = .init()) -> Int {
        var sent = 0
        while let permit = admit(priority) {
            settle(permit, result)
            sent += 1
        }
        return sent
    }

    mutating func refusal(_ priority: RequestPriority = .interactive) -> UTCInstant? {
        machine.refusal(priority, at: now)
    }

    /// One request and what becomes of it.
    mutating func settle(_ result: RequestResult) {
        guard let permit = admit() else { return }
        settle(permit, result)
    }

    mutating func settle(_ permit: Permit, _ result: RequestResult) {
        var result = result
        if dates, result.wasSent, result.serverDate == nil {
            result.serverDate = UTCInstant(seconds: (now + skew).seconds)
        }
        machine.settled(permit, by: result, at: now)
        write()
    }

    /// What another process finds after this one was killed, or beside it.
    func killed(at now: UTCInstant) -> Budget { Budget(now, ledger: disk) }

    /// What another process finds after this one has stopped in order.
    func stopped(at now: UTCInstant) -> Budget {
        var stopping = self
        stopping.stop()
        return Budget(now, ledger: stopping.disk)
    }
}
