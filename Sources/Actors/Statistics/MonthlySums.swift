/// What some activities add up to, by local month and legacy type: from this, every other sum follows.
struct MonthlySums: Sendable, Equatable {
    struct Entry: Sendable, Equatable {
        var month: Month
        var type: String
        var totals: Totals
    }

    private struct Key: Hashable {
        var month: Month
        var type: String
    }

    /// Newest month first, types in alphabetical order: sums of fractions depend on the order, and answers should not.
    let entries: [Entry]

    init(of activities: some Sequence<Activity>) {
        var totals: [Key: Totals] = [:]
        for activity in activities {
            totals[Key(month: Month(activity.startDateLocal.date), type: activity.type), default: Totals()].add(
                activity)
        }
        entries = totals.map { Entry(month: $0.key.month, type: $0.key.type, totals: $0.value) }
            .sorted { ($1.month.ordinal, $0.type) < ($0.month.ordinal, $1.type) }
    }
}
