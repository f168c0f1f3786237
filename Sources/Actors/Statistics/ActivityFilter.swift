/// Which activities a list or a record looks at.
package struct ActivityFilter: Sendable, Hashable {
    /// Local year of the start; nil for all.
    package var year: Int?
    /// Legacy type, compared exactly; nil for all.
    package var type: String?

    package init(year: Int? = nil, type: String? = nil) {
        self.year = year
        self.type = type
    }

    /// Whether `activity` passes.
    package func matches(_ activity: Activity) -> Bool {
        (type == nil || activity.type == type) && (year == nil || activity.startDateLocal.date.year == year)
    }
}

extension Sequence<Activity> {
    /// The activity with the greatest distance among those that pass; of equals the older one, then the smaller id.
    package func longest(_ filter: ActivityFilter) -> Activity? {
        lazy.filter(filter.matches).max { left, right in
            (left.distance, -left.startDate.milliseconds, -left.id)
                < (right.distance, -right.startDate.milliseconds, -right.id)
        }
    }
}
