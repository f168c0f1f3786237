@testable import Actors

/// One process in a random history: its machine, its clock, what it has under way, and its write, step by step as `RateLimiter` takes
/// them.
struct BudgetProcess {
    struct UnderWay {
        var permit: Permit
        var served: UTCInstant
        var wasSent: Bool
    }

    enum Writing {
        case none
        /// Decided, and not yet tried.
        case drafted(BudgetLedger, replacing: BudgetLedger?)
        /// Another process came in between.
        case refused
        /// What that one wrote was read, and not yet taken over.
        case read(BudgetLedger?)
    }

    var machine: BudgetMachine
    /// Its clock is ahead by so much.
    let ahead: Duration
    var underWay: [UnderWay] = []
    private(set) var writing = Writing.none
    private var isStopping = false
    /// How many wait for the disk.
    private var waiting = 0
    private var seen: (found: BudgetLedger?, before: BudgetLedger?)?

    init(machine: BudgetMachine, ahead: Duration) {
        self.machine = machine
        self.ahead = ahead
    }

    var load: Int { underWay.count + waiting }

    var isWriting: Bool {
        if case .none = writing { false } else { true }
    }

    /// Asks for a permit; nil when it is refused, or when the disk must be waited for.
    mutating func ask(_ priority: RequestPriority, at time: UTCInstant) -> Permit? {
        let admission = machine.admit(priority, at: time + ahead)
        if case .queued = admission { waiting += 1 }
        begin(at: time)
        if case .granted(let permit) = admission { return permit }
        return nil
    }

    mutating func settle(_ permit: Permit, _ result: RequestResult, at time: UTCInstant) {
        machine.settled(permit, by: result, at: time + ahead)
        begin(at: time)
    }

    /// Takes over what it read the last time, unless it has written since, and reads.
    mutating func look(at disk: BudgetLedger?, now time: UTCInstant) {
        if let seen, !machine.isWriting, machine.onDisk == seen.before { machine.found(seen.found, at: time + ahead) }
        seen = machine.isWriting ? nil : (disk, machine.onDisk)
    }

    mutating func goOnWriting(found: BudgetLedger?, at time: UTCInstant) {
        switch writing {
        case .none, .drafted: break
        case .refused: writing = .read(found)
        case .read(let found):
            machine.found(found, at: time + ahead)
            draft(at: time)
        }
    }

    /// Notes what became of a write, and says who was waiting for it.
    mutating func tried(_ ledger: BudgetLedger, isTaken: Bool, at time: UTCInstant) -> [Permit] {
        guard isTaken else {
            writing = .refused
            return []
        }
        writing = .none
        let answers = machine.written(ledger, at: time + ahead)
        waiting -= answers.count
        if !isStopping { begin(at: time) }
        return answers.compactMap { if case .granted(let permit) = $0.admission { permit } else { nil } }
    }

    mutating func writeFailed() {
        writing = .none
        waiting -= machine.writeFailed().count
    }

    mutating func stop(at time: UTCInstant) {
        isStopping = true
        draft(at: time)
    }

    private mutating func begin(at time: UTCInstant) {
        if machine.beginWriting(at: time + ahead) { draft(at: time) }
    }

    private mutating func draft(at time: UTCInstant) {
        let ledger =
            isStopping ? machine.lastLedger(at: time + ahead) : machine.ledgerToWrite(at: time + ahead)
        writing = ledger.map { .drafted($0, replacing: machine.onDisk) } ?? .none
    }
}
