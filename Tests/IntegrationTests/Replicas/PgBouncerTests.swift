import Sandbox
import TestSupport
import Testing

/// Replicas that reach their database through PgBouncer.
@Suite(
    .enabled("pgbouncer is not installed; script/setup test installs it") { PgBouncer.isInstalled }, .serialized,
    .timeLimit(.minutes(15)))
struct PgBouncerTests {
    /// Two replicas on one pool; `body` gets what it takes to wait for a notification.
    private func withPooledReplicas(
        _ mode: PgBouncer.Mode, connections: Int, _ body: (Replicas) async throws -> Void
    ) async throws {
        let database = try await PostgresServer.shared()
        let pooler = try await PgBouncer(mode, before: database, connections: connections)
        try await withReplicas(2, activities: 1000, url: { pooler.url(database: $0) }) { replicas in
            try await body(replicas)
        }
        await pooler.stop()
    }

    /// All but `LISTEN`: with fewer connections to the server than one replica alone may have.
    @Test func inTransactionModeAllIsWellAndNewsComeWithinHalfAMinuteOrWithARefresh() async throws {
        try await withPooledReplicas(.transaction, connections: 4) { replicas in
            let (first, second) = (replicas.servers[0], replicas.servers[1])
            try await replicas.connect()
            try await replicas.untilComplete([first])
            #expect(await replicas.stage.listRequests() == Replicas.pages(1000))
            // Nobody told the second that somebody has connected.
            for answer in try await replicas.refreshAll(times: 2) { #expect(answer.status == 200, "\(answer.text)") }
            try await replicas.untilComplete()
            await replicas.stage.addActivity(93_000_000_001)
            #expect(try await first.refresh().status == 200)
            let stored = ContinuousClock.now
            let asked = await replicas.stage.listRequests()
            try await replicas.untilComplete([second], within: .seconds(60))
            #expect(await replicas.stage.listRequests() == asked, "it has looked at the database, not asked Strava")
            try await replicas.account(
                of: "none, a new activity reaches all behind PgBouncer in transaction mode",
                recovered: ContinuousClock.now - stored, pagesTwice: 0)
            try await replicas.expectSameAnswers()
            for server in [first, second] { #expect(await server.stop() == .exited(0)) }
        }
    }

    @Test func inSessionModeTheOthersHearOfItAtOnce() async throws {
        // Each connection of a replica is one to the server.
        try await withPooledReplicas(.session, connections: 20) { replicas in
            try await replicas.connect()
            try await replicas.untilComplete()
            await replicas.stage.addActivity(93_000_000_001)
            await replicas.stage.sandbox.clearLog()
            #expect(try await replicas.first.refresh().status == 200)
            let stored = ContinuousClock.now
            try await replicas.untilComplete()
            #expect(ContinuousClock.now - stored < .seconds(5))
            #expect(await replicas.stage.listRequests() == 1)
            try await replicas.expectSameAnswers()
        }
    }
}
