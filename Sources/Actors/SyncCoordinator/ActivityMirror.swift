/// The stored activities in memory: the one copy that syncs compare with and snapshots are taken of.
///
/// Invariant: `starts` has the ids and starts of all that is in `history`.
package struct ActivityMirror: Sendable {
    package private(set) var history: ActivityHistory
    private var starts: [Int64: UTCInstant]

    package init(_ activities: [Activity] = []) {
        history = ActivityHistory(activities)
        starts = Dictionary(activities.map { ($0.id, $0.startDate) }, uniquingKeysWith: { first, _ in first })
    }

    package var isEmpty: Bool { history.isEmpty }
    package var count: Int { history.count }

    /// Whether an activity with this id is stored.
    package func contains(_ id: Int64) -> Bool { starts[id] != nil }

    /// The stored activity with this id.
    package func activity(_ id: Int64) -> Activity? {
        index(of: id).map { history[$0] }
    }

    /// Those of `page` that are new or differ from what is stored; of one id that comes twice, the last.
    package func differences(in page: [Activity]) -> [Activity] {
        var latest: [Int64: Int] = [:]
        for (index, activity) in page.enumerated() { latest[activity.id] = index }
        return page.enumerated()
            .filter { index, activity in latest[activity.id] == index && self.activity(activity.id) != activity }
            .map(\.element)
    }

    /// The ids of activities that started after `bound` and are not among `seen`: newest first.
    package func missing(from seen: Set<Int64>, startedAfter bound: UTCInstant) -> [Int64] {
        history.prefix { $0.startDate > bound }.map(\.id).filter { !seen.contains($0) }
    }

    /// The ids of activities that started at `lower` or later, and before `upper`, and are not among `seen`: newest first.
    ///
    /// A bound that is nil bounds nothing.
    package func missing(
        from seen: Set<Int64>, startedBefore upper: UTCInstant?, notBefore lower: UTCInstant?
    ) -> [Int64] {
        let first = upper.map(history.index(startedBefore:)) ?? 0
        return history[first...].prefix { activity in lower.map { activity.startDate >= $0 } ?? true }
            .map(\.id).filter { !seen.contains($0) }
    }

    /// How many activities started before `bound`.
    package func count(startedBefore bound: UTCInstant) -> Int { count - history.index(startedBefore: bound) }

    /// Applies what was committed: overwrites, inserts and deletes by id.
    package mutating func apply(upserts: [Activity], deletions: [Int64]) {
        remove(deletions)
        var changes: [Int: Activity] = [:]
        var added: [Int64: Activity] = [:]
        for activity in upserts {
            // What moved in time is taken out and put in again.
            if starts[activity.id] == activity.startDate, let index = index(of: activity.id) {
                changes[index] = activity
            } else {
                added[activity.id] = activity
            }
        }
        history.overwrite(changes)
        remove(Array(added.keys))
        for activity in added.values { starts[activity.id] = activity.startDate }
        history.insert(added.values.sorted(by: Activity.newestFirst))
    }

    private mutating func remove(_ ids: [Int64]) {
        history.remove(at: ids.compactMap(index(of:)))
        for id in ids { starts[id] = nil }
    }

    private func index(of id: Int64) -> Int? {
        starts[id].map { history.index(of: $0, id) }
    }
}
