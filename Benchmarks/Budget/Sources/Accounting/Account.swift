// What the harness reaches of the sandbox's insides; built with the harness only.

/// The sandbox's books: one application's requests, in the windows of the wall clock.
package struct Account: Sendable {
    package let limits: RateLimits
    private var windows = RateWindows()

    package init(_ limits: RateLimits) {
        self.limits = limits
    }

    /// Counts one read at `now`, in milliseconds since the epoch, and says whether it is within all four limits.
    package mutating func admitRead(now: Int64) -> Bool { windows.admitRead(limits, now: now) }

    /// How many reads it would admit at `now`; fewer than none after refusals.
    package func room(now: Int64) -> Int {
        var windows = windows
        windows.roll(to: now)
        return min(limits.read.quarter - windows.read.quarter, limits.read.day - windows.read.day)
    }

    /// How many reads the day holds.
    package var readsToday: Int { windows.read.day }

    /// The four headers of a reply, by name.
    package var headers: [String: String] {
        Dictionary(windows.headers(limits).map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}
