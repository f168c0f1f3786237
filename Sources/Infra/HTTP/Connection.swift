import HTTPTypes
import Logging
import Reactor

/// One client's connection: reads requests, asks the responder, writes answers.
///
/// `ConnectionMachine` decides and `RequestParser` reads; this does what they say. Most of the time it is no task: the socket tells it
/// that bytes have come, ``proceed()`` answers them as far as that needs no waiting, and it rests again. Only what has to be waited for, a handler
/// that takes time or a peer that does not read, is done by a task, ``run(from:)``, which ends when the connection can rest again. So a
/// connection at rest costs a kilobyte, and a ready answer neither a task switch nor an allocation.
///
/// Invariant: it is either at rest (the socket is to tell it), or in `proceed`, or in one task; never two of these.
///
/// `@unchecked`: everything runs on the loop's thread only.
final class Connection: SocketObserver, @unchecked Sendable {
    /// Why `serve` stopped.
    enum Pause: Sendable {
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

    /// The server shuts down: an idle connection closes soon, a busy one after its answer.
    func drain() {
        machine.drain()
        socket.interrupt()
    }

    /// Ends it at once, whatever it is doing.
    func end() {
        socket.close()
        host.ended(self)
    }

    // MARK: At rest, and what wakes it

    func socketWoke(_ wake: Wake) {
        attempt { () throws(SystemError) in try take(wake) }
    }

    /// Serves until there is something to wait for; then rests, or leaves the waiting to a task.
    func proceed() {
        attempt { () throws(SystemError) in try goOn() }
    }

    private func goOn() throws(SystemError) {
        while true {
            let pause = serve()
            switch pause {
            case .turn: return rest()
            case .input, .room:
                guard try output.send(to: socket) else { return host.start(self, from: pause) }
                // A large answer is a turn by itself.
                if case .room = pause { return rest() }
            case .handler, .fault, .end: return host.start(self, from: pause)
            }
            beginWait()
            guard let wake = socket.whenReadable(tell: self) else { return }
            guard try read(after: wake) else { return }
        }
    }

    private func take(_ wake: Wake) throws(SystemError) {
        if try read(after: wake) { try goOn() }
    }

    /// Lets the others on the loop go first.
    private func rest() {
        socket.loop.execute { self.proceed() }
    }

    /// Reads once, when the wait ended as it should; false when there is nothing more to serve, and that is taken care of.
    private func read(after wake: Wake) throws(SystemError) -> Bool {
        switch wake {
        case .ready, .interrupted: break
        case .cancelled, .closed:
            end()
            return false
        case .timedOut:
            if case .reject(let fault) = machine.deadlinePassed(parser.stage) {
                reject(fault)
                host.start(self, from: .end)
            } else {
                end()
            }
            return false
        }
        // An interrupted wait reads too: a request that has come before the server began to drain is answered.
        let count = try parser.fill { buffer, offset throws(SystemError) in
            try socket.read(into: &buffer, at: offset)
        }
        // Zero is the end of the stream: with half a request there is nobody to answer to.
        if count == 0 { end() }
        return count != 0
    }

    private func attempt(_ body: () throws(SystemError) -> Void) {
        do throws(SystemError) { try body() } catch { broke(error) }
    }

    private func broke(_ error: SystemError) {
        // Clients leave in the middle of everything; that is theirs to do.
        host.logger.debug("connection broke", metadata: ["peer": "\(peer.address)", "error": "\(error)"])
        end()
    }

    /// The wait for bytes begins: nothing is held that it does not need, and it has a deadline.
    private func beginWait() {
        parser.settle()
        requestsThisTurn = 0
        guard case .wait(let phase) = machine.bytesRanOut(parser.stage) else { return }
        let now = socket.loop.now
        if phase == .idle { quietSince = now }
        let start = phase == .farewell ? quietSince : now
        socket.deadline = start.advanced(nanoseconds: host.timeLimits[phase])
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
                machine.requestArrived(
                    isHead: message.method == .head, isVersion11: message.isVersion11, keepsAlive: message.keepsAlive)
                let request = Request(message, from: peer, id: host.nextRequestID())
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
        let response = Response(fault)
        let told = parser.coming.map { host.responder.refusal(response, of: Request($0, from: peer, id: id)) }
        put(told ?? response, machine.rejected(isHead: parser.asksForHead), id)
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

    // MARK: What has to be waited for

    /// Waits for what `serve` stopped at, and goes on from there; called by a task of the host.
    func run(from pause: Pause) async {
        let result: Result<Bool, SystemError> = await socket.cancellable {
            do throws(SystemError) { return .success(try await settle(pause)) } catch { return .failure(error) }
        }
        switch result {
        case .success(true): proceed()
        case .success(false): end()
        case .failure(let error): broke(error)
        }
    }

    /// False when the connection is to end.
    private func settle(_ pause: Pause) async throws(SystemError) -> Bool {
        switch pause {
        case .input, .room: return try await flush()
        case .turn: return true
        case .handler(let request):
            // Whoever pipelines gets the answers that are ready before one that is not.
            guard try await flush() else { return false }
            guard let next = conclude(await host.respond(to: request, from: peer), request.id) else { return true }
            return try await settle(next)
        case .fault(let response, let plan, let id): return try await misbehave(response, plan: plan, requestID: id)
        case .end:
            if try await flush() { try await socket.linger(nanoseconds: host.timeLimits.linger) }
            return false
        }
    }

    /// Sends what has been put together; false when the peer takes nothing or the connection is to end.
    @discardableResult
    func flush() async throws(SystemError) -> Bool {
        while try !output.send(to: socket) {
            // Counted from the last byte the peer took, which the kernel need not have told: it wants room for many before it does.
            let left = socket.unacknowledgedBytes
            socket.deadline = socket.loop.now.advanced(nanoseconds: host.timeLimits.write)
            let wake = await socket.untilWritable()
            socket.deadline = nil
            if wake == .timedOut, socket.unacknowledgedBytes < left { continue }
            guard wake == .ready else {
                // A close would leave the kernel with the unsent bytes, for minutes, on behalf of who does not want them.
                socket.reset()
                return false
            }
        }
        return true
    }
}

extension Request {
    fileprivate init(_ message: RequestParser.Message, from peer: Peer, id: String) {
        self.init(
            method: message.method, head: message.head, body: message.body, peerAddress: peer.address, id: id)
    }
}
