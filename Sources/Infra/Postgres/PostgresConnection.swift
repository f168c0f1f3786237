import CPostgres
package import Reactor

/// One connection to one PostgreSQL server.
///
/// It lives on a loop: libpq wants one thread at a time, and every call of it here returns at once. What takes a millisecond, such
/// as reading thousands of rows, takes it from that loop; so the loop should not be one that answers HTTP.
///
/// One statement at a time: whoever holds the connection, by a lease of ``PostgresPool``, awaits one before the next.
package actor PostgresConnection {
    /// Ends the connection with the last reference.
    final class Handle {
        let pointer: OpaquePointer

        init(_ pointer: OpaquePointer) { self.pointer = pointer }

        deinit { PQfinish(pointer) }
    }

    private let executor: LoopExecutor
    let settings: PostgresSettings
    let signals: ConnectionSignals
    var handle: Handle?
    var machine = StatementMachine()
    /// Whether it was given up because nothing came from the server any more, not even the end of a statement that was called off.
    private(set) var wentSilent = false

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package init(_ settings: PostgresSettings, on loop: EventLoop) {
        executor = LoopExecutor(loop)
        signals = ConnectionSignals(loop)
        self.settings = settings
    }

    // MARK: Connecting

    /// Connects; to be called once, before all else.
    ///
    /// - Throws: `unreachable` or `denied` with the words of libpq or of the server, `timedOut`, `cancelled`.
    package func open() async throws(PostgresFailure) {
        guard handle == nil, !Task.isCancelled, let operation = machine.begin() else { throw .cancelled }
        let result = await withTaskCancellationHandler {
            await connect(operation, until: .now() + settings.connectTimeout)
        } onCancel: { [signals] in
            signals.cancel(operation)
        }
        if case .failure(let failure) = result {
            close()
            throw failure
        }
        machine.drained()
        // What Paceline writes has no zone, and a server's own would shift it on its way into a column that has one.
        do throws(PostgresFailure) {
            try await execute("SET TimeZone TO 'UTC'")
        } catch {
            // Nobody will use it, and the loop holds its watch, and with it the socket, until it is closed.
            close()
            throw error
        }
    }

    private func connect(_ operation: Int, until deadline: MonotonicTime) async -> Result<Void, PostgresFailure> {
        do throws(PostgresFailure) {
            let addresses = try await NameResolution.addresses(
                of: settings.namesToResolve, until: deadline, on: signals.loop)
            var turns = ConnectTurns(addresses, until: deadline)
            var handle = try start(turns.remaining)
            while !(try await poll(handle.pointer, operation, &turns)) { handle = try start(turns.remaining) }
            PQsetnonblocking(handle.pointer, 1)
            PQsetErrorVerbosity(handle.pointer, PQERRORS_DEFAULT)
            signals.watch = try watch(handle.pointer)
            self.handle = handle
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    private func start(_ addresses: [HostAddress]) throws(PostgresFailure) -> Handle {
        let keywords = settings.keywords(addresses: addresses)
        let names = CStringList(keywords.map(\.name), isTerminated: true)
        let values = CStringList(keywords.map(\.value), isTerminated: true)
        guard let pointer = PQconnectStartParams(names.pointers, values.pointers, 0) else {
            throw PostgresFailure(.unreachable, "there is no memory for a connection")
        }
        // Its own way with what the server says aside is to print it.
        PQsetNoticeProcessor(pointer, { _, _ in }, nil)
        // The only way to learn why the server refuses; of no effect on what is told of statements.
        PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)
        return Handle(pointer)
    }

    /// Follows libpq through its steps: address by address, TLS, password.
    ///
    /// - Returns: false when the turn of an address is over and others remain, for which libpq has to begin anew.
    private func poll(
        _ pointer: OpaquePointer, _ operation: Int, _ turns: inout ConnectTurns
    ) async throws(PostgresFailure) -> Bool {
        guard PQstatus(pointer) != CONNECTION_BAD else { throw Self.connectFailure(pointer) }
        var next = PGRES_POLLING_WRITING
        while next != PGRES_POLLING_OK {
            guard next != PGRES_POLLING_FAILED else { throw Self.connectFailure(pointer) }
            guard signals.cancelled < operation else { throw .cancelled }
            // Anew each time: libpq closes one socket and opens another when it goes on to the next address.
            let watch = try watch(pointer)
            watch.deadline = turns.end(of: PQhostaddr(pointer).map { String(cString: $0) }, at: .now())
            signals.watch = watch
            let wake = await watch.wait(for: next == PGRES_POLLING_READING ? .reading : .writing)
            signals.watch = nil
            watch.close()
            switch wake {
            case .ready: next = PQconnectPoll(pointer)
            case .timedOut:
                guard !turns.passOn() else { return false }
                throw .timedOut("connecting to PostgreSQL at \(settings.host):\(settings.port)")
            case .interrupted, .cancelled: break
            case .closed: throw .closed
            }
        }
        return true
    }

    private func watch(_ pointer: OpaquePointer) throws(PostgresFailure) -> DescriptorWatch {
        do throws(SystemError) {
            return try DescriptorWatch(PQsocket(pointer), on: signals.loop)
        } catch {
            throw PostgresFailure(.unreachable, error.description)
        }
    }

    /// Ends the connection, and what waits on it with `closed`.
    ///
    /// Later calls do nothing.
    package func close() {
        machine.giveUp()
        // A loop that has ended watches nothing any more.
        if signals.loop.isCurrent { signals.watch?.close() }
        signals.watch = nil
        handle = nil
    }

    /// Whether the next statement may be sent: nothing is under way, no transaction is open, and the server has not said
    /// good-bye meanwhile.
    package var isUsable: Bool {
        guard machine.isResting, let pointer = handle?.pointer else { return false }
        // Twice: the first call reads the server's last words, the second sees that it hung up.
        for _ in 0..<2 { PQconsumeInput(pointer) }
        let isAtRest = PQisBusy(pointer) == 0
        // A pooler may hand on what another of its clients listens for; libpq keeps that until it is asked for.
        while let stray = PQnotifies(pointer) { PQfreemem(stray) }
        return isAtRest && PQstatus(pointer) == CONNECTION_OK
            && PQtransactionStatus(pointer) == PQTRANS_IDLE
    }

    // MARK: Statements

    /// Runs one or more statements, without parameters, and drops what they answer.
    ///
    /// - Parameter shielded: whether to go on when the calling task is cancelled.
    package func execute(_ sql: String, shielded: Bool = false) async throws(PostgresFailure) {
        try await perform(shielded: shielded) {
            PQsendQuery($0, sql)
        } read: { _ in
        }
    }

    /// Runs one statement and drops what it answers.
    ///
    /// - Parameters:
    ///   - sql: the statement, with `$1` and so on where values go.
    ///   - values: in PostgreSQL's text form; nil is NULL.
    package func run(_ sql: String, _ values: [String?] = []) async throws(PostgresFailure) {
        try await perform {
            Self.send($0, sql, values)
        } read: { _ in
        }
    }

    /// Runs one statement and reads its rows as they come.
    ///
    /// - Throws: what `read` throws, too; the rows that follow are then dropped.
    package func rows<Value: Sendable>(
        _ sql: String, _ values: [String?] = [],
        _ read: @Sendable (inout PostgresRow) throws(PostgresFailure) -> Value
    ) async throws(PostgresFailure) -> [Value] {
        var rows: [Value] = []
        var failure: PostgresFailure?
        try await perform(rowByRow: true) {
            Self.send($0, sql, values)
        } read: { result in
            for index in 0..<PQntuples(result) where failure == nil {
                var row = PostgresRow(result, row: index)
                do throws(PostgresFailure) { rows.append(try read(&row)) } catch { failure = error }
            }
        }
        if let failure { throw failure }
        return rows
    }

    /// Runs one statement and reads its first row; nil when there is none.
    package func first<Value: Sendable>(
        _ sql: String, _ values: [String?] = [],
        _ read: @Sendable (inout PostgresRow) throws(PostgresFailure) -> Value
    ) async throws(PostgresFailure) -> Value? {
        try await rows(sql, values, read).first
    }

    private static func send(_ pointer: OpaquePointer, _ sql: String, _ values: [String?]) -> Int32 {
        let list = CStringList(values)
        // 1: the answer in binary.
        return PQsendQueryParams(pointer, sql, Int32(values.count), nil, list.pointers, nil, nil, 1)
    }

    private func perform(
        shielded: Bool = false, rowByRow: Bool = false, _ send: (OpaquePointer) -> Int32,
        read: (OpaquePointer) -> Void
    ) async throws(PostgresFailure) {
        guard shielded || !Task.isCancelled else { throw .cancelled }
        guard let pointer = handle?.pointer, let operation = machine.begin() else { throw .closed }
        guard send(pointer) == 1 else {
            defer { close() }
            throw Self.failure(.lost, pointer)
        }
        if rowByRow { PQsetSingleRowMode(pointer) }
        let answer: Answer
        if shielded {
            answer = await drain(pointer, operation, read)
        } else {
            answer = await withTaskCancellationHandler {
                await drain(pointer, operation, read)
            } onCancel: { [signals] in
                signals.cancel(operation)
            }
        }
        if answer.isBroken {
            wentSilent = answer.isSilence
            close()
        }
        if let failure = answer.failure { throw failure }
    }
}
