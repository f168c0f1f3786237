/// Everything that reads are answered from, at one moment: immutable, so that readers never wait for writers.
package struct Snapshot: Sendable {
    /// Grows by one with every change of what could be answered.
    package var version: UInt64
    /// Newest first by (`startDate`, `id`).
    package var activities: ActivityHistory
    /// Whether the whole history has been seen to its end.
    package var isComplete: Bool
    /// When the data came from Strava; nil before the first page.
    package var fetchedAt: UTCInstant?

    package init(
        version: UInt64 = 0, activities: ActivityHistory = [], isComplete: Bool = false, fetchedAt: UTCInstant? = nil
    ) {
        self.version = version
        self.activities = activities
        self.isComplete = isComplete
        self.fetchedAt = fetchedAt
    }

    /// The same from activities in any order.
    package init(
        version: UInt64 = 0, activities: [Activity], isComplete: Bool = false, fetchedAt: UTCInstant? = nil
    ) {
        self.init(
            version: version, activities: ActivityHistory(activities), isComplete: isComplete, fetchedAt: fetchedAt)
    }

    /// The athlete's wall clock at `now`, judged by the newest activity: the best guess of where they are.
    package func localTime(at now: UTCInstant) -> LocalDateTime {
        LocalDateTime(now, offset: activities.first?.utcOffset ?? 0)
    }

    /// When the athlete's current month ends: until then, what was computed from this snapshot stays right.
    package func endOfLocalMonth(at now: UTCInstant) -> UTCInstant {
        let next = LocalDateTime(startOf: Month(localTime(at: now).date).advanced(by: 1).firstDay)
        return UTCInstant(seconds: next.seconds - (activities.first?.utcOffset ?? 0))
    }
}
