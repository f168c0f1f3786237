import HTTPTypes
import Logging
import Reactor

/// One client's connection: reads requests, asks the responder, writes answers.
///
/// `ConnectionMachine` decides and `RequestParser` reads; this does what they say. One task runs it, on its loop.
///
/// `@unchecked`: `run`, `drain` and all they call run on the loop's thread only.
final class Connection: @unchecked Sendable {
    /// Answers up to this size are joined with their head; larger bodies are sent from where they are.
    private static let joinedBody = 16 * 1024
    /// Pipelined answers are sent together up to about this size.
    private static let batchSize = 64 * 1024
    /// After so many requests without a pause the other connections of the loop get a turn.
    private static let requestsPerTurn = 64

    let socket: Socket
    let host: ConnectionHost
    private let peerAddress: String
    private var parser: RequestParser
    private(set) var machine = ConnectionMachine()
    private var output: [UInt8] = []
    private var sent = 0
    private var requestsThisTurn = 0

    init(socket: Socket, host: ConnectionHost) {
        self.socket = socket
        self.host = host
        peerAddress = socket.peer.host
        parser = RequestParser(limits: host.configuration.limits)
        if let bytes = host.configuration.sendBufferBytes { socket.setSendBuffer(bytes: bytes) }
    }

    /// The server shuts down: an idle connection closes, a busy one after its answer.
    func drain() {
        machine.drain()
        socket.interrupt()
    }

    /// Serves until either side has had enough; the socket is closed then.
    func run() async {
        do throws(SystemError) {
            while try await step() {}
        } catch {
            // Clients leave in the middle of everything; that is theirs to do.
            host.logger.debug("connection broke", metadata: ["peer": "\(peerAddress)", "error": "\(error)"])
        }
        socket.close()
    }

    /// One event of the parser; false at the connection's end.
    private func step() async throws(SystemError) -> Bool {
        switch parser.next() {
        case .request(let message): return try await answer(message)
        case .rejected(let fault): return try await reject(fault)
        case .continueExpected:
            output.append(text: "HTTP/1.1 100 Continue\r\n\r\n")
            return try await flush()
        case .needsMore:
            // Everything that had come is answered: now send it, in one call however many answers it is.
            guard try await flush() else { return false }
            return try await receive()
        }
    }

    // MARK: Reading

    /// Waits for bytes and reads them once.
    private func receive() async throws(SystemError) -> Bool {
        switch machine.bytesRanOut(parser.stage) {
        case .close: return false
        case .keepWaiting: break
        case .wait(let phase): socket.deadline = socket.loop.now + host.timeLimit(phase)
        }
        requestsThisTurn = 0
        switch await socket.untilReadable() {
        case .ready, .interrupted: break
        case .cancelled, .closed: return false
        case .timedOut:
            guard case .reject(let fault) = machine.deadlinePassed(parser.stage) else { return false }
            return try await reject(fault)
        }
        // An interrupted wait reads too: a request that has come before the server began to drain is answered.
        let count = try parser.fill { buffer, offset throws(SystemError) in
            try socket.read(into: &buffer, at: offset)
        }
        // Zero is the end of the stream: with half a request there is nobody to answer to.
        return count != 0
    }

    // MARK: Answering

    private func answer(_ message: RequestParser.Message) async throws(SystemError) -> Bool {
        socket.deadline = nil
        machine.requestArrived(
            isHead: message.method == .head, isVersion11: message.isVersion11, keepsAlive: message.keepsAlive)
        let request = Request(
            method: message.method, head: message.head, body: message.body, peerAddress: peerAddress,
            id: host.nextRequestID())
        let response = await host.responder.respond(to: request)
        let wantsClose = !response.fields.isEmpty && response.fields[.connection]?.lowercased() == "close"
        let plan = machine.answerReady(response.status, wantsClose: wantsClose)
        guard response.transmission == .normal else {
            return try await misbehave(response, plan: plan, requestID: request.id)
        }
        guard try await send(response, plan: plan, requestID: request.id) else { return false }
        guard plan.keepsOpen else {
            guard try await flush() else { return false }
            try await linger()
            return false
        }
        requestsThisTurn += 1
        if requestsThisTurn == Self.requestsPerTurn {
            requestsThisTurn = 0
            await Task.yield()
        }
        return true
    }

    private func reject(_ fault: HTTPFault) async throws(SystemError) -> Bool {
        let plan = machine.rejected()
        let id = host.nextRequestID()
        host.logger.debug(
            "request refused",
            metadata: [
                "peer": "\(peerAddress)", "id": "\(id)", "status": "\(fault.status.code)", "why": "\(fault.detail)",
            ])
        guard try await send(Response(fault), plan: plan, requestID: id), try await flush() else { return false }
        try await linger()
        return false
    }

    private func send(
        _ response: Response, plan: ConnectionMachine.Plan, requestID: String
    ) async throws(SystemError) -> Bool {
        appendHead(of: response, plan: plan, requestID: requestID)
        guard plan.sendsBody else { return true }
        if response.body.count <= Self.joinedBody {
            output.append(contentsOf: response.body)
            return output.count < Self.batchSize ? true : try await flush()
        }
        return try await flush(then: response.body)
    }

    func appendHead(of response: Response, plan: ConnectionMachine.Plan, requestID: String) {
        host.encoder.appendHead(of: response, plan: plan, requestID: requestID, to: &output)
    }

    func append(_ bytes: ArraySlice<UInt8>) {
        output.append(contentsOf: bytes)
    }

    // MARK: Writing

    /// Sends what has been put together, then `body`; false when the peer takes nothing or the connection is to end.
    @discardableResult
    func flush(then body: [UInt8] = []) async throws(SystemError) -> Bool {
        var bodySent = 0
        while sent < output.count || bodySent < body.count {
            let count =
                body.isEmpty
                ? try socket.write(output, from: sent)
                : try socket.write(output, from: sent, then: body, from: bodySent)
            if let count {
                let ofOutput = min(count, output.count - sent)
                sent += ofOutput
                bodySent += count - ofOutput
                continue
            }
            // Counted from the last byte the peer took.
            socket.deadline = socket.loop.now + host.configuration.writeTimeout
            let wake = await socket.untilWritable()
            socket.deadline = nil
            guard wake == .ready else { return false }
        }
        output.removeAll(keepingCapacity: output.capacity <= Self.batchSize)
        sent = 0
        return true
    }

    /// Ends the connection so that the last answer arrives.
    ///
    /// Closing a socket with unread bytes resets the connection, and a reset makes the peer's kernel drop an answer it has not read yet.
    /// So the sending side ends first, and what still comes is dropped for a while.
    private func linger() async throws(SystemError) {
        socket.shutdownWriting()
        socket.deadline = socket.loop.now + host.configuration.lingerTimeout
        // Draining does not cut it short: the answer has yet to arrive, and the time is bounded.
        while try await discardUntilEnd() == .interrupted {}
    }

    /// Reads and drops until the peer ends, which is `.ready`, or until something else ends the wait.
    @discardableResult
    func discardUntilEnd() async throws(SystemError) -> Wake {
        var waste = [UInt8](repeating: 0, count: 4096)
        while true {
            let wake = await socket.untilReadable()
            guard wake == .ready, try socket.read(into: &waste, at: 0) != 0 else { return wake }
        }
    }
}
