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
    /// A clock that went back changes nothing: usage is never forgotten early.
    mutating func roll(to now: UTCInstant) {
        let quarter = Span.quarter.start(of: now)
        let day = Span.day.start(of: now)
        overallQuarter.roll(to: quarter)
        readQuarter.roll(to: quarter)
        overallDay.roll(to: day)
        readDay.roll(to: day)
    }

    mutating func charge(_ count: Int) {
        overallQuarter.used += count
        overallDay.used += count
        readQuarter.used += count
        readDay.used += count
    }

    /// Takes one charge back, from the windows that still are those it was charged to.
    mutating func refund(_ permit: Permit) {
        if overallQuarter.start == permit.quarter { overallQuarter.used = max(0, overallQuarter.used - 1) }
        if readQuarter.start == permit.quarter { readQuarter.used = max(0, readQuarter.used - 1) }
        if overallDay.start == permit.day { overallDay.used = max(0, overallDay.used - 1) }
        if readDay.start == permit.day { readDay.used = max(0, readDay.used - 1) }
    }

    /// Believes Strava where it counts more than we do: another program may share the client id.
    mutating func observe(_ usage: RateUsage) {
        overallQuarter.observe(limit: usage.overallLimit?.quarter, used: usage.overallUsage?.quarter)
        overallDay.observe(limit: usage.overallLimit?.day, used: usage.overallUsage?.day)
        readQuarter.observe(limit: usage.readLimit?.quarter, used: usage.readUsage?.quarter)
        readDay.observe(limit: usage.readLimit?.day, used: usage.readUsage?.day)
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

    mutating func roll(to start: UTCInstant) {
        guard start > self.start else { return }
        self.start = start
        used = 0
    }

    mutating func observe(limit: Int?, used: Int?) {
        if let limit, limit > 0 { self.limit = limit }
        if let used { self.used = max(self.used, used) }
    }
}
