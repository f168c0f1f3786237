/// An athlete's activities in the order of their start, each with its JSON ready.
///
/// A page is a concatenation of stored bytes, so that a benchmark of the mirror does not measure the stand-in.
package struct ActivityList: Sendable {
    private struct Entry {
        var activity: SandboxActivity
        var json: [UInt8]
    }

    /// Oldest first, ties by the smaller id.
    private var entries: [Entry]
    /// Indices of what a token without `activity:read_all` may see, oldest first.
    private var shown: [Int] = []

    init(_ activities: [SandboxActivity]) {
        entries = activities.map { Entry(activity: $0, json: $0.json) }
        sort()
    }

    /// All activities, oldest first, whoever may see them.
    package var all: [SandboxActivity] { entries.map(\.activity) }

    /// How many there are, whoever may see them.
    package var count: Int { entries.count }

    // MARK: Changing

    /// Adds an activity; one with the same id is replaced.
    mutating func insert(_ activity: SandboxActivity) {
        entries.removeAll { $0.activity.id == activity.id }
        entries.append(Entry(activity: activity, json: activity.json))
        sort()
    }

    /// Takes an activity away.
    ///
    /// - Returns: whether it was there.
    mutating func delete(_ id: Int64) -> Bool {
        guard let index = entries.firstIndex(where: { $0.activity.id == id }) else { return false }
        entries.remove(at: index)
        sort()
        return true
    }

    /// Changes an activity and renders it anew.
    ///
    /// - Returns: whether it was there.
    mutating func edit(_ id: Int64, _ change: (inout SandboxActivity) -> Void) -> Bool {
        guard let index = entries.firstIndex(where: { $0.activity.id == id }) else { return false }
        change(&entries[index].activity)
        entries[index].json = entries[index].activity.json
        sort()
        return true
    }

    private mutating func sort() {
        entries.sort { ($0.activity.start, $0.activity.id) < ($1.activity.start, $1.activity.id) }
        shown = entries.indices.filter { entries[$0].activity.visibility != .onlyMe }
    }

    // MARK: Reading

    /// The JSON of some of the visible activities, in the order asked for.
    ///
    /// - Parameters:
    ///   - after: only later starts, in seconds since the epoch; the bound itself is out.
    ///   - before: only earlier starts; the bound itself is out.
    ///   - offset: how many of those to pass over.
    ///   - limit: how many to take at most.
    func items(
        after: Int64?, before: Int64?, oldestFirst: Bool, includingPrivate: Bool, offset: Int, limit: Int
    ) -> [[UInt8]] {
        let total = includingPrivate ? entries.count : shown.count
        func entry(_ position: Int) -> Entry { entries[includingPrivate ? position : shown[position]] }
        func firstPosition(_ condition: (Int64) -> Bool) -> Int {
            var (low, high) = (0, total)
            while low < high {
                let middle = (low + high) / 2
                if condition(entry(middle).activity.start) { high = middle } else { low = middle + 1 }
            }
            return low
        }
        let low = after.map { bound in firstPosition { $0 > bound } } ?? 0
        let high = before.map { bound in firstPosition { $0 >= bound } } ?? total
        let available = max(0, high - low)
        let from = min(offset, available)
        let to = min(from + limit, available)
        return (from..<to).map { oldestFirst ? entry(low + $0).json : entry(high - 1 - $0).json }
    }
}
