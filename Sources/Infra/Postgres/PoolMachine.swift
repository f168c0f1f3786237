import Reactor

/// Decides who gets which connection: exclusive leases on a fixed number of slots, in the order of asking.
///
/// Whoever asks gets a slot at once, or waits in line, or learns that the database is away. A slot is resting (a connection in it
/// waits for work) or in use (leased, or its holder is connecting). Invariants: a slot has one holder; nobody waits while a slot
/// rests; after a connect that failed nobody tries again before the back-off has passed, and nobody waits when no holder is left
/// who could pass a slot on.
struct PoolMachine {
    /// What somebody who asked shall do.
    enum Grant: Sendable, Hashable {
        /// Use the connection in this slot.
        case reuse(Int)
        /// Make a connection for this slot.
        case connect(Int)
        case fail(PostgresFailure)
    }

    enum Acquisition: Sendable, Hashable {
        case granted(Grant)
        /// Wait until ``collect(_:)`` has a grant.
        case queued(Int)
    }

    static let firstBackoff = Duration.milliseconds(100)
    static let longestBackoff = Duration.seconds(5)

    let size: Int
    /// Slots whose connection rests; the last one is the warmest.
    private var resting: [Int] = []
    private var free: [Int]
    private var inUse: Set<Int> = []
    private var queue: [Int] = []
    private var grants: [Int: Grant] = [:]
    private var lastWaiter = 0
    private var failures = 0
    private var away: (until: MonotonicTime, failure: PostgresFailure)?
    private(set) var isClosed = false

    init(size: Int) {
        self.size = max(1, size)
        free = (0..<self.size).reversed()
    }

    /// How many leases are out.
    var leased: Int { inUse.count }
    /// How many wait.
    var waiting: Int { queue.count }

    /// Somebody wants a connection.
    mutating func acquire(at now: MonotonicTime) -> Acquisition {
        guard !isClosed else { return .granted(.fail(.closed)) }
        if let slot = resting.popLast() {
            inUse.insert(slot)
            return .granted(.reuse(slot))
        }
        let isAway = away.map { now < $0.until } ?? false
        if !isAway, let slot = free.popLast() {
            inUse.insert(slot)
            return .granted(.connect(slot))
        }
        if let away, isAway, inUse.isEmpty { return .granted(.fail(away.failure)) }
        lastWaiter += 1
        queue.append(lastWaiter)
        return .queued(lastWaiter)
    }

    /// Takes the grant of somebody who waited, or takes them out of the line: nil, and it cost nobody anything.
    mutating func collect(_ waiter: Int) -> Grant? {
        if let grant = grants.removeValue(forKey: waiter) { return grant }
        queue.removeAll { $0 == waiter }
        return nil
    }

    /// A connection was made: the database is there, and whoever waited for the back-off may make one, too.
    ///
    /// - Returns: the waiters to wake.
    mutating func connected(at now: MonotonicTime) -> [Int] {
        failures = 0
        away = nil
        return passOn(at: now)
    }

    /// A connection could not be made; its slot is free again.
    ///
    /// - Parameter countsAsAway: false when it was the holder who gave up.
    /// - Returns: the waiters to wake.
    mutating func connectFailed(
        _ slot: Int, _ failure: PostgresFailure, countsAsAway: Bool, at now: MonotonicTime
    ) -> [Int] {
        inUse.remove(slot)
        free.append(slot)
        if countsAsAway {
            away = (now + min(Self.firstBackoff * (1 << min(failures, 10)), Self.longestBackoff), failure)
            failures += 1
        }
        return passOn(at: now)
    }

    /// A lease ended.
    ///
    /// - Returns: the waiters to wake; whether the connection in the slot is to be closed.
    mutating func released(_ slot: Int, isUsable: Bool, at now: MonotonicTime) -> (wake: [Int], closes: Bool) {
        inUse.remove(slot)
        if isUsable && !isClosed { resting.append(slot) } else { free.append(slot) }
        return (passOn(at: now), !isUsable || isClosed)
    }

    /// Trusts no connection that rests.
    ///
    /// - Returns: the slots whose connections are to be closed now.
    mutating func giveUpResting() -> [Int] {
        defer {
            free += resting
            resting = []
        }
        return resting
    }

    /// Gives out no more leases.
    ///
    /// - Returns: the slots whose connections are to be closed now, and the waiters to wake.
    mutating func close() -> (slots: [Int], wake: [Int]) {
        isClosed = true
        return (giveUpResting(), fail(.closed))
    }

    /// Serves the line from what is there.
    private mutating func passOn(at now: MonotonicTime) -> [Int] {
        var awake: [Int] = []
        let isAway = away.map { now < $0.until } ?? false
        while let waiter = queue.first {
            if let slot = resting.popLast() {
                inUse.insert(slot)
                grants[waiter] = .reuse(slot)
            } else if !isAway, !isClosed, let slot = free.popLast() {
                inUse.insert(slot)
                grants[waiter] = .connect(slot)
            } else {
                break
            }
            queue.removeFirst()
            awake.append(waiter)
        }
        // Nobody is left to pass a slot on.
        if let away, isAway, inUse.isEmpty { awake += fail(away.failure) }
        return awake
    }

    private mutating func fail(_ failure: PostgresFailure) -> [Int] {
        defer { queue = [] }
        for waiter in queue { grants[waiter] = .fail(failure) }
        return queue
    }
}
