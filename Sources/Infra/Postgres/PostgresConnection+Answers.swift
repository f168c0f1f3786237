import CPostgres
import Reactor

extension PostgresConnection {
    /// What came of a statement.
    struct Answer {
        var failure: PostgresFailure?
        /// Whether it has been read to its end.
        var isComplete = false
        /// Whether the connection can only be closed.
        var isBroken = false
        /// Whether it is broken because the server said nothing any more.
        var isSilence = false

        static func broken(_ failure: PostgresFailure) -> Answer { Answer(failure: failure, isBroken: true) }
    }

    /// Sends what is left to send, and reads until the statement's answer has ended, whatever happens meanwhile; a connection that
    /// cannot be read to that point is broken.
    func drain(
        _ pointer: OpaquePointer, _ operation: Int, _ read: (OpaquePointer) -> Void
    ) async -> Answer {
        guard let watch = signals.watch else { return .broken(.closed) }
        watch.deadline = .now() + settings.statementTimeout
        var answer = Answer()
        while true {
            let unsent = PQflush(pointer)
            if unsent >= 0 { readArrived(pointer, into: &answer, read) }
            guard unsent >= 0, PQstatus(pointer) != CONNECTION_BAD, !answer.isBroken else {
                return .broken(answer.failure ?? Self.failure(.lost, pointer))
            }
            if machine.isResting { return answer }
            if let broken = await wait(watch, pointer, operation, for: unsent == 1 ? .either : .reading) {
                return broken
            }
        }
    }

    /// Reads what can be read without waiting; the first failure counts.
    private func readArrived(_ pointer: OpaquePointer, into answer: inout Answer, _ read: (OpaquePointer) -> Void) {
        while !answer.isComplete, PQisBusy(pointer) == 0 {
            guard let result = PQgetResult(pointer) else {
                answer.isComplete = true
                return machine.drained()
            }
            defer { PQclear(result) }
            guard !Self.isCopy(result) else {
                answer = .broken(Self.copyRefused)
                return
            }
            let failure = take(result, pointer, read)
            answer.failure = answer.failure ?? failure
        }
    }

    /// What one result says.
    private func take(
        _ result: OpaquePointer, _ pointer: OpaquePointer, _ read: (OpaquePointer) -> Void
    ) -> PostgresFailure? {
        switch PQresultStatus(result) {
        case PGRES_SINGLE_TUPLE, PGRES_TUPLES_OK: read(result)
        case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE:
            // What we asked for ourselves is told as what it was, not as the server puts it.
            if machine.reason == .cancelled { return .cancelled }
            if machine.reason == .timedOut { return .timedOut("a statement") }
            return Self.failure(of: result, pointer)
        default: break
        }
        return nil
    }

    /// Whether the server waits for data or sends some, which nobody here asks for: such an answer never ends by being read.
    private static func isCopy(_ result: OpaquePointer) -> Bool {
        switch PQresultStatus(result) {
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: true
        default: false
        }
    }

    private static let copyRefused = PostgresFailure(
        .unexpected, "COPY is of a kind of statement that this connection does not run")

    /// Waits for the next event.
    ///
    /// - Returns: what to answer when the connection is broken; nil to go on.
    private func wait(
        _ watch: DescriptorWatch, _ pointer: OpaquePointer, _ operation: Int, for direction: DescriptorWatch.Direction
    ) async -> Answer? {
        if signals.cancelled >= operation { callOff(watch, pointer, operation, .cancelled) }
        if signals.requestEnded >= operation { machine.requestEnded(operation) }
        guard !machine.isResting else { return nil }
        switch await watch.wait(for: direction) {
        case .ready:
            // The server's last words came before its end, and are read before that is noticed.
            guard PQconsumeInput(pointer) == 1 || PQstatus(pointer) == CONNECTION_BAD else {
                return .broken(Self.failure(.lost, pointer))
            }
            // Something came or went. A long history over a slow line takes the time that it takes.
            if machine.reason == nil { watch.deadline = .now() + settings.statementTimeout }
        case .timedOut:
            if let reason = machine.reason {
                return Answer(
                    failure: reason == .cancelled ? .cancelled : .timedOut("a statement"), isBroken: true,
                    isSilence: true)
            }
            callOff(watch, pointer, operation, .timedOut)
        case .interrupted, .cancelled:
            if signals.cancelled >= operation { callOff(watch, pointer, operation, .cancelled) }
            if signals.requestEnded >= operation { machine.requestEnded(operation) }
        case .closed: return .broken(.closed)
        }
        return nil
    }

    private func callOff(
        _ watch: DescriptorWatch, _ pointer: OpaquePointer, _ operation: Int, _ reason: StatementMachine.Reason
    ) {
        guard machine.interrupt(operation, reason) else { return }
        watch.deadline = .now() + settings.drainTimeout
        guard let request = CancelRequest(pointer) else { return machine.requestEnded(operation) }
        request.send { [signals] in signals.endRequest(operation) }
    }

    /// libpq's own words about a connection; they name the host and the user, never the password.
    static func failure(_ kind: PostgresFailure.Kind, _ pointer: OpaquePointer) -> PostgresFailure {
        PostgresFailure(kind, line(PQerrorMessage(pointer)))
    }

    /// The same of one that did not come to be.
    static func connectFailure(_ pointer: OpaquePointer) -> PostgresFailure {
        let words = ConnectWords(verbose: PQerrorMessage(pointer).map { String(cString: $0) } ?? "")
        let refusal = words.refusal(needsPassword: PQconnectionNeedsPassword(pointer) == 1)
        return PostgresFailure(refusal.map { .denied($0) } ?? .unreachable, line(words.plain))
    }

    /// The server's words about a statement.
    ///
    /// The detail is left out: it may quote the row, and with it a token.
    static func failure(of result: OpaquePointer, _ pointer: OpaquePointer) -> PostgresFailure {
        guard let state = PQresultErrorField(result, Int32(UInt8(ascii: "C"))) else { return failure(.lost, pointer) }
        let words = line(PQresultErrorField(result, Int32(UInt8(ascii: "M"))))
        return PostgresFailure(.server(sqlState: String(cString: state)), words)
    }

    /// At most 300 characters on one line.
    private static func line(_ words: UnsafePointer<CChar>?) -> String {
        line(words.map { String(cString: $0) } ?? "")
    }

    private static func line(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: "; ")
        return line.isEmpty ? "the connection is broken" : String(line.prefix(300))
    }
}
