import HTTPTypes
import Logging
import Reactor
import Synchronization

/// One loop's part of a server: its listener and the connections it accepted.
///
/// `@unchecked`: but for `beginDraining`, everything runs on the loop's thread only.
final class ConnectionHost: @unchecked Sendable {
    private static let acceptsWhileDraining = 1024

    let configuration: HTTPServerConfiguration
    let responder: any Responder
    let logger: Logger
    var encoder: ResponseEncoder
    private let loop: EventLoop
    private let listener: Listener
    /// Counts the connections of all hosts of the server.
    private let total: ConnectionCount
    private var ids: RequestIDs
    private var connections: [ObjectIdentifier: Connection] = [:]
    private var isDraining = false
    private var onEmpty: CheckedContinuation<Void, Never>?

    init(
        configuration: HTTPServerConfiguration, responder: any Responder, logger: Logger, loop: EventLoop,
        listener: Listener, total: ConnectionCount, ids: RequestIDs
    ) {
        self.configuration = configuration
        self.responder = responder
        self.logger = logger
        self.loop = loop
        self.listener = listener
        self.total = total
        self.ids = ids
        encoder = ResponseEncoder(serverName: configuration.serverName)
    }

    func nextRequestID() -> String { ids.next() }

    func timeLimit(_ phase: ConnectionMachine.Phase) -> Duration {
        switch phase {
        case .opening, .head: configuration.headerTimeout
        case .idle: configuration.idleTimeout
        case .body: configuration.bodyTimeout
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
                let connection = Connection(socket: socket, host: self)
                connections[ObjectIdentifier(connection)] = connection
                group.addTask(executorPreference: self.loop) {
                    await connection.run()
                    self.ended(connection)
                }
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
    /// Callable from anywhere; a second call changes nothing.
    func beginDraining() {
        loop.execute {
            self.isDraining = true
            self.listener.interrupt()
        }
    }

    // MARK: Accepting

    /// The next connection that has a place; nil when there will be none.
    private func nextSocket() async -> Socket? {
        while true {
            do throws(SystemError) {
                guard let socket = try await listener.accept() else { return nil }
                if total.enter(limit: configuration.maximumConnections) { return socket }
                refuse(socket)
                // Newcomers above the ceiling must not keep a server that drains from ending, nor the loop from turning.
                guard !isDraining else { return nil }
                await Task.yield()
            } catch {
                logger.warning(
                    "cannot accept connections; raise the limit of open files (ulimit -n)",
                    metadata: ["error": "\(error)"])
                // The backlog makes no new event, so look again by the clock.
                guard !isDraining, (try? await loop.sleep(for: .milliseconds(100))) != nil else { return nil }
            }
        }
    }

    /// Tells a connection above the ceiling so, as far as one write goes.
    private func refuse(_ socket: Socket) {
        var output: [UInt8] = []
        let plan = ConnectionMachine.Plan(sendsBody: true, sendsLength: true, connection: .close, keepsOpen: false)
        let response = Response(.tooManyConnections)
        encoder.appendHead(of: response, plan: plan, requestID: nextRequestID(), to: &output)
        output.append(contentsOf: response.body)
        _ = try? socket.write(output, from: 0)
        socket.close()
        logger.debug("connection refused: too many", metadata: ["limit": "\(configuration.maximumConnections)"])
    }

    // MARK: Ending

    private func ended(_ connection: Connection) {
        connections[ObjectIdentifier(connection)] = nil
        total.leave()
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

/// How many connections a server has, over all its loops.
final class ConnectionCount: Sendable {
    private let count = Atomic<Int>(0)

    /// False, without counting, when the limit is reached.
    func enter(limit: Int) -> Bool {
        if count.wrappingAdd(1, ordering: .relaxed).newValue <= limit { return true }
        count.wrappingSubtract(1, ordering: .relaxed)
        return false
    }

    func leave() {
        count.wrappingSubtract(1, ordering: .relaxed)
    }
}
