/// Decides whether a request may go to Strava, and learns from what comes back.
///
/// States: four windows (quarter of an hour and UTC day, for the overall and the read family) and the distance of Strava's
/// clock from ours. Inputs: ``admit(_:at:)`` before a request, ``settled(_:by:at:)`` after it. Invariant: while no other
/// program spends the same budget, the requests admitted within one of Strava's windows never exceed its limit.
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
    }

    /// What background work leaves for people: a manual refresh must not wait for a backfill.
    package struct Reserve: Sendable, Hashable {
        package var quarter = 10
        package var day = 50

        package init(quarter: Int = 10, day: Int = 50) {
            self.quarter = quarter
            self.day = day
        }
    }

    /// A new window begins this long after its boundary, or when Strava's `Date` says that it has begun.
    ///
    /// The two clocks are never quite the same, and a request that comes early counts for the old window.
    static let boundaryMargin = Duration.seconds(3)
    /// `Date` has whole seconds; a smaller difference is no evidence of skew.
    static let skewTolerance = Duration.seconds(2)

    private var ledger: BudgetLedger
    private let reserve: Reserve
    /// Strava's clock minus ours.
    private var skew = Duration.zero
    /// Requests that were admitted and are not settled.
    private var inFlight = 0

    /// - Parameters:
    ///   - ledger: what was saved by an earlier process; nil for a fresh start with the default limits.
    ///   - reserve: what background requests may not touch.
    ///   - now: the local time.
    package init(ledger: BudgetLedger?, reserve: Reserve = Reserve(), at now: UTCInstant) {
        self.ledger = ledger ?? BudgetLedger(at: now)
        self.reserve = reserve
    }

    /// Asks for one request, and charges it when granted.
    package mutating func admit(_ priority: RequestPriority, at now: UTCInstant) -> Admission {
        if let until = refusal(priority, at: now) { return .refused(until: until) }
        ledger.charge(1)
        inFlight += 1
        return .granted(Permit(quarter: ledger.readQuarter.start, day: ledger.readDay.start))
    }

    /// Until when requests of this priority are refused; nil when one would be granted now.
    package mutating func refusal(_ priority: RequestPriority, at now: UTCInstant) -> UTCInstant? {
        roll(at: now)
        let reserve = priority == .background ? self.reserve : Reserve(quarter: 0, day: 0)
        if ledger.dayLeft <= reserve.day { return opening(after: ledger.readDay, .day, at: now) }
        if ledger.quarterLeft <= reserve.quarter { return opening(after: ledger.readQuarter, .quarter, at: now) }
        return nil
    }

    /// Books what became of an admitted request.
    package mutating func settled(_ permit: Permit, by result: RequestResult, at now: UTCInstant) {
        if let date = result.serverDate {
            let difference = date - now
            skew = abs(difference.wholeMilliseconds) > Self.skewTolerance.wholeMilliseconds ? difference : .zero
        }
        roll(at: now)
        if let date = result.serverDate { ledger.roll(to: date, inFlight: inFlight) }
        inFlight = max(0, inFlight - 1)
        if !result.wasSent { ledger.refund() }
        if let usage = result.usage {
            ledger.observe(usage, of: permit, date: result.serverDate, inFlight: inFlight)
        }
        if result.wasLimited { ledger.exhaust() }
    }

    /// What to save, and to show.
    package mutating func status(at now: UTCInstant) -> BudgetStatus {
        roll(at: now)
        let stravaNow = now + skew
        let quarter = ledger.tighterQuarter
        let day = ledger.tighterDay
        return BudgetStatus(
            ledger: ledger,
            quarter: .init(
                used: quarter.used, limit: quarter.limit,
                resetsAt: BudgetLedger.Span.quarter.end(after: stravaNow) - skew),
            day: .init(used: day.used, limit: day.limit, resetsAt: BudgetLedger.Span.day.end(after: stravaNow) - skew))
    }

    private mutating func roll(at now: UTCInstant) {
        ledger.roll(to: now + skew - Self.boundaryMargin, inFlight: inFlight)
    }

    /// When the window that follows `window` begins for us, on the local clock.
    private func opening(
        after window: BudgetLedger.Window, _ span: BudgetLedger.Span, at now: UTCInstant
    ) -> UTCInstant {
        let opening = span.end(after: window.start) - skew + Self.boundaryMargin
        // A window that a wrong clock put ahead ends late; look again at the next boundary.
        return min(opening, span.end(after: now + skew) - skew + Self.boundaryMargin)
    }
}

/// Who asks, and so how much of the budget is theirs.
package enum RequestPriority: Sendable, Hashable, Comparable {
    /// Backfill and reconciliation: leaves the reserve alone.
    case background
    /// The hourly refresh.
    case scheduled
    /// A person waits: an admin's refresh, a code exchange, a token refresh.
    case interactive
}

/// The right to send one request, charged to the windows it was granted in.
package struct Permit: Sendable, Hashable {
    let quarter: UTCInstant
    let day: UTCInstant
}

/// What became of one request, as far as the budget cares.
package struct RequestResult: Sendable, Hashable {
    package var usage: RateUsage?
    package var serverDate: UTCInstant?
    /// Whether the answer was a 429.
    package var wasLimited: Bool
    /// False only when the request certainly never left.
    package var wasSent: Bool

    package init(usage: RateUsage? = nil, serverDate: UTCInstant? = nil, wasLimited: Bool = false, wasSent: Bool = true)
    {
        self.usage = usage
        self.serverDate = serverDate
        self.wasLimited = wasLimited
        self.wasSent = wasSent
    }
}

/// The budget at one moment: the tighter family of each span, and the whole to be saved.
package struct BudgetStatus: Sendable, Hashable {
    /// One span as people see it.
    package struct Window: Sendable, Hashable {
        package var used: Int
        package var limit: Int
        package var resetsAt: UTCInstant
    }

    package var ledger: BudgetLedger
    package var quarter: Window
    package var day: Window
}
