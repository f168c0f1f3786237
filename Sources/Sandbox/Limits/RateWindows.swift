/// Counts requests in windows of the wall clock: natural quarters of an hour, and days that end at 00:00 UTC.
///
/// A refused request counts too, in both windows; Strava's own example of a refusal shows usage 692 of 600.
struct RateWindows: Sendable {
    private var quarter: Int64 = .min
    private var day: Int64 = .min
    private(set) var overall = RateLimits.Family(quarter: 0, day: 0)
    private(set) var read = RateLimits.Family(quarter: 0, day: 0)

    /// Counts requests made at `now`, in milliseconds since the epoch.
    mutating func count(overall: Int, read: Int, now: Int64) {
        roll(to: now)
        self.overall.quarter += overall
        self.overall.day += overall
        self.read.quarter += read
        self.read.day += read
    }

    /// Counts one read and says whether it is within all four limits.
    mutating func admitRead(_ limits: RateLimits, now: Int64) -> Bool {
        count(overall: 1, read: 1, now: now)
        return overall.quarter <= limits.overall.quarter && overall.day <= limits.overall.day
            && read.quarter <= limits.read.quarter && read.day <= limits.read.day
    }

    /// Empties the windows that ended before `now`.
    mutating func roll(to now: Int64) {
        let currentQuarter = now.floored(by: 900_000)
        if currentQuarter != quarter {
            quarter = currentQuarter
            overall.quarter = 0
            read.quarter = 0
        }
        let currentDay = now.floored(by: CivilTime.secondsPerDay * 1000)
        if currentDay != day {
            day = currentDay
            overall.day = 0
            read.day = 0
        }
    }

    /// The four headers in Strava's exact form: quarter, comma, day.
    func headers(_ limits: RateLimits) -> [(name: String, value: String)] {
        [
            ("X-RateLimit-Limit", limits.overall.header),
            ("X-RateLimit-Usage", overall.header),
            ("X-ReadRateLimit-Limit", limits.read.header),
            ("X-ReadRateLimit-Usage", read.header),
        ]
    }
}
