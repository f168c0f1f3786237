/// Activities newest first by (`startDate`, `id`), in chunks that copies share.
///
/// A change touches the chunk that it falls into, and the list of chunks: what a snapshot still holds is not copied, and the sums of
/// all other chunks stay as they are. So the cost of one more activity hardly grows with the years that are stored.
///
/// Invariant: no chunk is empty or longer than `Chunk.limit`, and all of them in a row are sorted.
package struct ActivityHistory: Sendable {
    /// Some neighbours, and what they add up to.
    struct Chunk: Sendable {
        static let limit = 512

        fileprivate(set) var activities: [Activity]
        fileprivate(set) var sums: MonthlySums

        init(_ activities: [Activity]) {
            self.activities = activities
            sums = MonthlySums(of: activities)
        }
    }

    private(set) var chunks: [Chunk] = []
    /// The index of each chunk's first activity, and at the end the number of all.
    private var bounds = [0]

    /// - Parameter activities: in any order.
    package init(_ activities: some Sequence<Activity>) {
        append(activities.sorted(by: Activity.newestFirst))
    }

    /// Where an activity with this start and id is, or would be.
    func index(of start: UTCInstant, _ id: Int64) -> Int {
        partitioningIndex { ($0.startDate, $0.id) <= (start, id) }
    }

    /// The index of the newest activity that started before `bound`.
    func index(startedBefore bound: UTCInstant) -> Int { partitioningIndex { $0.startDate < bound } }

    // MARK: Changes

    /// Puts activities in their places; none with the same start and id may be there.
    ///
    /// - Parameter sorted: newest first.
    mutating func insert(_ sorted: [Activity]) {
        guard let first = sorted.first else { return }
        // A page of a first walk is older than all that is stored: the common case of many at once.
        if let last = last, Activity.newestFirst(last, first) { return append(sorted) }
        if chunks.isEmpty { return append(sorted) }
        var touched: [Int: [Activity]] = [:]
        for activity in sorted { touched[chunkIndex(for: activity), default: []].append(activity) }
        // From the end, so that the indices before stay what they are.
        for (index, added) in touched.sorted(by: { $0.key > $1.key }) {
            replace(index, with: Self.merge(chunks[index].activities, added))
        }
        rebound()
    }

    /// Takes out the activities at these indices, in any order.
    mutating func remove(at indices: [Int]) {
        guard !indices.isEmpty else { return }
        var touched: [Int: Set<Int>] = [:]
        for index in indices {
            let place = place(of: index)
            touched[place.chunk, default: []].insert(place.offset)
        }
        for (index, gone) in touched.sorted(by: { $0.key > $1.key }) {
            let left = chunks[index].activities.enumerated().filter { !gone.contains($0.offset) }.map(\.element)
            replace(index, with: left)
        }
        rebound()
    }

    /// Puts activities in the place of those at these indices; each has the same start and id as the one before it.
    mutating func overwrite(_ changes: [Int: Activity]) {
        var touched: Set<Int> = []
        for (index, activity) in changes {
            let place = place(of: index)
            chunks[place.chunk].activities[place.offset] = activity
            touched.insert(place.chunk)
        }
        for index in touched { chunks[index].sums = MonthlySums(of: chunks[index].activities) }
    }

    private mutating func append(_ sorted: [Activity]) {
        var rest = sorted[...]
        if let last = chunks.last, last.activities.count < Chunk.limit, !rest.isEmpty {
            let room = Chunk.limit - last.activities.count
            chunks[chunks.count - 1] = Chunk(last.activities + rest.prefix(room))
            rest = rest.dropFirst(room)
        }
        while !rest.isEmpty {
            chunks.append(Chunk(Array(rest.prefix(Chunk.limit))))
            rest = rest.dropFirst(Chunk.limit)
        }
        rebound()
    }

    /// Halves what has become too long, so that a chunk does not split again with the next activity.
    private mutating func replace(_ index: Int, with activities: [Activity]) {
        let pieces = activities.count <= Chunk.limit ? 1 : (activities.count * 2 + Chunk.limit - 1) / Chunk.limit
        let size = (activities.count + pieces - 1) / pieces
        let replacement = stride(from: 0, to: activities.count, by: Swift.max(1, size)).map { start in
            Chunk(Array(activities[start..<Swift.min(start + size, activities.count)]))
        }
        chunks.replaceSubrange(index...index, with: replacement)
    }

    private mutating func rebound() {
        bounds = chunks.reduce(into: [0]) { bounds, chunk in
            bounds.append((bounds.last ?? 0) + chunk.activities.count)
        }
    }

    // MARK: Places

    /// The chunk that an activity belongs into: the last one that begins before it, or the first.
    private func chunkIndex(for activity: Activity) -> Int {
        var low = 0
        var high = chunks.count
        while low < high {
            let middle = (low + high) / 2
            if Activity.newestFirst(chunks[middle].activities[0], activity) { low = middle + 1 } else { high = middle }
        }
        return Swift.max(0, low - 1)
    }

    private func place(of index: Int) -> (chunk: Int, offset: Int) {
        var low = 0
        var high = chunks.count
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle + 1] <= index { low = middle + 1 } else { high = middle }
        }
        return (low, index - bounds[low])
    }

    /// The first index from which on `isBeyond` is true.
    private func partitioningIndex(where isBeyond: (Activity) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isBeyond(self[middle]) { high = middle } else { low = middle + 1 }
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

extension ActivityHistory: RandomAccessCollection, ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: Activity...) { self.init(elements) }

    package var startIndex: Int { 0 }
    package var endIndex: Int { bounds.last ?? 0 }

    /// Found by a binary search among the chunks.
    package subscript(index: Int) -> Activity {
        let place = place(of: index)
        return chunks[place.chunk].activities[place.offset]
    }

    /// Goes through the chunks without searching.
    package struct Iterator: IteratorProtocol {
        private let chunks: [Chunk]
        private var chunk = 0
        private var offset = 0

        init(_ chunks: [Chunk]) {
            self.chunks = chunks
        }

        package mutating func next() -> Activity? {
            guard chunk < chunks.count else { return nil }
            let activity = chunks[chunk].activities[offset]
            offset += 1
            if offset == chunks[chunk].activities.count { (chunk, offset) = (chunk + 1, 0) }
            return activity
        }
    }

    package func makeIterator() -> Iterator { Iterator(chunks) }
}
