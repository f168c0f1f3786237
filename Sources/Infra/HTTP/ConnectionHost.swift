import Logging
import Reactor

/// One loop's part of a server: its listener, the connections it accepted, and what these share.
///
/// `@unchecked`: but for `beginDraining`, everything runs on the loop's thread only.
final class ConnectionHost: @unchecked Sendable {
    private static let acceptsWhileDraining = 1024
    /// So many refused clients at one time are waited for until they have read why; others are just left.
    private static let refusedAtOnce = 64
    /// A handshake that was under way when newcomers were sent elsewhere is finished by then.
    private static let handshakeTime = Duration.milliseconds(250)

    let configuration: HTTPServerConfiguration
    let timeLimits: TimeLimits
    let responder: any Responder
    let logger: Logger
    let inputPool = BufferPool.filled(size: 16 * 1024)
    // A batch, and the answer that completes it.
    let outputPool = BufferPool.empty(size: OutputBuffer.batchSize + 20 * 1024)
    var encoder: ResponseEncoder
    private let loop: EventLoop
    private let listener: Listener
    private let admission: Admission
    private var ids: RequestIDs
    private var connections: [ObjectIdentifier: Connection] = [:]
    private var refused = 0
    private var isDraining = false
    private var onEmpty: CheckedContinuation<Void, Never>?

    init(
        configuration: HTTPServerConfiguration, responder: any Responder, logger: Logger, loop: EventLoop,
        listener: Listener, admission: Admission, ids: RequestIDs
    ) {
        self.configuration = configuration
        timeLimits = TimeLimits(configuration)
        self.responder = responder
        self.logger = logger
        self.loop = loop
        self.listener = listener
        self.admission = admission
        self.ids = ids
        encoder = ResponseEncoder(serverName: configuration.serverName)
    }

    func nextRequestID() -> String { ids.next() }

    /// Asks the responder, unless the client is behind a proxy and has enough under way.
    func respond(to request: Request, from peer: Peer) async -> Response {
        guard peer.isProxy else { return await responder.respond(to: request) }
        let address = configuration.trustedProxies.clientAddress(of: request)
        guard !configuration.trustedProxies.isTrusted(address), let client = IPAddress(address) else {
            return await responder.respond(to: request)
        }
        return await admission.respond(to: client, named: address, at: loop.now) {
            await responder.respond(to: request)
        }
    }

    /// Accepts and serves until drained or cancelled; returns when the last connection has ended.
    func run() async {
        await withDiscardingTaskGroup { group in
            // While draining, what the kernel had completed is still taken, since a request may be on it already; but no
            // more than a backlog, or a stream of newcomers would keep the server from ending.
            var left = Self.acceptsWhileDraining
            while left > 0, let socket = await nextSocket() {
                if isDraining { left -= 1 }
                receive(socket, &group)
                // A backlog that is never empty must not keep the connections from running.
                await Task.yield()
            }
            listener.close()
            await drain()
            group.cancelAll()
        }
    }

    /// Stops accepting and ends what is idle.
    ///
    /// Callable from anywhere; a second call changes nothing. Where another process shares the port, newcomers are sent to it first, so that
    /// none is between the two when the listener closes.
    func beginDraining() {
        loop.execute {
            guard self.configuration.sharesPort, self.listener.turnAwayNewcomers() else { return self.stopAccepting() }
            _ = self.loop.schedule(after: Self.handshakeTime) { self.stopAccepting() }
        }
    }

    private func stopAccepting() {
        isDraining = true
        listener.interrupt()
    }

    // MARK: Accepting

    /// The next connection; nil when there will be none.
    private func nextSocket() async -> Socket? {
        while true {
            do throws(SystemError) {
                return try await listener.accept()
            } catch {
                logger.warning(
                    "cannot accept connections; raise the limit of open files (ulimit -n)",
                    metadata: ["error": "\(error)"])
                // The backlog makes no new event, so look again by the clock.
                guard !isDraining, (try? await loop.sleep(for: .milliseconds(100))) != nil else { return nil }
            }
        }
    }

    /// Serves a newcomer, or tells it that there is no place.
    private func receive(_ socket: Socket, _ group: inout DiscardingTaskGroup) {
        let peer = Peer(socket.peer, proxies: configuration.trustedProxies)
        guard admission.enter(peer, at: loop.now) else { return refuse(socket, &group) }
        let connection = Connection(socket: socket, peer: peer, host: self)
        connections[ObjectIdentifier(connection)] = connection
        group.addTask(executorPreference: loop) {
            await connection.run()
            self.ended(connection)
        }
    }

    /// Answers 503, as far as one write goes.
    private func refuse(_ socket: Socket, _ group: inout DiscardingTaskGroup) {
        var output: [UInt8] = []
        let plan = ConnectionMachine.Plan(sendsBody: true, sendsLength: true, connection: .close, keepsOpen: false)
        let response = Response.refusal(.tooManyConnections)
        encoder.appendHead(of: response, plan: plan, requestID: nextRequestID(), to: &output)
        output.append(contentsOf: response.body)
        _ = try? socket.write(output, from: 0)
        // Each holds a descriptor, so a flood of them is not waited for, and some see a reset instead of the answer.
        guard refused < Self.refusedAtOnce, !isDraining else { return socket.close() }
        refused += 1
        group.addTask(executorPreference: loop) {
            await socket.cancellable { try? await socket.linger(nanoseconds: self.timeLimits.linger) }
            socket.close()
            self.refused -= 1
        }
    }

    // MARK: Ending

    private func ended(_ connection: Connection) {
        connections[ObjectIdentifier(connection)] = nil
        admission.leave(connection.peer)
        if connections.isEmpty { finishDraining() }
    }

    /// Waits until the connections have ended, or the time for it has.
    private func drain() async {
        for connection in connections.values { connection.drain() }
        guard !connections.isEmpty, !Task.isCancelled else { return }
        let timer = loop.schedule(after: configuration.drainTimeout) { self.finishDraining() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { wake in
                // Nothing ended in between: no other job ran on this loop since the check above.
                onEmpty = wake
            }
        } onCancel: {
            loop.execute { self.finishDraining() }
        }
        loop.cancel(timer)
        if !connections.isEmpty {
            logger.warning("requests under way are cancelled", metadata: ["connections": "\(connections.count)"])
        }
    }

    private func finishDraining() {
        guard let onEmpty else { return }
        self.onEmpty = nil
        onEmpty.resume()
    }
}
