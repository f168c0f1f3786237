import HTTPTypes
import Logging
import Reactor

/// One client's connection: reads requests, asks the responder, writes answers.
///
/// `ConnectionMachine` decides and `RequestParser` reads; this does what they say. One task runs it, on its loop. It is a loop of two
/// steps: ``serve()`` answers whatever has come, as far as that needs no waiting, and ``run()`` waits for what it then lacks.
///
/// `@unchecked`: `run`, `drain` and all they call run on the loop's thread only.
final class Connection: @unchecked Sendable {
    /// Why `serve` stopped.
    private enum Pause {
        /// Everything that has come is answered.
        case input
        /// The output is to go out before more is put there.
        case room
        /// The handler needs time.
        case handler(Request)
        /// The answer is to be sent in a faulty way.
        case fault(Response, ConnectionMachine.Plan, requestID: String)
        /// The other connections of the loop get a turn.
        case turn
        /// The last answer has been put into the output.
        case end
    }

    /// After so many requests without a pause the other connections of the loop get a turn.
    private static let requestsPerTurn = 64

    let socket: Socket
    let host: ConnectionHost
    let peer: Peer
    private var parser: RequestParser
    private(set) var machine = ConnectionMachine()
    private var output: OutputBuffer
    private var requestsThisTurn = 0
    /// Since when nothing has been asked; what a draining server goes by.
    private var quietSince: MonotonicTime

    init(socket: Socket, peer: Peer, host: ConnectionHost) {
        self.socket = socket
        self.peer = peer
        self.host = host
        parser = RequestParser(limits: host.configuration.limits, pool: host.inputPool)
        output = OutputBuffer(pool: host.outputPool)
        quietSince = socket.loop.now
        if let bytes = host.configuration.sendBufferBytes { socket.setSendBuffer(bytes: bytes) }
    }

    /// The server shuts down: an idle connection closes, a busy one after its answer.
    func drain() {
        machine.drain()
        socket.interrupt()
    }

    /// Serves until either side has had enough; the socket is closed then.
    func run() async {
        await socket.cancellable {
            do throws(SystemError) {
                while try await step() {}
            } catch {
                // Clients leave in the middle of everything; that is theirs to do.
                host.logger.debug("connection broke", metadata: ["peer": "\(peer.address)", "error": "\(error)"])
            }
        }
        socket.close()
    }

    /// Serves once and waits once; false at the connection's end.
    private func step() async throws(SystemError) -> Bool {
        switch serve() {
        case .input:
            // However many answers it is, they go out in one call.
            guard try await flush() else { return false }
            return try await receive()
        case .room: return try await flush()
        case .turn:
            await Task.yield()
            return true
        case .handler(let request):
            // Whoever pipelines gets the answers that are ready before one that is not.
            guard try await flush() else { return false }
            switch conclude(await host.respond(to: request, from: peer), request.id) {
            case nil: return true
            case .fault(let response, let plan, let id): return try await misbehave(response, plan: plan, requestID: id)
            case .end: return try await finish()
            case .some: return try await flush()
            }
        case .fault(let response, let plan, let id): return try await misbehave(response, plan: plan, requestID: id)
        case .end: return try await finish()
        }
    }

    // MARK: Serving

    /// Answers what has come, until something must be waited for.
    private func serve() -> Pause {
        while true {
            switch parser.next() {
            case .needsMore: return .input
            case .continueExpected: output.append { $0.append(text: "HTTP/1.1 100 Continue\r\n\r\n") }
            case .rejected(let fault):
                reject(fault)
                return .end
            case .request(let message):
                let request = begin(message)
                guard let response = host.responder.immediateResponse(to: request) else { return .handler(request) }
                if let pause = conclude(response, request.id) { return pause }
                requestsThisTurn += 1
                if requestsThisTurn == Self.requestsPerTurn {
                    requestsThisTurn = 0
                    return .turn
                }
            }
        }
    }

    private func begin(_ message: RequestParser.Message) -> Request {
        machine.requestArrived(
            isHead: message.method == .head, isVersion11: message.isVersion11, keepsAlive: message.keepsAlive)
        return Request(
            method: message.method, head: message.head, body: message.body, peerAddress: peer.address,
            id: host.nextRequestID())
    }

    /// Puts an answer into the output; nil when the next request may follow at once.
    private func conclude(_ response: Response, _ requestID: String) -> Pause? {
        let wantsClose = !response.fields.isEmpty && response.fields[.connection]?.lowercased() == "close"
        let plan = machine.answerReady(response.status, wantsClose: wantsClose)
        guard response.transmission == .normal else { return .fault(response, plan, requestID: requestID) }
        put(response, plan, requestID)
        guard plan.keepsOpen else { return .end }
        return output.isFull ? .room : nil
    }

    private func reject(_ fault: HTTPFault) {
        let id = host.nextRequestID()
        host.logger.debug(
            "request refused",
            metadata: [
                "peer": "\(peer.address)", "id": "\(id)", "status": "\(fault.status.code)", "why": "\(fault.detail)",
            ])
        put(Response(fault), machine.rejected(), id)
    }

    private func put(_ response: Response, _ plan: ConnectionMachine.Plan, _ requestID: String) {
        putHead(of: response, plan, requestID)
        if plan.sendsBody { output.append(body: response.body) }
    }

    func putHead(of response: Response, _ plan: ConnectionMachine.Plan, _ requestID: String) {
        output.append { host.encoder.appendHead(of: response, plan: plan, requestID: requestID, to: &$0) }
    }

    func put(_ bytes: ArraySlice<UInt8>) {
        output.append { $0.append(contentsOf: bytes) }
    }

    // MARK: Reading

    /// Waits for bytes and reads them once.
    private func receive() async throws(SystemError) -> Bool {
        switch machine.bytesRanOut(parser.stage) {
        case .close: return false
        case .keepWaiting: break
        case .wait(let phase): beginWait(phase)
        }
        parser.settle()
        requestsThisTurn = 0
        switch await socket.untilReadable() {
        case .ready, .interrupted: break
        case .cancelled, .closed: return false
        case .timedOut:
            guard case .reject(let fault) = machine.deadlinePassed(parser.stage) else { return false }
            reject(fault)
            return try await finish()
        }
        // An interrupted wait reads too: a request that has come before the server began to drain is answered.
        let count = try parser.fill { buffer, offset throws(SystemError) in
            try socket.read(into: &buffer, at: offset)
        }
        // Zero is the end of the stream: with half a request there is nobody to answer to.
        return count != 0
    }

    private func beginWait(_ phase: ConnectionMachine.Phase) {
        let now = socket.loop.now
        if phase == .idle { quietSince = now }
        let start = phase == .farewell ? quietSince : now
        socket.deadline = start.advanced(nanoseconds: host.timeLimits[phase])
    }

    // MARK: Writing

    /// Sends what has been put together; false when the peer takes nothing or the connection is to end.
    @discardableResult
    func flush() async throws(SystemError) -> Bool {
        while try !output.send(to: socket) {
            // Counted from the last byte the peer took.
            socket.deadline = socket.loop.now.advanced(nanoseconds: host.timeLimits.write)
            let wake = await socket.untilWritable()
            socket.deadline = nil
            // A draining server interrupts readers only.
            guard wake == .ready else { return false }
        }
        return true
    }

    /// Sends the last answer and ends the connection so that it arrives; false, since nothing follows.
    private func finish() async throws(SystemError) -> Bool {
        if try await flush() { try await socket.linger(nanoseconds: host.timeLimits.linger) }
        return false
    }
}
