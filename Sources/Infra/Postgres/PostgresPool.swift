package import Reactor

/// Some connections to one database, lent to one holder at a time.
///
/// There is no task of its own: who finds no connection makes one, and a server that came back is noticed by the next who asks
/// after the back-off. Close it when done, before its loop ends.
package actor PostgresPool {
    private let settings: PostgresSettings
    private let loop: EventLoop
    private var machine: PoolMachine
    private var connections: [Int: PostgresConnection] = [:]
    private var waiters: [Int: AsyncStream<Void>.Continuation] = [:]
    private var closers: [CheckedContinuation<Void, Never>] = []

    /// - Parameters:
    ///   - size: how many connections at most.
    ///   - loop: where they live.
    package init(_ settings: PostgresSettings, size: Int = 5, on loop: EventLoop) {
        self.settings = settings
        self.loop = loop
        machine = PoolMachine(size: size)
    }

    /// Calls `body` with a connection that nobody else has meanwhile.
    ///
    /// - Throws: what `body` throws, or why there is no connection: `unreachable`, `timedOut`, `cancelled`, `closed`.
    package nonisolated func withConnection<Value>(
        _ body: (PostgresConnection) async throws(PostgresFailure) -> Value
    ) async throws(PostgresFailure) -> Value {
        let lease = try await acquire()
        do {
            let value = try await body(lease.connection)
            await release(lease)
            return value
        } catch {
            await release(lease)
            throw error
        }
    }

    /// Closes the connections, those that are lent out when they come back, and returns when all have been.
    package func close() async {
        let (slots, awake) = machine.close()
        wake(awake)
        await closeResting(in: slots)
        guard machine.leased > 0 else { return }
        await withCheckedContinuation { closers.append($0) }
    }

    /// How many leases are out, and how many wait for one.
    package var load: (leased: Int, waiting: Int) { (machine.leased, machine.waiting) }

    // MARK: Leases

    private struct Lease: Sendable {
        var slot: Int
        var connection: PostgresConnection
    }

    private func acquire() async throws(PostgresFailure) -> Lease {
        switch machine.acquire(at: .now()) {
        case .granted(let grant): return try await redeem(grant)
        case .queued(let waiter):
            // A stream, because a cancelled task leaves it at once. It only wakes: the grant is kept by the machine, so one that
            // comes together with the cancellation is not lost.
            let (stream, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            waiters[waiter] = wake
            for await _ in stream { break }
            waiters[waiter] = nil
            guard let grant = machine.collect(waiter) else { throw .cancelled }
            return try await redeem(grant)
        }
    }

    private func redeem(_ grant: PoolMachine.Grant) async throws(PostgresFailure) -> Lease {
        switch grant {
        case .fail(let failure): throw failure
        case .reuse(let slot):
            guard let connection = connections[slot] else { return try await connect(slot) }
            if await connection.isUsable { return Lease(slot: slot, connection: connection) }
            // The server closed it while it rested, as a restarted one does.
            connections[slot] = nil
            await connection.close()
            return try await connect(slot)
        case .connect(let slot): return try await connect(slot)
        }
    }

    private func connect(_ slot: Int) async throws(PostgresFailure) -> Lease {
        let connection = PostgresConnection(settings, on: loop)
        do throws(PostgresFailure) {
            try await connection.open()
        } catch {
            wake(
                machine.connectFailed(
                    slot, error, countsAsAway: error.kind != .cancelled && error.kind != .closed, at: .now()))
            finishClosing()
            throw error
        }
        connections[slot] = connection
        wake(machine.connected(at: .now()))
        return Lease(slot: slot, connection: connection)
    }

    private func release(_ lease: Lease) async {
        let isUsable = await lease.connection.isUsable
        if await lease.connection.wentSilent {
            // What rests was made before and is cut off, too: each would cost another call the time of a statement.
            await closeResting(in: machine.giveUpResting())
        }
        let (awake, closes) = machine.released(lease.slot, isUsable: isUsable, at: .now())
        if closes, connections[lease.slot] === lease.connection { connections[lease.slot] = nil }
        wake(awake)
        if closes { await lease.connection.close() }
        finishClosing()
    }

    private func closeResting(in slots: [Int]) async {
        // All are taken out before the first is awaited: meanwhile others make connections for these slots.
        for connection in slots.compactMap({ connections.removeValue(forKey: $0) }) { await connection.close() }
    }

    private func wake(_ awake: [Int]) {
        for waiter in awake { waiters[waiter]?.finish() }
    }

    private func finishClosing() {
        guard machine.isClosed, machine.leased == 0 else { return }
        for closer in closers { closer.resume() }
        closers = []
    }
}
