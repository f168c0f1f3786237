import Reactor

/// Decides who may come in: how many connections there are, and how much of them is one client's.
///
/// A connection from a trusted proxy counts in all but for no client: its clients are counted by the request, while one is under way
/// that takes time.
struct Occupancy {
    enum Verdict: Equatable {
        case welcome
        case full
        /// This client has as many as one may have.
        case clientHasEnough
    }

    private let limit: Int
    private let limitPerClient: Int
    private(set) var connections = 0
    private var clients: [[UInt8]: Int] = [:]

    init(limit: Int, limitPerClient: Int) {
        self.limit = limit
        self.limitPerClient = limitPerClient
    }

    /// How many clients are remembered: those alone that have something under way.
    var clientCount: Int { clients.count }

    /// A connection arrived.
    ///
    /// - Parameter client: its network; nil for a trusted proxy.
    mutating func connectionArrived(from client: [UInt8]?) -> Verdict {
        guard connections < limit else { return .full }
        guard enter(client) else { return .clientHasEnough }
        connections += 1
        return .welcome
    }

    mutating func connectionEnded(from client: [UInt8]?) {
        connections -= 1
        leave(client)
    }

    /// A request arrived that takes time, for a client behind a proxy.
    mutating func requestArrived(from client: [UInt8]) -> Verdict {
        enter(client) ? .welcome : .clientHasEnough
    }

    mutating func requestEnded(from client: [UInt8]) {
        leave(client)
    }

    private mutating func enter(_ client: [UInt8]?) -> Bool {
        guard let client else { return true }
        let count = clients[client, default: 0]
        guard count < limitPerClient else { return false }
        clients[client] = count + 1
        return true
    }

    private mutating func leave(_ client: [UInt8]?) {
        guard let client, let count = clients[client] else { return }
        clients[client] = count > 1 ? count - 1 : nil
    }
}

/// Tells of refusals once a minute, however many there are: the log must not be what an attacker fills.
struct RefusalTally {
    private static let interval: UInt64 = 60_000_000_000

    private var untold = 0
    private var nextLine = MonotonicTime(nanoseconds: 0)

    /// One was refused.
    ///
    /// - Returns: how many to tell of now, this one included; nil when it is not time.
    mutating func refused(at now: MonotonicTime) -> Int? {
        untold += 1
        guard now >= nextLine else { return nil }
        nextLine = now.advanced(nanoseconds: Self.interval)
        defer { untold = 0 }
        return untold
    }
}
