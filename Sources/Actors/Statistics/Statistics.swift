/// Everything that the statistics endpoints answer, folded from the activities in one pass, or from the sums of each month.
///
/// Days, months and years are those of the activity's own wall clock (``Activity/startDateLocal``). "Now" is the athlete's wall
/// clock, so a year begins when it begins for the athlete.
package struct Statistics: Sendable, Equatable {
    /// The calendar year that ``runYearToDate`` and ``rideYearToDate`` count.
    package let year: Int
    package private(set) var runYearToDate = Totals()
    package private(set) var rideYearToDate = Totals()
    /// The twelve months that end with the current one, newest first; months without activities are there too.
    package private(set) var months: [Monthly]
    /// All-time totals by legacy type.
    package private(set) var totalsByType: [String: Totals] = [:]
    /// Totals by local year and legacy type.
    package private(set) var totalsByYear: [Int: [String: Totals]] = [:]

    /// Folds `activities`, in any order, as seen at `now` on the athlete's wall clock.
    package init(of activities: some Sequence<Activity>, at now: LocalDateTime) {
        self.init(of: [MonthlySums(of: activities)], at: now)
    }

    /// Adds up what each chunk of a history has added up already.
    package init(of history: ActivityHistory, at now: LocalDateTime) {
        self.init(of: history.chunks.map(\.sums), at: now)
    }

    private init(of sums: [MonthlySums], at now: LocalDateTime) {
        let today = now.date
        year = today.year
        let current = Month(today)
        months = (0..<12).map { Monthly(month: current.advanced(by: -$0), totals: Totals()) }
        for sum in sums {
            for entry in sum.entries { add(entry, current: current) }
        }
    }

    private mutating func add(_ entry: MonthlySums.Entry, current: Month) {
        totalsByType[entry.type, default: Totals()].add(entry.totals)
        totalsByYear[entry.month.year, default: [:]][entry.type, default: Totals()].add(entry.totals)
        let age = entry.month.distance(to: current)
        if months.indices.contains(age) { months[age].totals.add(entry.totals) }
        guard entry.month.year == year else { return }
        if SportType.isRunForYearToDate(entry.type) { runYearToDate.add(entry.totals) }
        if SportType.isRideForYearToDate(entry.type) { rideYearToDate.add(entry.totals) }
    }

    /// One month and its totals, all types together.
    package struct Monthly: Sendable, Equatable {
        package var month: Month
        package var totals: Totals
    }
}
