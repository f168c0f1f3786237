import Locking
import Logging
import Reactor

/// The door of a server, which all its loops share; ``Occupancy`` decides.
final class Admission: Sendable {
    /// So many refused clients at one time are waited for until they have read why; others are just left.
    ///
    /// Each holds a descriptor, of those that the ceiling leaves for what is no connection.
    private static let refusedAtOnce = 16

    private struct State {
        var occupancy: Occupancy
        var refused = 0
        var refusals = RefusalTally()
    }

    private let configuration: HTTPServerConfiguration
    private let logger: Logger
    private let state: Lock<State>

    init(_ configuration: HTTPServerConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        state = Lock(
            State(
                occupancy: Occupancy(
                    limit: configuration.maximumConnections, limitPerClient: configuration.connectionsPerClient)))
    }

    /// Lets a connection in, or says why not; one that was let in must leave.
    func enter(_ peer: Peer, at now: MonotonicTime) -> Bool {
        decide(peer.address, now) { $0.connectionArrived(from: peer.network) }
    }

    func leave(_ peer: Peer) {
        state.withLock { $0.occupancy.connectionEnded(from: peer.network) }
    }

    /// Whether there is time for this client to read why it is refused; then the refusal must end.
    func beginRefusal() -> Bool {
        state.withLock { state in
            guard state.refused < Self.refusedAtOnce else { return false }
            state.refused += 1
            return true
        }
    }

    func endRefusal() {
        state.withLock { $0.refused -= 1 }
    }

    /// Runs `respond` for a client behind a proxy; nil when that client has enough under way.
    func respond(
        to client: IPAddress, named address: String, at now: MonotonicTime, _ respond: () async -> Response
    ) async -> Response? {
        let network = client.network
        guard decide(address, now, { $0.requestArrived(from: network) }) else { return nil }
        let response = await respond()
        state.withLock { $0.occupancy.requestEnded(from: network) }
        return response
    }

    private func decide(
        _ address: String, _ now: MonotonicTime, _ ask: (inout Occupancy) -> Occupancy.Verdict
    ) -> Bool {
        let (verdict, refused) = state.withLock { state -> (Occupancy.Verdict, Int?) in
            let verdict = ask(&state.occupancy)
            return (verdict, verdict == .welcome ? nil : state.refusals.refused(at: now))
        }
        if let refused { tell(verdict, refused, of: address) }
        return verdict == .welcome
    }

    private func tell(_ verdict: Occupancy.Verdict, _ refused: Int, of address: String) {
        let limit = verdict == .full ? configuration.maximumConnections : configuration.connectionsPerClient
        logger.warning(
            "refused: \(verdict == .full ? "too many connections" : "too much at one time for one client")",
            metadata: ["count": "\(refused)", "limit": "\(limit)", "client": "\(address)"])
    }
}

/// Who is at a connection's other end.
struct Peer {
    /// As numeric text, `127.0.0.1` or `::1`.
    let address: String
    /// What its connections are counted by; nil for a trusted proxy.
    let network: [UInt8]?

    init(_ address: SocketAddress, proxies: TrustedProxies) {
        let text = address.host
        self.address = text
        network = proxies.isTrusted(text) ? nil : IPAddress(text)?.network
    }

    var isProxy: Bool { network == nil }
}
