import Reactor

/// An address of a host that was looked up.
struct HostAddress: Sendable, Hashable {
    /// As the URL has it: certificates and password files name it.
    var host: String
    /// In numbers.
    var address: String
}

/// Divides the time for connecting among the addresses, so that one that swallows every packet leaves some to those after it.
///
/// libpq goes from one address to the next when it is refused, and waits for ever when it is not.
struct ConnectTurns {
    /// What has not been given up, the one whose turn it is included.
    private(set) var remaining: [HostAddress]
    private let deadline: MonotonicTime
    private var current: String?
    private var end: MonotonicTime

    /// - Parameters:
    ///   - addresses: in the order in which libpq tries them; empty when it looks them up itself, which makes one turn.
    ///   - deadline: when the last turn ends.
    init(_ addresses: [HostAddress], until deadline: MonotonicTime) {
        remaining = addresses
        self.deadline = deadline
        end = deadline
    }

    /// libpq tries this address now.
    ///
    /// - Returns: when its turn ends; what earlier ones did not need is divided among those that remain.
    mutating func end(of address: String?, at now: MonotonicTime) -> MonotonicTime {
        guard current == nil || address != current else { return end }
        current = address
        if let index = remaining.firstIndex(where: { $0.address == address }) { remaining.removeFirst(index) }
        end = now.advanced(nanoseconds: deadline.nanoseconds(since: now) / UInt64(max(remaining.count, 1)))
        return end
    }

    /// The turn is over.
    ///
    /// - Returns: whether there is another address to begin with.
    mutating func passOn() -> Bool {
        guard remaining.count > 1 else { return false }
        remaining.removeFirst()
        current = nil
        return true
    }
}
