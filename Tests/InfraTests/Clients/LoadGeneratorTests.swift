import FoundationEssentials
import TestSupport
import Testing

/// h2load, which counts every answer.
@Suite(.timeLimit(.minutes(15))) struct LoadGeneratorTests {
    /// How many requests a connection has under way: one, or a pipeline.
    @Test(arguments: [1, 10, 100])
    func everyRequestSucceeds(pipeline: Int) async throws {
        try await withEchoServer { port in
            try await load(port, ["-m", "\(pipeline)"])
        }
    }

    @Test func everyUploadInAPipelineSucceeds() async throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/body"
        try Data(noise(10_000)).write(to: URL(filePath: file))
        try await withEchoServer { port in
            try await load(port, ["-m", "10", "-d", file])
        }
    }

    private func load(_ port: Int, _ options: [String]) async throws {
        let outcome = try await Tool.run(
            "h2load", ["--h1", "-n", "2000", "-c", "20"] + options + ["http://127.0.0.1:\(port)/"])
        #expect(outcome.status == .exited(0), "\(outcome.errors)")
        #expect(
            outcome.output.contains(
                "requests: 2000 total, 2000 started, 2000 done, 2000 succeeded, 0 failed, 0 errored, 0 timeout\n"),
            "\(outcome.output)")
        #expect(outcome.output.contains("status codes: 2000 2xx, 0 3xx, 0 4xx, 0 5xx\n"))
    }
}
