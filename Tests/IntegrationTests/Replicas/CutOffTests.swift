import Glibc
import Sandbox
import TestSupport
import Testing

/// The network between one replica and the database is cut, without a word to either side.
@Suite(
    .enabled("making a network of one's own takes root, and a machine that lets it") { await OwnNetwork.isPossible() },
    .timeLimit(.minutes(15)))
struct CutOffTests {
    /// Two replicas, the first in a network of its own.
    private func withCable(
        activities: Int, _ body: (Replicas, OwnNetwork) async throws -> Void
    ) async throws {
        let database = try await PostgresServer.shared()
        try await withStage(activities: activities) { stage in
            try await database.withDatabase { name in
                let port = try FreePort.find()
                let network = try await OwnNetwork(
                    database: database.port, reachable: [try stage.sandboxPort()], serving: port)
                let url = database.url(database: name, host: OwnNetwork.databaseHost)
                let far = try await stage.serve(["DATABASE_URL": url, "PORT": "\(port)"], by: network.prefix)
                let near = try await stage.serve(["DATABASE_URL": database.url(database: name)])
                let replicas = Replicas(stage: stage, database: database, name: name, servers: [far, near])
                try await body(replicas, network)
            }
        }
    }

    @Test func aReplicaThatIsCutOffServesWhatItKnowsAndCatchesUp() async throws {
        try await withCable(activities: 600) { replicas, network in
            let (far, near) = (replicas.servers[0], replicas.servers[1])
            try await replicas.connect(on: near)
            try await replicas.untilComplete()
            try await network.pullCable()
            try await far.until(database: "disconnected")
            await replicas.stage.addActivity(93_000_000_001)
            #expect(try await near.refresh().status == 200)
            try await replicas.untilComplete([near])
            #expect(try await far.status().activities == 600)
            #expect(try await far.get("/strava/activities?limit=1000").status == 200)
            #expect(try await far.get("/readyz").status == 200)
            #expect(try await near.get("/strava/health").text.contains(#""database":"connected""#))
            try await network.plugCableIn()
            let plugged = ContinuousClock.now
            try await far.until(database: "connected")
            try await replicas.untilComplete()
            let recovered = ContinuousClock.now - plugged
            try await replicas.account(
                of: "network cut between a reading replica and the database", recovered: recovered, pagesTwice: 0)
            #expect(try await far.refresh().status == 200)
            try await replicas.expectSameAnswers()
        }
    }

    @Test func aLeaseHolderThatIsCutOffIsReplacedAndDisturbsNobodyAfterwards() async throws {
        try await withCable(activities: 2000) { replicas, network in
            let (far, near) = (replicas.servers[0], replicas.servers[1])
            await replicas.stage.slowDown(.milliseconds(400))
            try await replicas.connect(on: far)
            try await replicas.untilAsked(for: 4)
            let holder = try #require(try await replicas.holder())
            try await network.pullCable()
            let cut = ContinuousClock.now
            try await eventually("another has the lease", within: .seconds(60)) {
                try await replicas.holder()
            } until: {
                $0 != nil && $0 != holder
            }
            let takenOver = ContinuousClock.now - cut
            await replicas.stage.sandbox.clearFaults()
            try await replicas.untilComplete([near])
            try await network.plugCableIn()
            try await far.until(database: "connected")
            try await replicas.untilComplete()
            try await replicas.account(
                of: "network cut between the lease holder and the database", recovered: takenOver, pagesTwice: 1)
            #expect(try await far.refresh().status == 200)
            try await replicas.expectSameAnswers()
        }
    }
}

extension Stage {
    /// Where the sandbox listens.
    fileprivate func sandboxPort() throws -> Int {
        let url = environment["STRAVA_API_URL"] ?? ""
        guard let port = url.firstMatch(of: /:(\d+)\//).flatMap({ Int($0.1) }) else {
            throw SetupFailure("no port in \(url)")
        }
        return port
    }
}
