import Glibc
import Logging
import Reactor

/// One loop's part of a server: its listener, the connections it accepted, and what these share.
///
/// `@unchecked`: but for `beginDraining`, everything runs on the loop's thread only.
final class ConnectionHost: @unchecked Sendable {
    private static let acceptsWhileDraining = 1024
    /// A handshake that was under way when newcomers were sent elsewhere is finished by then.
    private static let handshakeTime = Duration.milliseconds(250)

    /// One of these is under way for each connection at most, which bounds the stream of them.
    private enum Wait: Sendable {
        case connection(Connection, Connection.Pause)
        case refused(Socket)
    }

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
    /// What connections and refusals have to wait for, on its way to the task group.
    private let waits = AsyncStream.makeStream(of: Wait.self, bufferingPolicy: .unbounded)
    private var crowd = CrowdGauge()
    private var failedAccepts = RefusalTally()
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
        let response = await admission.respond(to: client, named: address, at: loop.now) {
            await responder.respond(to: request)
        }
        return response ?? responder.refusal(.refusal(.tooManyRequests), of: request)
    }

    /// Accepts and serves until drained or cancelled; returns when the last connection has ended.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask(executorPreference: loop) {
                await self.acceptAll()
                self.listener.close()
                await self.drain()
                self.waits.continuation.finish()
            }
            for await wait in waits.stream {
                group.addTask(executorPreference: loop) { await self.perform(wait) }
            }
            group.cancelAll()
        }
        // Those at rest are no tasks, which cancellation would have reached.
        for connection in connections.values { connection.end() }
    }

    private func perform(_ wait: Wait) async {
        switch wait {
        case .connection(let connection, let pause): await connection.run(from: pause)
        case .refused(let socket): await see(off: socket)
        }
    }

    /// Lets a task do what the connection has to wait for.
    func start(_ connection: Connection, from pause: Connection.Pause) {
        // Once the server has ended nobody takes it up, and it is ended with the others.
        waits.continuation.yield(.connection(connection, pause))
    }

    private func acceptAll() async {
        // While draining, what the kernel had completed is still taken, since a request may be on it already; but no more than
        // a backlog, or a stream of newcomers would keep the server from ending.
        var left = Self.acceptsWhileDraining
        while left > 0, !Task.isCancelled, let socket = await nextSocket() {
            if isDraining { left -= 1 }
            receive(socket)
            // A backlog that is never empty must not keep the connections from being served.
            await Task.yield()
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
                if let count = failedAccepts.refused(at: loop.now) {
                    logger.warning(
                        error.code == EMFILE || error.code == ENFILE
                            ? "cannot accept connections; raise the limit of open files (ulimit -n)"
                            : "cannot accept connections",
                        metadata: ["error": "\(error)", "count": "\(count)"])
                }
                // The backlog makes no new event, so look again by the clock.
                guard !isDraining, (try? await loop.sleep(for: .milliseconds(100))) != nil else { return nil }
            }
        }
    }

    /// Serves a newcomer, or tells it that there is no place.
    private func receive(_ socket: Socket) {
        let peer = Peer(socket.peer, proxies: configuration.trustedProxies)
        guard admission.enter(peer, at: loop.now) else { return refuse(socket) }
        let connection = Connection(socket: socket, peer: peer, host: self)
        connections[ObjectIdentifier(connection)] = connection
        crowd.grew(to: connections.count)
        connection.proceed()
    }

    /// Answers 503, as far as one write goes.
    private func refuse(_ socket: Socket) {
        var output: [UInt8] = []
        let plan = ConnectionMachine.Plan(sendsBody: true, sendsLength: true, connection: .close, keepsOpen: false)
        let response = Response.refusal(.tooManyConnections)
        encoder.appendHead(of: response, plan: plan, requestID: nextRequestID(), to: &output)
        output.append(contentsOf: response.body)
        _ = try? socket.write(output, from: 0)
        // Each holds a descriptor, so a flood of them is not waited for, and some see a reset instead of the answer.
        guard !isDraining, admission.beginRefusal() else { return socket.close() }
        guard case .terminated = waits.continuation.yield(.refused(socket)) else { return }
        // The server has ended, and nobody will see it off.
        admission.endRefusal()
        socket.close()
    }

    private func see(off socket: Socket) async {
        await socket.cancellable { try? await socket.linger(nanoseconds: timeLimits.linger) }
        socket.close()
        admission.endRefusal()
    }

    // MARK: Ending

    /// A connection has closed its socket.
    func ended(_ connection: Connection) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        admission.leave(connection.peer)
        if crowd.shrank(to: connections.count) { CrowdGauge.returnMemory() }
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
