/// The figures of one application's budget.
package struct RateLimits: Sendable, Hashable {
    /// What one window family may hold: requests per quarter of an hour and per day.
    package struct Family: Sendable, Hashable {
        package var quarter: Int
        package var day: Int

        package init(quarter: Int, day: Int) {
            self.quarter = quarter
            self.day = day
        }

        /// As the headers write it: `100,1000`.
        var header: String { "\(quarter),\(day)" }
    }

    package var overall: Family
    package var read: Family

    package init(overall: Family, read: Family) {
        self.overall = overall
        self.read = read
    }

    /// Strava's default since 2023 (developers.strava.com/docs/rate-limits): 200 and 2000, of which reads 100 and 1000.
    package static let standard = RateLimits(
        overall: Family(quarter: 200, day: 2000), read: Family(quarter: 100, day: 1000))

    /// Room enough for any benchmark.
    package static let generous = RateLimits(
        overall: Family(quarter: 1_000_000, day: 10_000_000), read: Family(quarter: 1_000_000, day: 10_000_000))
}
