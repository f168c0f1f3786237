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

    /// How many reads the day holds.
    package var readsToday: Int { windows.read.day }

    /// The four headers of a reply, by name.
    package var headers: [String: String] {
        Dictionary(windows.headers(limits).map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}
