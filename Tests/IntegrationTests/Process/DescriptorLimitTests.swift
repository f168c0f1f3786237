import Sandbox
import TestSupport
import Testing

/// The program at the end of its descriptors, while more clients come than it may have files open.
@Suite(.serialized, .timeLimit(.minutes(3))) struct DescriptorLimitTests {
    private static let files = 64

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
            let crowd = try Crowd(2 * Self.files, port: server.port)
            try await eventually("no descriptor is left") {
                usage.descriptors
            } until: {
                $0 == Self.files
            }
            try await full(stage, server, kept)
            await crowd.leave()
            #expect(usage.descriptors(fallingTo: before + 4) <= before + 4)
            #expect(try await server.get("/strava/stats/ytd").status == 200)
            #expect(await server.stop() == .exited(0))
        }
    }

    @Test func itServesThoseWhoAreThereRefreshesAndSaysSoOnce() async throws {
        try await withFullServer { stage, server, kept async throws in
            #expect(try await kept.exchange("/strava/stats/ytd").status == 200)
            // Strava is asked over the connection that is open.
            let key = ["X-API-Key": Stage.apiKey]
            #expect(try await kept.exchange("POST", "/strava/refresh-data", headers: key).status == 200)
            // Each loop tries again and again meanwhile.
            #expect(server.transcript.lines(containing: "cannot accept connections").count == 1)
        }
    }

    @Test func aRefreshWithoutAConnectionFailsAndIsMadeUpForLater() async throws {
        try await withFullServer { stage, server, kept async throws in
            let key = ["X-API-Key": Stage.apiKey]
            // Takes the connection to Strava away, and its number goes to somebody of the crowd.
            await stage.sandbox.inject(.reset, on: .activities)
            #expect(try await kept.exchange("POST", "/strava/refresh-data", headers: key).status == 502)
            #expect(try await kept.exchange("POST", "/strava/refresh-data", headers: key).status == 502)
            #expect(try await kept.exchange("/strava/stats/ytd").status == 200)
        }
    }
}
