import Actors
import Glibc
import Postgres
import Reactor
import TestSupport
import Testing

/// The driver against a real server.
@Suite(.timeLimit(.minutes(5))) struct PostgresConnectionTests {
    private static func integer(_ row: inout PostgresRow) throws(PostgresFailure) -> Int64 {
        try row.integer() ?? .min
    }

    private func withConnection<Value: Sendable>(
        _ change: (inout PostgresSettings) -> Void = { _ in }, _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        var settings = try await PostgresServer.shared().settings()
        change(&settings)
        let connection = PostgresConnection(settings, on: try PostgresServer.loops.get().loops[0])
        try await connection.open()
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Whether the answer to a question is the answer to that question.
    private func expectInStep(_ connection: PostgresConnection, _ number: Int64 = 7) async throws {
        let answer = try await connection.first("SELECT \(number)::bigint", [], Self.integer)
        #expect(answer == number)
    }

    // MARK: Values

    @Test func valuesComeBackByTheTypeTheyHave() async throws {
        try await withConnection { connection in
            let texts = try await connection.rows(
                "SELECT $1::text, $1::varchar(9), $1::name, $2::text", ["Ø'\"\\", nil]
            ) { (row: inout PostgresRow) throws(PostgresFailure) in
                [try row.text(), try row.text(), try row.text(), try row.text()]
            }
            #expect(texts == [["Ø'\"\\", "Ø'\"\\", "Ø'\"\\", nil]])
            let numbers = try await connection.first(
                "SELECT (-2)::smallint, (-3)::integer, (-4)::bigint, 10.1::real, 1e-300::float8, true"
            ) { (row: inout PostgresRow) throws(PostgresFailure) in
                (
                    [try row.integer(), try row.integer(), try row.integer()], [try row.double(), try row.double()],
                    try row.bool()
                )
            }
            #expect(numbers?.0 == [-2, -3, -4])
            #expect(numbers?.1 == [10.1, 1e-300])
            #expect(numbers?.2 == true)
        }
    }

    @Test func timesAreUTCWithAndWithoutAZone() async throws {
        try await withConnection { connection in
            let times = try await connection.first(
                """
                SELECT timestamp '1969-12-31 23:59:59.9991', timestamptz '1970-01-01 01:00:00.002+01',
                    timestamptz '2000-01-01 00:00:00', timestamp 'infinity'
                """
            ) { (row: inout PostgresRow) throws(PostgresFailure) in
                [try row.milliseconds(), try row.milliseconds(), try row.milliseconds(), try row.milliseconds()]
            }
            #expect(times == [-1, 2, 946_684_800_000, nil])
        }
    }

    @Test func aColumnOfAnotherTypeIsNamedAndTheConnectionGoesOn() async throws {
        try await withConnection { connection in
            let failure = await #expect(throws: PostgresFailure.self) {
                _ = try await connection.rows(
                    "SELECT 'x'::text AS price FROM generate_series(1, 5000)", [], Self.integer)
            }
            #expect(failure?.kind == .unexpected)
            #expect(failure?.message.contains("price") == true)
            try await expectInStep(connection)
        }
    }

    @Test func muchGoesInAndManyRowsComeOut() async throws {
        try await withConnection { connection in
            let text = String(repeating: "läuft ", count: 3_000_000)
            let length = try await connection.first("SELECT octet_length($1)", [text], Self.integer)
            #expect(length == Int64(text.utf8.count))
            let rows = try await connection.rows("SELECT generate_series(1, 50000)", [], Self.integer)
            #expect(rows == (1...50_000).map { Int64($0) })
        }
    }

    // MARK: Failures

    @Test func whatTheServerRefusesHasItsCodeAndLeavesTheConnectionUsable() async throws {
        try await withConnection { connection in
            let failure = await #expect(throws: PostgresFailure.self) { try await connection.run("SELECT 1/0") }
            #expect(failure?.sqlState == "22012")
            #expect(failure?.message == "division by zero")
            await #expect(throws: PostgresFailure.self) { try await connection.execute("SELECT 1; SELEC 2; SELECT 3") }
            #expect(await connection.isUsable)
            try await expectInStep(connection)
        }
    }

    @Test func rowsBeforeAFailureAreNotAnAnswer() async throws {
        try await withConnection { connection in
            let failure = await #expect(throws: PostgresFailure.self) {
                _ = try await connection.rows("SELECT 100 / (90 - n) FROM generate_series(1, 100) n", [], Self.integer)
            }
            #expect(failure?.sqlState == "22012")
            #expect(await connection.isUsable)
        }
    }

    @Test func copyEndsTheConnectionAndLeavesNobodyWaiting() async throws {
        try await withConnection { connection in
            try await connection.execute("CREATE TEMPORARY TABLE t (n integer)")
            let failure = await #expect(throws: PostgresFailure.self) {
                try await connection.execute("COPY t FROM STDIN")
            }
            #expect(failure?.kind == .unexpected)
            #expect(await !connection.isUsable)
        }
    }

    @Test func aServerThatEndsTheConnectionIsNoticed() async throws {
        let server = try await PostgresServer.shared()
        try await withConnection { connection in
            let pid = try await connection.first("SELECT pg_backend_pid()", [], Self.integer) ?? 0
            let sleeping = Task { try await connection.run("SELECT pg_sleep(600)") }
            try await server.untilRuns("pg_sleep(600)", pid)
            try await server.execute("SELECT pg_terminate_backend(\(pid))")
            let failure = await #expect(throws: PostgresFailure.self) { try await sleeping.value }
            #expect(failure?.sqlState == "57P01")
            #expect(await !connection.isUsable)
            let later = await #expect(throws: PostgresFailure.self) { try await connection.run("SELECT 1") }
            #expect(later?.kind == .closed || later?.kind == .lost)
        }
    }

    @Test func aServerThatEndsARestingConnectionIsNoticedBeforeTheNextStatement() async throws {
        let server = try await PostgresServer.shared()
        try await withConnection { connection in
            let pid = try await connection.first("SELECT pg_backend_pid()", [], Self.integer) ?? 0
            // Returns when the process is gone.
            try await server.execute("SELECT pg_terminate_backend(\(pid), 60000)")
            #expect(await !connection.isUsable)
        }
    }

    // MARK: Calling off

    @Test func aCancelledStatementEndsAtOnceAndLeavesTheConnectionUsable() async throws {
        let server = try await PostgresServer.shared()
        try await withConnection { connection in
            for _ in 0..<5 {
                let pid = try await connection.first("SELECT pg_backend_pid()", [], Self.integer) ?? 0
                let sleeping = Task { try await connection.run("SELECT pg_sleep(600) /* cancelled */") }
                try await server.untilRuns("/* cancelled */", pid)
                sleeping.cancel()
                let failure = await #expect(throws: PostgresFailure.self) { try await sleeping.value }
                #expect(failure?.kind == .cancelled)
                #expect(await connection.isUsable)
                try await expectInStep(connection)
            }
        }
    }

    @Test func cancelledAtAnyMomentTheConnectionIsNeverOutOfStep() async throws {
        try await withConnection { connection in
            for round in 0..<200 as Range<Int64> {
                let asking = Task {
                    try await connection.rows("SELECT generate_series(1, 300) + \(round * 1000)", [], Self.integer)
                }
                for _ in 0..<(round % 20) { await Task.yield() }
                asking.cancel()
                switch await asking.result {
                case .success(let rows): #expect(rows.first == round * 1000 + 1 && rows.count == 300)
                case .failure(let failure): #expect((failure as? PostgresFailure)?.kind == .cancelled)
                }
                try await expectInStep(connection, round)
            }
        }
    }

    @Test func whoIsCancelledBeforeAsksForNothing() async throws {
        try await withConnection { connection in
            let late = Task {
                await Gate.untilCancelled()
                try await connection.execute("SELECT nonsense")
            }
            late.cancel()
            let failure = await #expect(throws: PostgresFailure.self) { try await late.value }
            #expect(failure?.kind == .cancelled)
        }
    }

    @Test func aStatementThatTakesTooLongIsCalledOff() async throws {
        try await withConnection {
            // Connecting is a statement too, and must do on a busy machine.
            $0.statementTimeout = .seconds(12)
        } _: { connection in
            let failure = await #expect(throws: PostgresFailure.self) {
                try await connection.run("SELECT pg_sleep(600)")
            }
            #expect(failure?.kind == .timedOut)
            #expect(await connection.isUsable)
        }
    }

    @Test func anAnswerThatKeepsComingIsReadToItsEnd() async throws {
        try await withConnection {
            $0.statementTimeout = .seconds(12)
        } _: { connection in
            // Each row fills what the server sends at a time; all of them take fourteen seconds.
            let rows = try await connection.rows(
                "SELECT n, repeat('x', 20000), pg_sleep(1.4) FROM generate_series(1, 10) n", [], Self.integer)
            #expect(rows == Array(1...10))
        }
    }

    @Test func aServerThatDoesNotEvenStopIsGivenUp() async throws {
        try await withConnection {
            // Connecting is a statement too, and must do on a busy machine.
            $0.statementTimeout = .seconds(12)
            $0.drainTimeout = .milliseconds(50)
        } _: { connection in
            let pid = pid_t(try await connection.first("SELECT pg_backend_pid()", [], Self.integer) ?? 0)
            kill(pid, SIGSTOP)
            let failure = await #expect(throws: PostgresFailure.self) { try await connection.run("SELECT 1") }
            kill(pid, SIGCONT)
            #expect(failure?.kind == .timedOut)
            #expect(await !connection.isUsable)
        }
    }

    // MARK: Transactions

    @Test func aTransactionIsAllOrNothingAlsoWhenItsCallerGivesUp() async throws {
        try await withConnection { connection in
            try await connection.execute("CREATE TEMPORARY TABLE t (n integer)")
            await #expect(throws: PostgresFailure.self) {
                try await connection.transaction { () throws(PostgresFailure) in
                    try await connection.run("INSERT INTO t VALUES (1)")
                    try await connection.run("SELECT 1/0")
                }
            }
            let given = Task {
                try await connection.transaction { () throws(PostgresFailure) in
                    try await connection.run("INSERT INTO t VALUES (2)")
                    await Gate.untilCancelled()
                    try await connection.run("INSERT INTO t VALUES (3)")
                }
            }
            given.cancel()
            await #expect(throws: PostgresFailure.self) { try await given.value }
            #expect(await connection.isUsable, "no transaction is open")
            try await connection.transaction { () throws(PostgresFailure) in
                try await connection.run("INSERT INTO t VALUES (4)")
            }
            let rows = try await connection.rows("SELECT n FROM t", [], Self.integer)
            #expect(rows == [4])
        }
    }

    // MARK: Notifications

    @Test func whatOneNotifiesAnotherHears() async throws {
        let server = try await PostgresServer.shared()
        try await withConnection { connection in
            try await connection.execute("LISTEN heard")
            let listening = Task { [try await connection.notification(), try await connection.notification()] }
            try await server.execute("NOTIFY heard, 'one'; NOTIFY unheard, 'no'; NOTIFY heard, 'two'")
            #expect(try await listening.value == ["one", "two"])
            let waiting = Task { try await connection.notification() }
            waiting.cancel()
            let failure = await #expect(throws: PostgresFailure.self) { try await waiting.value }
            #expect(failure?.kind == .cancelled)
            try await expectInStep(connection)
        }
    }
}
