/// Who waits for a permit, in the order in which they go: people first, then the schedule, then background work; within a class,
/// whoever came first.
///
/// Nobody waits here for a window: whom the budget forbids is refused at once. They wait for the ledger to reach the disk, so the
/// queue is as short as the number of requests that come during one write.
struct PermitQueue: Sendable {
    /// One who waits.
    struct Waiter: Sendable, Hashable {
        let id: Int
        let priority: RequestPriority
    }

    private var waiters: [Waiter] = []
    private var lastID = 0

    var count: Int { waiters.count }

    /// Whoever goes next.
    var first: Waiter? { waiters.first }

    /// Lets one wait, behind those of the same class, and says under which number.
    mutating func add(_ priority: RequestPriority) -> Int {
        lastID += 1
        let index = waiters.firstIndex { $0.priority < priority } ?? waiters.endIndex
        waiters.insert(Waiter(id: lastID, priority: priority), at: index)
        return lastID
    }

    /// Takes one out, wherever it stands; nothing happens when it is gone.
    mutating func remove(_ id: Int) { waiters.removeAll { $0.id == id } }

    /// Takes everybody out.
    mutating func removeAll() -> [Waiter] {
        defer { waiters = [] }
        return waiters
    }
}
