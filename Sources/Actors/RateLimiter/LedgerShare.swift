/// What one process has to do with the ledger on disk, which several may write.
///
/// Each reserves requests there, beside what the others have reserved, and sends no more than that before it writes again; which of
/// them it has sent, nobody else knows. Whoever writes the first ledger of a new quarter of an hour counts what the others have reserved
/// as used, in that quarter too, and strikes it off: it may come to Strava on either side of the boundary. So a process that finds a
/// later quarter than that of its reservation knows that all it has sent is counted, and that nothing is reserved for it any more.
///
/// States: what is on disk, and this process's part in it. Inputs: ``granted()``, ``returned()``, ``adopt(_:into:)``, then around each
/// write ``draft(of:unsure:ahead:)`` and ``written(_:)`` or ``failed()``. Invariant: a view counts what is used on disk, all that the
/// others have reserved there, and each request of this process that is not in what is used.
struct LedgerShare: Sendable {
    /// What a write changes if it is made.
    private struct Draft {
        /// What will be reserved for this process.
        var reserved: Int
        /// How many of its requests will be in what is used, and were not.
        var booked: Int
    }

    /// What is on disk, as this process last wrote or read it; nil when nothing was.
    private(set) var onDisk: BudgetLedger?
    /// What is reserved there for this process.
    private var reserved = 0
    /// Requests that this process was granted, and that are in what is reserved for it, and not in what is used.
    private var unbooked = 0
    private var draft: Draft?

    /// - Parameter onDisk: what other processes wrote, of whom some may live.
    init(onDisk: BudgetLedger?) {
        self.onDisk = onDisk
    }

    /// What this process begins with: all that others may have sent counts.
    func view(at now: UTCInstant) -> BudgetLedger {
        guard var view = onDisk else { return BudgetLedger(at: now) }
        view.charge(view.reserved)
        view.reserved = 0
        return view
    }

    /// Whether anything in the ledger is this process's to change.
    var isUsed: Bool { reserved > 0 || unbooked > 0 }

    /// What the others have reserved.
    private var others: Int { max(0, (onDisk?.reserved ?? 0) - reserved) }

    /// How much of what the others have reserved may be sent in a window that begins then: all of it, unless a whole quarter lies
    /// between.
    func reservedByOthers(inWindowFrom start: UTCInstant) -> Int {
        guard let onDisk, start <= BudgetLedger.Span.quarter.end(after: onDisk.readQuarter.start) else { return 0 }
        return others
    }

    /// How many more requests may be sent before the next write; none when the ledger on disk knows less than `view`.
    func vouches(for view: BudgetLedger) -> Int {
        guard let onDisk else { return -1 }
        return min(reserved - unbooked, onDisk.vouches(for: view))
    }

    /// Notes that a request was granted.
    mutating func granted() { unbooked += 1 }

    /// Notes that a request was not sent; false when others may count it already, and it cannot be taken back.
    mutating func returned() -> Bool {
        guard unbooked > 0 else { return false }
        unbooked -= 1
        return true
    }

    /// Takes over what was found on disk.
    mutating func adopt(_ found: BudgetLedger?, into view: inout BudgetLedger) {
        guard found != onDisk else { return }
        let before = self
        onDisk = found
        guard let found else {
            reserved = 0
            return
        }
        if let old = before.onDisk, found.readQuarter.start > old.readQuarter.start { (reserved, unbooked) = (0, 0) }
        for (window, _) in BudgetLedger.windows {
            // Whoever learnt of another limit last is right.
            let limit = found[keyPath: window].limit
            if limit != before.onDisk?[keyPath: window].limit { view[keyPath: window].limit = limit }
            count(window, in: &view[keyPath: window], unlikeIn: before)
        }
    }

    /// Counts in a window of the view what the ledger on disk now says of it.
    ///
    /// - Parameter before: the share when the view was last in accord with it.
    private func count(
        _ window: KeyPath<BudgetLedger, BudgetLedger.Window>, in known: inout BudgetLedger.Window,
        unlikeIn before: LedgerShare
    ) {
        guard let sum = sum(window) else { return }
        if sum.start < known.start {
            let more = reservedByOthers(inWindowFrom: known.start) - before.reservedByOthers(inWindowFrom: known.start)
            known.used += max(0, more)
            return
        }
        // A reply told of more than the processes have sent: that is not forgotten, nor is it added to what they found.
        let knewMore = before.sum(window).map { $0.start != known.start || $0.used < known.used } ?? true
        known.used = sum.start == known.start && knewMore ? max(known.used, sum.used) : sum.used
        known.start = sum.start
    }

    /// A window of the ledger on disk with all that may have been sent beyond what is used there.
    private func sum(_ window: KeyPath<BudgetLedger, BudgetLedger.Window>) -> BudgetLedger.Window? {
        guard var sum = onDisk?[keyPath: window] else { return nil }
        sum.used += reservedByOthers(inWindowFrom: sum.start) + unbooked
        return sum
    }

    /// The view as it is to be written.
    ///
    /// - Parameters:
    ///   - unsure: requests of this process of which nobody can say in which window Strava counts them: those are not used for
    ///     certain, but reserved.
    ///   - ahead: requests that may be sent before the next write.
    mutating func draft(of view: BudgetLedger, unsure: Int, ahead: Int) -> BudgetLedger {
        let isNewQuarter = onDisk.map { $0.readQuarter.start < view.readQuarter.start } ?? true
        let others = isNewQuarter ? 0 : others
        let used = BudgetLedger.windows.map { view[keyPath: $0.window].used }.min() ?? 0
        let unsure = max(0, min(unsure, unbooked, used - others))
        var next = view
        next.charge(-(unsure + others))
        next.reserved = ahead + unsure + others
        draft = Draft(reserved: ahead + unsure, booked: unbooked - unsure)
        return next
    }

    /// Notes that the last draft is on disk.
    mutating func written(_ ledger: BudgetLedger) {
        onDisk = ledger
        guard let draft else { return }
        reserved = draft.reserved
        unbooked -= draft.booked
        self.draft = nil
    }

    /// Notes that nobody knows whether the last draft is on disk: so the lesser of both parts may be this process's.
    mutating func failed() {
        if let draft { reserved = min(reserved, draft.reserved) }
        draft = nil
    }
}
