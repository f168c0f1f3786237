import Glibc
import Sandbox
import TestSupport
import Testing

/// The replica that works goes away in the middle of it, and another goes on.
///
/// Not one after the other: each waits out a lease.
@Suite(.timeLimit(.minutes(15))) struct TakeoverTests {
    /// Brings a backfill of 2,000 activities to its fourth page, which is on its way to the replica that has the lease.
    private func withBackfill(
        _ count: Int, _ body: (Replicas, _ holder: String, _ others: [Paceline]) async throws -> Void
    ) async throws {
        try await withReplicas(count, activities: 2000) { replicas in
            await replicas.stage.slowDown(.milliseconds(400))
            try await replicas.connect()
            try await replicas.untilAsked(for: 4)
            let holder = try #require(try await replicas.holder())
            try await body(replicas, holder, Array(replicas.servers.dropFirst()))
        }
    }

    /// Waits until another page is asked for.
    private func untilItGoesOn(_ replicas: Replicas, within limit: Duration) async throws {
        let asked = await replicas.stage.listRequests()
        try await eventually("another replica goes on", within: limit) {
            await replicas.stage.listRequests()
        } until: {
            $0 > asked
        }
    }

    /// Lets the others finish, and looks at what it has cost: the page that was on its way, and at most a look at the newest.
    private func finish(
        _ fault: String, _ replicas: Replicas, _ servers: [Paceline], recovered: Duration
    ) async throws {
        await replicas.stage.sandbox.clearFaults()
        try await replicas.untilComplete(servers)
        try await replicas.account(of: fault, recovered: recovered, pagesTwice: 1, servers)
        #expect(await replicas.stage.listRequests() <= Replicas.pages(2000) + 2)
    }

    @Test(arguments: [2, 5])
    func whenTheLeaseHolderIsKilledAnotherGoesOnWithinAMinute(_ count: Int) async throws {
        try await withBackfill(count) { replicas, holder, others in
            #expect(await replicas.first.stop(SIGKILL) == .killed(signal: SIGKILL))
            let killed = ContinuousClock.now
            try await untilItGoesOn(replicas, within: .seconds(60))
            let takenOver = ContinuousClock.now - killed
            let next = try await replicas.holder()
            #expect(next != nil && next != holder)
            try await finish("`kill -9` of the lease holder", replicas, others, recovered: takenOver)
            try await replicas.expectSameAnswers(others)
        }
    }

    @Test func whenTheLeaseHolderIsStoppedAnotherGoesOnAtOnce() async throws {
        try await withBackfill(2) { replicas, _, others in
            #expect(await replicas.first.stop(SIGTERM) == .exited(0))
            let stopped = ContinuousClock.now
            try await untilItGoesOn(replicas, within: .seconds(20))
            let takenOver = ContinuousClock.now - stopped
            try await finish("SIGTERM to the lease holder", replicas, others, recovered: takenOver)
        }
    }

    /// What a long pause of a virtual machine does: the lease has ended when the holder wakes up, and another one has it.
    @Test func aLeaseHolderThatWakesUpAfterItsTimeDisturbsNobody() async throws {
        try await withBackfill(2) { replicas, _, others in
            replicas.first.process.kill(signal: SIGSTOP)
            let frozen = ContinuousClock.now
            try await untilItGoesOn(replicas, within: .seconds(60))
            let takenOver = ContinuousClock.now - frozen
            // In the middle of the other's walk.
            replicas.first.process.kill(signal: SIGCONT)
            try await finish(
                "SIGSTOP of the lease holder, SIGCONT after", replicas, replicas.servers, recovered: takenOver)
            #expect(try await replicas.first.refresh().status == 200)
            #expect(try await others[0].refresh().status == 200)
            try await replicas.expectSameAnswers()
        }
    }
}
