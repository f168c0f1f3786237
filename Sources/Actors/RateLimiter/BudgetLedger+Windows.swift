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

    /// All four, each with its length.
    static let windows: [(window: any WritableKeyPath<BudgetLedger, Window> & Sendable, span: Span)] = [
        (\.overallQuarter, .quarter), (\.readQuarter, .quarter), (\.overallDay, .day), (\.readDay, .day),
    ]

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

    /// How many more requests this ledger, on disk, vouches for; negative when it knows less than `current`.
    func vouches(for current: BudgetLedger) -> Int {
        var left = Int.max
        for (window, _) in Self.windows {
            let (written, now) = (self[keyPath: window], current[keyPath: window])
            left = min(left, written.start < now.start ? -1 : written.used + reserved - now.used)
        }
        return left
    }

    /// Whether both have the same four limits.
    func hasLimits(of other: BudgetLedger) -> Bool {
        Self.windows.allSatisfy { self[keyPath: $0.window].limit == other[keyPath: $0.window].limit }
    }

    /// Starts new windows where `instant` lies in later ones.
    ///
    /// - Parameter carried: how many requests Strava may count in the window that begins then although they were charged to the one before.
    mutating func roll(to instant: UTCInstant, carrying carried: (UTCInstant) -> Int) {
        for (window, span) in Self.windows {
            let start = span.start(of: instant)
            self[keyPath: window].roll(to: start, span, carrying: carried(start))
        }
    }

    /// Charges every window; one request counts as overall and as a read, for the quarter and for the day.
    mutating func charge(_ count: Int) {
        for (window, _) in Self.windows { self[keyPath: window].used = max(0, self[keyPath: window].used + count) }
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
    /// Unless a day is known to be, it is the quarter. A refusal that comes late, from the quarter before, says nothing of this one.
    ///
    /// - Parameter others: what other processes have reserved, and so may not send any more.
    mutating func exhaust(_ permit: Permit, date: UTCInstant?, others: Int) {
        let counted = date.map(Span.quarter.start(of:)) ?? permit.quarter
        guard dayLeft > 0, quarterLeft > 0, !readQuarter.isAfter(counted, granted: permit.quarter) else { return }
        readQuarter.used = max(readQuarter.used, readQuarter.limit + others)
        overallQuarter.used = max(overallQuarter.used, overallQuarter.limit + others)
    }

    /// Moves windows that a wrong local clock began too early to where Strava's clock stands, with their usage.
    mutating func moveBack(to date: UTCInstant) {
        for (window, span) in Self.windows {
            self[keyPath: window].start = min(self[keyPath: window].start, span.start(of: date))
        }
    }
}

extension BudgetLedger.Window {
    var left: Int { limit - used }

    /// A clock that went back forgets no usage.
    ///
    /// Yet a window that lies further ahead than its own length is the work of a clock that was wrong: it is moved here with its
    /// usage, or it would never end.
    mutating func roll(to start: UTCInstant, _ span: BudgetLedger.Span, carrying carried: Int) {
        if start > self.start {
            self.start = start
            used = carried
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
