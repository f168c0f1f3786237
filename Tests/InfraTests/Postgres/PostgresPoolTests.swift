import Glibc
import Locking
import Postgres
import Reactor
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct PostgresPoolTests {
    private func withPool(
        size: Int = 2, _ server: PostgresServer? = nil, _ body: (PostgresPool) async throws -> Void
    ) async throws {
        let server = if let server { server } else { try await PostgresServer.shared() }
        let pool = PostgresPool(server.settings(), size: size, on: try PostgresServer.loops.get().loops[0])
        do { try await body(pool) } catch {
            await pool.close()
            throw error
        }
        await pool.close()
    }

    private static func pid(_ connection: PostgresConnection) async throws(PostgresFailure) -> Int64 {
        try await connection.first("SELECT pg_backend_pid()") { (row: inout PostgresRow) throws(PostgresFailure) in
            try row.integer()
        }.flatMap { $0 } ?? 0
    }

    /// Which server processes are used now, and which ever were.
    private final class Witness: Sendable {
        let busy = Lock<Set<Int64>>([])
        let seen = Lock<Set<Int64>>([])
    }

    @Test func aHundredCallersShareFewConnectionsAndNeverOneAtATime() async throws {
        try await withPool(size: 3) { pool in
            let witness = Witness()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        try await pool.withConnection { connection throws(PostgresFailure) in
                            let pid = try await Self.pid(connection)
                            #expect(witness.busy.withLock { $0.insert(pid).inserted })
                            _ = witness.seen.withLock { $0.insert(pid) }
                            try await connection.run("SELECT pg_sleep(0.001)")
                            _ = witness.busy.withLock { $0.remove(pid) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect((1...3).contains(witness.seen.withLock { $0.count }))
            #expect(await pool.load.leased == 0)
        }
    }

    @Test func aWaiterThatIsCancelledLeavesAtOnceAndNothingIsLost() async throws {
        try await withPool(size: 1) { pool in
            let gate = Gate()
            let holder = Task {
                try await pool.withConnection { connection throws(PostgresFailure) in
                    await gate.pass()
                    return try await Self.pid(connection)
                }
            }
            await gate.arrivals(1)
            let waiter = Task {
                try await pool.withConnection { connection throws(PostgresFailure) in
                    try await Self.pid(connection)
                }
            }
            waiter.cancel()
            let failure = await #expect(throws: PostgresFailure.self) { try await waiter.value }
            #expect(failure?.kind == .cancelled)
            gate.open()
            let pid = try await holder.value
            let next = try await pool.withConnection { connection throws(PostgresFailure) in
                try await Self.pid(connection)
            }
            #expect(next == pid)
        }
    }

    @Test func aConnectionThatCameBackInATransactionIsReplaced() async throws {
        try await withPool(size: 1) { pool in
            let first = try await pool.withConnection { connection throws(PostgresFailure) in
                try await connection.execute("BEGIN")
                return try await Self.pid(connection)
            }
            let second = try await pool.withConnection { connection throws(PostgresFailure) in
                try await Self.pid(connection)
            }
            #expect(first != second)
        }
    }

    @Test(arguments: [PostgresServer.Stop.fast, .immediate])
    func aServerThatRestartsIsFoundAgain(_ how: PostgresServer.Stop) async throws {
        let server = try await PostgresServer()
        try await withPool(size: 2, server) { pool in
            let before = try await pool.withConnection { connection throws(PostgresFailure) in
                try await Self.pid(connection)
            }
            try await server.stop(how)
            for _ in 0..<3 {
                await #expect(throws: PostgresFailure.self) {
                    try await pool.withConnection { connection throws(PostgresFailure) in try await Self.pid(connection)
                    }
                }
            }
            try await server.start()
            var after: Int64?
            let deadline = ContinuousClock.now + .seconds(60)
            while after == nil, ContinuousClock.now < deadline {
                // While the back-off lasts it fails at once; the loop is what a monitor does.
                after = try? await pool.withConnection { connection throws(PostgresFailure) in
                    try await Self.pid(connection)
                }
                await Task.yield()
            }
            #expect(after != nil && after != before)
        }
        await server.end()
    }

    @Test func oneConnectionThatGoesSilentEndsThoseThatRest() async throws {
        var settings = try await PostgresServer.shared().settings()
        // Connecting is a statement too, and must do on a busy machine.
        settings.statementTimeout = .seconds(12)
        settings.drainTimeout = .milliseconds(50)
        let pool = PostgresPool(settings, size: 2, on: try PostgresServer.loops.get().loops[0])
        // Two at a time, so that two rest afterwards.
        let before = try await pool.withConnection { first throws(PostgresFailure) in
            let other = try await pool.withConnection { second throws(PostgresFailure) in try await Self.pid(second) }
            return [try await Self.pid(first), other]
        }
        for pid in before { kill(pid_t(pid), SIGSTOP) }
        let failure = await #expect(throws: PostgresFailure.self) {
            try await pool.withConnection { connection throws(PostgresFailure) in try await Self.pid(connection) }
        }
        let after = try? await pool.withConnection { connection throws(PostgresFailure) in
            try await Self.pid(connection)
        }
        for pid in before { kill(pid_t(pid), SIGCONT) }
        #expect(failure?.kind == .timedOut)
        #expect(after.map { !before.contains($0) } == true, "the other silent one was not tried")
        await pool.close()
    }

    @Test func closedItEndsWhatRestsWaitsForWhatIsLentAndGivesOutNoMore() async throws {
        let server = try await PostgresServer.shared()
        let pool = PostgresPool(server.settings(), size: 2, on: try PostgresServer.loops.get().loops[0])
        let gate = Gate()
        let holder = Task {
            try await pool.withConnection { connection throws(PostgresFailure) in
                await gate.pass()
                return try await Self.pid(connection)
            }
        }
        await gate.arrivals(1)
        let resting = try await pool.withConnection { connection throws(PostgresFailure) in connection }
        #expect(await resting.isUsable)
        let closing = Task { await pool.close() }
        var failure: PostgresFailure?
        // Until it is closed it lends the other one.
        while failure == nil {
            do throws(PostgresFailure) {
                try await pool.withConnection { _ throws(PostgresFailure) in await Task.yield() }
            } catch { failure = error }
        }
        #expect(failure?.kind == .closed)
        #expect(await pool.load.leased > 0, "what is lent is left alone")
        gate.open()
        #expect(try await holder.value > 0)
        await closing.value
        #expect(await pool.load.leased == 0)
        #expect(await !resting.isUsable)
    }
}
