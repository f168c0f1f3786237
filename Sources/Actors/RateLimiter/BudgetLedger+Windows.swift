/// The arithmetic of the four windows.
extension BudgetLedger {
    /// The two lengths that Strava counts by.
    enum Span: Int64 {
        case quarter = 900_000
        case day = 86_400_000

        /// The beginning of the natural window that contains `instant`.
        func start(of instant: UTCInstant) -> UTCInstant {
            UTCInstant(milliseconds: instant.milliseconds.flooredDivision(by: rawValue) * rawValue)
        }

        /// The end of the natural window that contains `instant`.
        func end(after instant: UTCInstant) -> UTCInstant {
            start(of: instant) + .milliseconds(rawValue)
        }
    }

    /// Nothing used, with the limits that Strava gives a new app: 200 and 2000 overall, 100 and 1000 reads.
    init(at now: UTCInstant) {
        let quarter = Span.quarter.start(of: now)
        let day = Span.day.start(of: now)
        self.init(
            overallQuarter: Window(start: quarter, used: 0, limit: 200),
            overallDay: Window(start: day, used: 0, limit: 2000),
            readQuarter: Window(start: quarter, used: 0, limit: 100), readDay: Window(start: day, used: 0, limit: 1000))
    }

    var quarterLeft: Int { min(overallQuarter.left, readQuarter.left) }
    var dayLeft: Int { min(overallDay.left, readDay.left) }
    var tighterQuarter: Window { overallQuarter.left < readQuarter.left ? overallQuarter : readQuarter }
    var tighterDay: Window { overallDay.left < readDay.left ? overallDay : readDay }

    /// Starts new windows where `now` lies in later ones.
    ///
    /// - Parameter inFlight: requests whose answer is not here yet: Strava may count them in the new window.
    mutating func roll(to now: UTCInstant, inFlight: Int) {
        let quarter = Span.quarter.start(of: now)
        let day = Span.day.start(of: now)
        overallQuarter.roll(to: quarter, .quarter, inFlight: inFlight)
        readQuarter.roll(to: quarter, .quarter, inFlight: inFlight)
        overallDay.roll(to: day, .day, inFlight: inFlight)
        readDay.roll(to: day, .day, inFlight: inFlight)
    }

    mutating func charge(_ count: Int) {
        overallQuarter.used += count
        overallDay.used += count
        readQuarter.used += count
        readDay.used += count
    }

    /// Takes one charge back; a request in flight is charged to the current windows, whichever it was granted in.
    mutating func refund() {
        overallQuarter.used = max(0, overallQuarter.used - 1)
        readQuarter.used = max(0, readQuarter.used - 1)
        overallDay.used = max(0, overallDay.used - 1)
        readDay.used = max(0, readDay.used - 1)
    }

    /// Believes Strava where it counts more than we do: another program may share the client id.
    ///
    /// - Parameters:
    ///   - date: Strava's clock when it counted; nil when the reply did not say.
    ///   - inFlight: other requests that Strava may not have counted yet.
    mutating func observe(_ usage: RateUsage, of permit: Permit, date: UTCInstant?, inFlight: Int) {
        let quarter = date.map(Span.quarter.start(of:))
        let day = date.map(Span.day.start(of:))
        func book(_ window: inout Window, _ limit: Int?, _ used: Int?, _ counted: UTCInstant?, _ granted: UTCInstant) {
            if let limit, limit > 0 { window.limit = limit }
            guard let used, !window.isAfter(counted ?? granted, granted: granted) else { return }
            window.used = max(window.used, used + inFlight)
        }
        book(&overallQuarter, usage.overallLimit?.quarter, usage.overallUsage?.quarter, quarter, permit.quarter)
        book(&readQuarter, usage.readLimit?.quarter, usage.readUsage?.quarter, quarter, permit.quarter)
        book(&overallDay, usage.overallLimit?.day, usage.overallUsage?.day, day, permit.day)
        book(&readDay, usage.readLimit?.day, usage.readUsage?.day, day, permit.day)
    }

    /// Books a 429: some window is spent.
    ///
    /// Unless a day is known to be, it is the quarter.
    mutating func exhaust() {
        guard dayLeft > 0, quarterLeft > 0 else { return }
        readQuarter.used = max(readQuarter.used, readQuarter.limit)
        overallQuarter.used = max(overallQuarter.used, overallQuarter.limit)
    }
}

extension BudgetLedger.Window {
    var left: Int { limit - used }

    /// A clock that went back forgets no usage.
    ///
    /// Yet a window that lies further ahead than its own length is the work of a clock that was wrong: it is moved here with its
    /// usage, or it would never end.
    mutating func roll(to start: UTCInstant, _ span: BudgetLedger.Span, inFlight: Int) {
        if start > self.start {
            self.start = start
            used = inFlight
        } else if self.start > start + .milliseconds(span.rawValue) {
            self.start = start
        }
    }

    /// Whether this window began after the reply was counted, so that the reply's figures are those of an older one.
    ///
    /// A reply that was counted before the window it was granted in shows a local clock that ran ahead: it is no older.
    func isAfter(_ counted: UTCInstant, granted: UTCInstant) -> Bool {
        granted <= counted && counted < start
    }
}
