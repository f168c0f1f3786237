import Glibc
import Sandbox
import TestSupport
import Testing

/// Several Pacelines on one database are to Strava as one, and to readers all the same.
@Suite(.serialized, .timeLimit(.minutes(15))) struct ReplicaTests {
    /// How many list requests a backfill may cost above what one process needs: a look at the newest of another replica, which heard of
    /// the athlete before the history was whole.
    private static let slack = 1

    @Test(arguments: [2, 5])
    func oneBackfillAsksForEveryPageOnceAndAllServeTheSame(_ count: Int) async throws {
        try await withReplicas(count, activities: 3000) { replicas in
            let begun = ContinuousClock.now
            try await replicas.connect()
            try await replicas.untilComplete()
            let time = ContinuousClock.now - begun
            #expect(await replicas.stage.listRequests() <= Replicas.pages(3000) + Self.slack)
            try await replicas.account(of: "none, a backfill", recovered: time, pagesTwice: 0)
            try await replicas.expectSameAnswers()
        }
    }

    @Test func refreshesOnAllReplicasGoBetweenThePagesOfABackfill() async throws {
        try await withReplicas(5, activities: 3000) { replicas in
            await replicas.stage.slowDown(.milliseconds(100))
            try await replicas.connect()
            // All know of the athlete when the first page is stored.
            for server in replicas.servers {
                try await eventually("it has heard of the athlete") {
                    try await server.status()
                } until: {
                    $0.athlete_connected && $0.activities >= 200
                }
            }
            for answer in try await replicas.refreshAll() { #expect(answer.status == 200, "\(answer.text)") }
            #expect(
                try await !replicas.first.status().complete, "they waited for a page or two and not for the history")
            await replicas.stage.sandbox.clearFaults()
            try await replicas.untilComplete()
            try await replicas.account(of: "none, refreshes beside a backfill", recovered: .zero, pagesTwice: 0)
            #expect(await replicas.stage.listRequests() <= Replicas.pages(3000) + 5 + Self.slack)
            try await replicas.expectSameAnswers()
        }
    }

    @Test func whatOneStoresTheOthersServeWithinASecond() async throws {
        try await withReplicas(5, activities: 300) { replicas in
            try await replicas.connect()
            try await replicas.untilComplete()
            await replicas.stage.sandbox.clearLog()
            await replicas.stage.addActivity(93_000_000_001)
            #expect(try await replicas.first.refresh().status == 200)
            let stored = ContinuousClock.now
            try await replicas.untilComplete()
            let time = ContinuousClock.now - stored
            // A second is promised; a busy machine may take five, and no other way than the notification is that fast.
            #expect(time < .seconds(5))
            #expect(await replicas.stage.listRequests() == 1, "the others asked Strava for nothing")
            try await replicas.account(of: "none, a new activity reaches all", recovered: time, pagesTwice: 0)
            try await replicas.expectSameAnswers()
        }
    }

    /// Five processes that each kept a schedule of their own would ask five times as often.
    @Test func fiveReplicasKeepOneSchedule() async throws {
        let (interval, beats) = (2, 5)
        try await withReplicas(5, activities: 300, ["REFRESH_INTERVAL": "\(interval)"]) { replicas in
            try await replicas.connect()
            try await replicas.untilComplete()
            await replicas.stage.sandbox.clearLog()
            func times() async -> [Int64] { await replicas.stage.sandbox.requests(to: .activities).map(\.time) }
            let span = Int64(interval * beats * 1000)
            let all = try await eventually("\(beats) beats have passed") {
                await times()
            } until: {
                ($0.last ?? 0) - ($0.first ?? 0) >= span
            }
            let within = all.count { $0 - all[0] < span }
            // Two of slack: beats of different replicas lie beside each other at both ends.
            #expect(within <= beats + 2, "\(all)")
            #expect(within >= beats / 2, "\(all)")
            try await replicas.account(of: "none, a schedule of 2 s", recovered: .zero, pagesTwice: 0)
        }
    }

    @Test func twentyRefreshesOnFiveReplicasAreOneTokenExchange() async throws {
        // So short a life that the token must be refreshed before the next use; new processes have forgotten that the first one tried.
        try await withReplicas(1, activities: 300, settings: { $0.tokenLifetime = .seconds(1800) }) { beginning in
            try await beginning.connect()
            try await beginning.untilComplete()
            #expect(await beginning.first.stop() == .exited(0))
            let stage = beginning.stage
            let url = beginning.database.url(database: beginning.name)
            var servers: [Paceline] = []
            for _ in 0..<5 { servers.append(try await stage.serve(["DATABASE_URL": url])) }
            let replicas = Replicas(
                stage: stage, database: beginning.database, name: beginning.name, servers: servers)
            await stage.sandbox.killAccessTokens()
            await stage.sandbox.configure { $0.tokenLifetime = .seconds(21_600) }
            await stage.sandbox.clearLog()
            let minted = await stage.sandbox.counts.mintedTokens
            // Held at Strava's door until all twenty have asked, so that they are at once indeed.
            await stage.sandbox.inject(.latency(.seconds(3)), on: .token)
            let begun = ContinuousClock.now
            let answers = try await replicas.refreshAll(times: 4)
            #expect(answers.map(\.status) == Array(repeating: 200, count: 20))
            #expect(await stage.sandbox.requests(to: .token).map(\.status) == [200])
            #expect(await stage.sandbox.counts.mintedTokens == minted + 1)
            let lists = await stage.sandbox.requests(to: .activities)
            #expect(lists.allSatisfy { $0.status == 200 })
            #expect(lists.count <= 5, "the four of a replica share one look")
            try await replicas.account(
                of: "an expired token, 20 refreshes", recovered: ContinuousClock.now - begun, pagesTwice: 0)
        }
    }

    @Test func aTokenThatDiesEarlyIsReplacedOnceForAll() async throws {
        try await withReplicas(5, activities: 300) { replicas in
            let stage = replicas.stage
            try await replicas.connect()
            try await replicas.untilComplete()
            await stage.sandbox.killAccessTokens()
            await stage.sandbox.clearLog()
            let answers = try await replicas.refreshAll(times: 4)
            #expect(answers.map(\.status) == Array(repeating: 200, count: 20))
            #expect(await stage.sandbox.requests(to: .token).map(\.status) == [200])
            let refused = await stage.sandbox.requests(to: .activities).count { $0.status == 401 }
            #expect((1...5).contains(refused), "each tries the token that it knows at most once")
        }
    }

    /// The walk leaves the reserve alone, the people take it, and what is more than that is refused here and not at Strava.
    @Test func aBackfillAndRefreshesOnFiveReplicasStayWithinTheBudget() async throws {
        let limit = 20
        try await withReplicas(
            5, activities: 6000,
            settings: {
                $0.limits = RateLimits(overall: .init(quarter: 40, day: 1000), read: .init(quarter: limit, day: 1000))
            }
        ) { replicas in
            let stage = replicas.stage
            try await replicas.connect()
            try await eventually("the backfill has come to the reserve") {
                try await replicas.first.status().state
            } until: {
                $0 == "waiting_for_budget"
            }
            var answers: [TestResponse] = []
            for _ in 0..<4 { answers += try await replicas.refreshAll() }
            #expect(answers.allSatisfy { [200, 429].contains($0.status) }, "\(answers.map(\.status))")
            #expect(answers.contains { $0.status == 200 }, "the reserve is for people")
            let requests = await stage.sandbox.requests(to: .activities)
            #expect(requests.allSatisfy { $0.status == 200 }, "Strava never had to refuse")
            #expect(requests.count >= limit / 2)
            // By the sandbox's own windows, so that it does not matter whether one has ended meanwhile.
            let quarters = Dictionary(grouping: requests) { $0.time / 900_000 }
            #expect(quarters.values.allSatisfy { $0.count <= limit })
        }
    }
}
