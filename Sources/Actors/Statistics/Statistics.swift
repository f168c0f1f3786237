/// Everything that the statistics endpoints answer, folded from the activities in one pass.
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
        let today = now.date
        year = today.year
        let current = Month(today)
        months = (0..<12).map { Monthly(month: current.advanced(by: -$0), totals: Totals()) }
        for activity in activities { add(activity, current: current) }
    }

    private mutating func add(_ activity: Activity, current: Month) {
        let date = activity.startDateLocal.date
        totalsByType[activity.type, default: Totals()].add(activity)
        totalsByYear[date.year, default: [:]][activity.type, default: Totals()].add(activity)
        let age = Month(date).distance(to: current)
        if months.indices.contains(age) { months[age].totals.add(activity) }
        guard date.year == year else { return }
        if SportType.isRunForYearToDate(activity.type) { runYearToDate.add(activity) }
        if SportType.isRideForYearToDate(activity.type) { rideYearToDate.add(activity) }
    }

    /// One month and its totals, all types together.
    package struct Monthly: Sendable, Equatable {
        package var month: Month
        package var totals: Totals
    }
}
