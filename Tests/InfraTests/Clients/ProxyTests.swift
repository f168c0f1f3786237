import HTTP
import TestSupport
import Testing

/// A proxy keeps its connections to the server, and the server may end them.
@Suite(.timeLimit(.minutes(15))) struct ProxyTests {
    /// Asks for so many addresses through the proxy; the statuses.
    private func statuses(_ caddy: Caddy, count: Int, _ options: [String]) async throws -> String {
        let outcome = try await Tool.run(
            "curl",
            ["--disable", "--silent", "--show-error", "--cacert", caddy.authority, "-w", "%{http_code}\n"] + options
                + ["-o", "/dev/null", "\(caddy.address)/[1-\(count)]"])
        #expect(outcome.status == .exited(0), "\(outcome.errors)")
        return outcome.output
    }

    @Test func oneConnectionIsKeptForAllRequests() async throws {
        // A second one would be refused, and the refusal would be seen.
        try await withEchoServer(configure: { $0.maximumConnections = 1 }) { port in
            let caddy = try await Caddy(upstream: port)
            #expect(try await statuses(caddy, count: 200, ["--http1.1"]) == String(repeating: "200\n", count: 200))
            await caddy.stop()
        }
    }

    /// The proxy may pick a connection in the moment in which the server ends it; HTTP/1.1 has no means against that but to ask
    /// again on another, which a proxy does for what may be repeated.
    @Test func connectionsThatEndAsSoonAsTheyAreIdleCostNoRequest() async throws {
        // No time at all: each connection ends behind its answer, without a word that told the proxy so.
        try await withEchoServer(configure: { $0.idleTimeout = .zero }) { port in
            let client = try TestClient(port: port)
            #expect(try await client.exchange("/")["connection"] == nil)
            #expect(try await client.ending() == .end)
            let caddy = try await Caddy(upstream: port)
            let outcome = try await statuses(caddy, count: 200, ["--parallel", "--parallel-max", "8"])
            #expect(outcome == String(repeating: "200\n", count: 200))
            await caddy.stop()
        }
    }
}
