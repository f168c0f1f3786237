/// What one reply said of the budget: the four rate-limit headers, as numbers.
///
/// Each header is two integers, quarter of an hour then day: `X-RateLimit-Limit: 200,2000`. The "read" family is all that is not
/// an upload (developers.strava.com/docs/rate-limits); Paceline sends nothing else, so both families bound it.
package struct RateUsage: Sendable, Hashable {
    /// One header: the figure for the current quarter of an hour, and for the current UTC day.
    package struct Pair: Sendable, Hashable {
        package var quarter: Int
        package var day: Int

        package init(quarter: Int, day: Int) {
            self.quarter = quarter
            self.day = day
        }

        /// Reads `100,1000`; spaces around the numbers are tolerated.
        ///
        /// - Returns: nil unless the text is exactly two whole numbers, neither negative.
        package init?(_ header: String) {
            let parts = header.split(separator: ",", omittingEmptySubsequences: false).map { part in
                Int(part.filter { $0 != " " && $0 != "\t" })
            }
            guard parts.count == 2, let quarter = parts[0], let day = parts[1], quarter >= 0, day >= 0 else {
                return nil
            }
            self.init(quarter: quarter, day: day)
        }
    }

    package var overallLimit: Pair?
    package var overallUsage: Pair?
    package var readLimit: Pair?
    package var readUsage: Pair?

    package init(
        overallLimit: Pair? = nil, overallUsage: Pair? = nil, readLimit: Pair? = nil, readUsage: Pair? = nil
    ) {
        self.overallLimit = overallLimit
        self.overallUsage = overallUsage
        self.readLimit = readLimit
        self.readUsage = readUsage
    }
}
