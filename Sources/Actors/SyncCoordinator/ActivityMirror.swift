/// The stored activities in memory: the one copy that syncs compare with and snapshots are taken of.
///
/// Invariant: `activities` is sorted newest first by (`startDate`, `id`), and `starts` has the same ids.
package struct ActivityMirror: Sendable {
    package private(set) var activities: [Activity]
    private var starts: [Int64: UTCInstant]

    package init(_ activities: [Activity] = []) {
        self.activities = activities.sorted(by: Activity.newestFirst)
        starts = Dictionary(activities.map { ($0.id, $0.startDate) }, uniquingKeysWith: { first, _ in first })
    }

    package var isEmpty: Bool { activities.isEmpty }
    package var count: Int { activities.count }

    /// Whether an activity with this id is stored.
    package func contains(_ id: Int64) -> Bool { starts[id] != nil }

    /// The stored activity with this id.
    package func activity(_ id: Int64) -> Activity? {
        guard let start = starts[id], let index = index(of: id, start) else { return nil }
        return activities[index]
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
        activities.prefix { $0.startDate > bound }.map(\.id).filter { !seen.contains($0) }
    }

    /// The ids of activities that started at `lower` or later, and before `upper`, and are not among `seen`: newest first.
    ///
    /// A bound that is nil bounds nothing.
    package func missing(
        from seen: Set<Int64>, startedBefore upper: UTCInstant?, notBefore lower: UTCInstant?
    ) -> [Int64] {
        let first = upper.map(firstIndex(startedBefore:)) ?? 0
        return activities[first...].prefix { activity in lower.map { activity.startDate >= $0 } ?? true }
            .map(\.id).filter { !seen.contains($0) }
    }

    /// How many activities started before `bound`.
    package func count(startedBefore bound: UTCInstant) -> Int { activities.count - firstIndex(startedBefore: bound) }

    /// Applies what was committed: overwrites, inserts and deletes by id.
    package mutating func apply(upserts: [Activity], deletions: [Int64]) {
        remove(deletions)
        let added = upserts.filter { !overwrite($0) }
        remove(added.map(\.id))
        guard !added.isEmpty else { return }
        for activity in added { starts[activity.id] = activity.startDate }
        let sorted = added.sorted(by: Activity.newestFirst)
        // A backfill page is older than all that is stored: the common case needs no merge.
        if let last = activities.last, let first = sorted.first, Activity.newestFirst(last, first) {
            activities += sorted
        } else {
            activities = Self.merge(activities, sorted)
        }
    }

    /// Puts `activity` in the place of the row with its id, if that started at the same moment.
    private mutating func overwrite(_ activity: Activity) -> Bool {
        guard starts[activity.id] == activity.startDate, let index = index(of: activity.id, activity.startDate) else {
            return false
        }
        activities[index] = activity
        return true
    }

    /// One pass for all, because each removal by itself would move everything below it.
    private mutating func remove(_ ids: [Int64]) {
        let stored = Set(ids.filter { starts.removeValue(forKey: $0) != nil })
        if !stored.isEmpty { activities.removeAll { stored.contains($0.id) } }
    }

    /// Binary search for the key (`start`, `id`).
    private func index(of id: Int64, _ start: UTCInstant) -> Int? {
        var low = 0
        var high = activities.count
        while low < high {
            let middle = (low + high) / 2
            let candidate = activities[middle]
            if (candidate.startDate, candidate.id) > (start, id) { low = middle + 1 } else { high = middle }
        }
        return low < activities.count && activities[low].id == id ? low : nil
    }

    /// Binary search for the newest activity that started before `bound`.
    private func firstIndex(startedBefore bound: UTCInstant) -> Int {
        var low = 0
        var high = activities.count
        while low < high {
            let middle = (low + high) / 2
            if activities[middle].startDate >= bound { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func merge(_ left: [Activity], _ right: [Activity]) -> [Activity] {
        var merged: [Activity] = []
        merged.reserveCapacity(left.count + right.count)
        var (l, r) = (0, 0)
        while l < left.count && r < right.count {
            if Activity.newestFirst(left[l], right[r]) {
                merged.append(left[l])
                l += 1
            } else {
                merged.append(right[r])
                r += 1
            }
        }
        return merged + left[l...] + right[r...]
    }
}
