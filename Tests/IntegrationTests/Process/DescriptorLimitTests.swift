import Sandbox
import TestSupport
import Testing

/// The program under a low limit of open files, while more clients come than it may have files open.
@Suite(.serialized, .timeLimit(.minutes(15))) struct DescriptorLimitTests {
    private static let files = 256

    /// Fills a server whose history is here with connections that say nothing, and empties it again.
    ///
    /// - Parameter full: what happens in between, with a connection that was there before.
    private func withFullServer(_ full: (Stage, Paceline, TestClient) async throws -> Void) async throws {
        try await withStage(activities: 300) { stage in
            let server = try await stage.serveMirror(files: Self.files)
            let kept = try TestClient(port: server.port)
            #expect(try await kept.exchange("/strava/stats/ytd").status == 200)
            let usage = ProcessUsage(of: server.process.id)
            let before = usage.descriptors
            let warning = server.transcript.lines(containing: "fewer connections than HTTP_MAX_CONNECTIONS").first
            let ceiling = try #require(warning?.firstMatch(of: /connections=(\d+)/).flatMap { Int($0.1) })
            // What is kept is for the database, for Strava, for the loops and for those who are refused.
            #expect((8...Self.files - 64).contains(ceiling))
            let crowd = try Crowd(ceiling - 1, port: server.port)
            try await eventually("there is no place left") {
                // A connection of before may have kept a place a moment longer than its client, and left it free since.
                try await crowd.join(port: server.port)
                return try await server.get("/livez").status
            } until: {
                $0 == 503
            }
            try await full(stage, server, kept)
            await crowd.leave()
            #expect(usage.descriptors(fallingTo: before + 4) <= before + 4)
            #expect(try await server.get("/strava/stats/ytd").status == 200)
            #expect(await server.stop() == .exited(0))
        }
    }

    @Test func thoseWhoAreThereAreServedAndTheLogSaysWhy() async throws {
        try await withFullServer { stage, server, kept async throws in
            #expect(try await kept.exchange("/strava/stats/ytd").status == 200)
            #expect(server.transcript.lines(containing: "refused: too many connections").count == 1)
            #expect(server.transcript.lines(containing: "cannot accept connections").isEmpty)
        }
    }

    @Test func aRefreshFindsADescriptorForItsConnection() async throws {
        try await withFullServer { stage, server, kept async throws in
            let key = ["X-API-Key": Stage.apiKey]
            // Takes the connection to Strava away; whether Paceline notices before its answer or after it is the kernel's to say.
            await stage.sandbox.inject(.reset, on: .activities)
            let broken = try await kept.exchange("POST", "/strava/refresh-data", headers: key).status
            #expect([200, 502].contains(broken))
            #expect(try await kept.exchange("POST", "/strava/refresh-data", headers: key).status == 200)
        }
    }
}
