/// Decides whether a request may go to Strava, and learns from what comes back.
///
/// States: four windows (quarter of an hour and UTC day, for the overall and the read family), what of them is on disk, Strava's
/// clock, and who waits for the disk. Inputs: ``admit(_:at:)`` before a request, ``settled(_:by:at:)`` after it,
/// ``cancelled(_:)``; around each write ``beginWriting(at:)``, ``ledgerToWrite(at:)``, then ``written(_:at:)`` or
/// ``writeFailed()``; ``found(_:at:)`` when another process has written. Invariants: while no other program spends the same
/// budget, the requests admitted within one of Strava's windows, by all processes on the same disk, never exceed its limit; no request
/// goes before a ledger that counts it is on disk.
///
/// Windows are natural quarters (:00, :15, :30, :45) and UTC days, and requests that the quarter refuses still count for the
/// day (developers.strava.com/docs/rate-limits). Limits are learnt from the headers; the defaults are those of a new app.
package struct BudgetMachine: Sendable {
    /// What came of asking to send.
    package enum Admission: Sendable, Hashable {
        /// Send, then settle.
        case granted(Permit)
        /// Not before this moment, on the local clock.
        case refused(until: UTCInstant)
        /// The ledger must be written first; the waiter of this number is answered then.
        case queued(Int)
    }

    /// The answer to one who waited.
    package struct Answer: Sendable, Hashable {
        package var waiter: Int
        /// Never ``Admission/queued(_:)``.
        package var admission: Admission
    }

    /// How many requests a written ledger vouches for beyond those that were sent.
    ///
    /// Each write is a few milliseconds of the disk's, and after a crash what was reserved counts as used: so few.
    static let reservation = 4

    /// What is used, with all that other processes may have sent.
    private var ledger: BudgetLedger
    private var share: LedgerShare
    /// Whether a write is under way.
    private(set) var isWriting = false
    private var isWritingLast = false
    private let reserve: Reserve
    private var clock: StravaClock
    private var queue = PermitQueue()
    /// Requests that were admitted and are not settled.
    private var inFlight = 0
    /// When requests ended of which nobody can say in which window Strava counted them, because the reply had no date; the
    /// local time, of the last minutes.
    private var undated: [UTCInstant] = []

    /// - Parameters:
    ///   - ledger: what was saved by an earlier process; nil for a fresh start with the default limits.
    ///   - reserve: what background requests may not touch.
    ///   - random: where the jitter after a boundary comes from.
    ///   - now: the local time.
    package init(
        ledger: BudgetLedger?, reserve: Reserve = Reserve(),
        random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        at now: UTCInstant
    ) {
        share = LedgerShare(onDisk: ledger)
        self.ledger = share.view(at: now)
        self.reserve = reserve
        clock = StravaClock(random: random)
    }

    // MARK: Asking

    /// Asks for one request, and charges it when granted.
    package mutating func admit(_ priority: RequestPriority, at now: UTCInstant) -> Admission {
        if let until = refusal(priority, at: now) { return .refused(until: until) }
        guard queue.count == 0, vouched > 0 else { return .queued(queue.add(priority)) }
        return .granted(grant(at: now))
    }

    /// Until when requests of this priority are refused; nil when one would be granted now.
    package mutating func refusal(_ priority: RequestPriority, at now: UTCInstant) -> UTCInstant? {
        roll(at: now)
        let reserve = priority == .background ? self.reserve : .none
        if ledger.dayLeft <= reserve.within(ledger.tighterDay.limit, \.day) {
            return opening(after: ledger.readDay, .day, at: now)
        }
        if ledger.quarterLeft <= reserve.within(ledger.tighterQuarter.limit, \.quarter) {
            return opening(after: ledger.readQuarter, .quarter, at: now)
        }
        return nil
    }

    /// Takes one who waits out of the queue; it was charged nothing.
    package mutating func cancelled(_ waiter: Int) { queue.remove(waiter) }

    /// Books what became of an admitted request.
    package mutating func settled(_ permit: Permit, by result: RequestResult, at now: UTCInstant) {
        if let date = result.serverDate { clock.observed(date, sent: permit.grantedAt, at: now) }
        roll(at: now)
        if let date = result.serverDate { follow(date, permit) }
        inFlight = max(0, inFlight - 1)
        if !result.wasSent {
            if share.returned() { ledger.charge(-1) }
        } else if result.serverDate == nil {
            undated.append(now)
        }
        if let usage = result.usage {
            ledger.observe(usage, of: permit, date: result.serverDate, inFlight: inFlight)
        }
        if result.wasLimited {
            let others = share.reservedByOthers(inWindowFrom: ledger.readQuarter.start)
            ledger.exhaust(permit, date: result.serverDate, others: others)
        }
    }

    /// The budget as people see it.
    package mutating func status(at now: UTCInstant) -> BudgetStatus {
        roll(at: now)
        let stravaNow = now + clock.skew
        func shown(_ window: BudgetLedger.Window, _ span: BudgetLedger.Span) -> BudgetStatus.Window {
            .init(used: window.used, limit: window.limit, resetsAt: span.end(after: stravaNow) - clock.skew)
        }
        return BudgetStatus(quarter: shown(ledger.tighterQuarter, .quarter), day: shown(ledger.tighterDay, .day))
    }

    // MARK: Writing

    /// Whether to write the ledger now; then nobody else does until it is written, or cannot be.
    package mutating func beginWriting(at now: UTCInstant) -> Bool {
        guard !isWriting else { return false }
        roll(at: now)
        isWriting = queue.count > 0 || vouched < min(Self.reservation / 2, available) || !isUpToDate
        return isWriting
    }

    /// What is on disk, as far as this process knows; nil when nothing is.
    package var onDisk: BudgetLedger? { share.onDisk }

    /// Takes over what another process of ours wrote: what that sent counts.
    package mutating func found(_ ledger: BudgetLedger?, at now: UTCInstant) {
        roll(at: now)
        share.adopt(ledger, into: &self.ledger)
    }

    /// What to write, in place of ``onDisk``: what was sent, and a few requests ahead.
    package mutating func ledgerToWrite(at now: UTCInstant) -> BudgetLedger {
        roll(at: now)
        return draft(reserving: min(Self.reservation + queue.count, available))
    }

    /// What to write, in place of ``onDisk``, when nothing more will be asked for: nothing ahead.
    ///
    /// Nil when the disk knows all there is. Whoever asks all the same waits until it is written, since what was written ahead no longer
    /// counts.
    package mutating func lastLedger(at now: UTCInstant) -> BudgetLedger? {
        roll(at: now)
        let isNeeded = share.isUsed || !isUpToDate
        (isWriting, isWritingLast) = (isNeeded, isNeeded)
        guard isNeeded else { return nil }
        return draft(reserving: 0)
    }

    /// Notes what is on disk now, and answers those whom that helps.
    package mutating func written(_ written: BudgetLedger, at now: UTCInstant) -> [Answer] {
        (isWriting, isWritingLast) = (false, false)
        share.written(written)
        var answers: [Answer] = []
        while let waiter = queue.first {
            if let until = refusal(waiter.priority, at: now) {
                answers.append(Answer(waiter: waiter.id, admission: .refused(until: until)))
            } else if vouched > 0 {
                answers.append(Answer(waiter: waiter.id, admission: .granted(grant(at: now))))
            } else {
                break
            }
            queue.remove(waiter.id)
        }
        return answers
    }

    /// Notes that the disk did not take the ledger; nothing may go, and those who waited are let go.
    package mutating func writeFailed() -> [Int] {
        (isWriting, isWritingLast) = (false, false)
        share.failed()
        return queue.removeAll().map(\.id)
    }

    private mutating func draft(reserving ahead: Int) -> BudgetLedger {
        share.draft(of: ledger, unsure: inFlight + undated.count, ahead: ahead)
    }

    // MARK: Arithmetic

    private var vouched: Int { isWritingLast ? -1 : share.vouches(for: ledger) }
    private var available: Int { max(0, min(ledger.quarterLeft, ledger.dayLeft)) }

    /// Whether a process that read what is on disk would know all that this one does.
    ///
    /// A window that began since, in which nothing was sent, is no news.
    private var isUpToDate: Bool {
        guard let onDisk else { return true }
        return onDisk.hasLimits(of: ledger)
            && BudgetLedger.windows.allSatisfy { window, _ in
                let (written, known) = (onDisk[keyPath: window], ledger[keyPath: window])
                return written.start < known.start
                    ? known.used <= share.reservedByOthers(inWindowFrom: known.start)
                    : known.used <= written.used + onDisk.reserved
            }
    }

    private mutating func grant(at now: UTCInstant) -> Permit {
        ledger.charge(1)
        share.granted()
        inFlight += 1
        return Permit(quarter: ledger.readQuarter.start, day: ledger.readDay.start, grantedAt: now)
    }

    private mutating func roll(at now: UTCInstant) {
        begin(clock.settledTime(at: now))
        // Not before: those of before the boundary may have to be carried over it, however late that is noticed.
        if !undated.isEmpty { undated.removeAll { $0 < now - StravaClock.doubt * 3 } }
    }

    /// Begins the windows that contain `instant`, on Strava's clock, unless they have begun.
    private mutating func begin(_ instant: UTCInstant) {
        let earliest = clock.earliest(BudgetLedger.Span.quarter.start(of: instant))
        let old = ledger.readQuarter.start
        let own = inFlight + undated.count { $0 >= earliest }
        ledger.roll(to: instant) { [share] in own + share.reservedByOthers(inWindowFrom: $0) }
        if ledger.readQuarter.start != old { clock.drawJitter() }
    }

    /// Lets Strava's own clock begin a window, or take back one that ours began too early.
    private mutating func follow(_ date: UTCInstant, _ permit: Permit) {
        begin(date)
        let counted = BudgetLedger.Span.quarter.start(of: date)
        if permit.quarter > counted, permit.quarter > date + StravaClock.boundaryMargin { ledger.moveBack(to: date) }
    }

    /// When the window that follows `window` begins for us, on the local clock.
    private func opening(
        after window: BudgetLedger.Window, _ span: BudgetLedger.Span, at now: UTCInstant
    ) -> UTCInstant {
        // A window that a wrong clock put ahead ends late; look again at the next boundary.
        clock.localTime(settled: min(span.end(after: window.start), span.end(after: now + clock.skew)))
    }
}
