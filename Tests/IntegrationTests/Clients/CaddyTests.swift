import TestSupport
import Testing

/// Paceline where a real one stands: behind a proxy that does TLS.
@Suite(.timeLimit(.minutes(15))) struct CaddyTests {
    private func withCaddy(_ body: (Paceline, Caddy) async throws -> Void) async throws {
        try await withStage(activities: 300) { stage in
            let server = try await stage.serveMirror(["TRUSTED_PROXIES": "127.0.0.1"])
            let caddy = try await Caddy(upstream: server.port)
            try await body(server, caddy)
            await caddy.stop()
        }
    }

    /// curl through the proxy, trusting its authority and nobody else's.
    private func curl(_ caddy: Caddy, _ arguments: [String], stdin: [UInt8] = []) async throws -> String {
        let outcome = try await Tool.run(
            "curl",
            ["--disable", "--silent", "--show-error", "--max-time", "30", "--cacert", caddy.authority] + arguments,
            stdin: stdin)
        try #require(outcome.status == .exited(0), "\(outcome.errors)")
        return outcome.output
    }

    @Test(arguments: ["--http1.1", "--http2"])
    func everyKindOfRequestGoesThrough(version: String) async throws {
        try await withCaddy { server, caddy in
            let target = "/strava/activities?limit=200"
            let plain = try await server.get(target)
            #expect(try await curl(caddy, [version, caddy.address + target]) == plain.text)
            #expect(try await curl(caddy, [version, "--compressed", caddy.address + target]) == plain.text)
            let compressed = try await curl(
                caddy,
                [version, "--compressed", "-o", "/dev/null", "-w", "%header{content-encoding}"]
                    + [caddy.address + target])
            #expect(compressed == "gzip")
            let head = try await curl(caddy, [version, "--head", caddy.address + target])
            #expect(head.lowercased().contains("content-length: \(plain.body.count)\r\n"))
            // The proxy asks for gzip whatever the client wants, and unpacks; so the tag is the one that it passed on.
            let tag = try await curl(
                caddy, [version, "-o", "/dev/null", "-w", "%header{etag}", caddy.address + target])
            let again = try await curl(
                caddy, [version, "-w", "%{http_code}", "-H", "If-None-Match: \(tag)", caddy.address + target])
            #expect(again == "304")
            let refused = try await curl(
                caddy,
                [version, "-X", "POST", "-o", "/dev/null", "-w", "%{http_code}"]
                    + [caddy.address + "/strava/refresh-data"])
            #expect(refused == "401")
        }
    }

    @Test func theClientsAddressAndItsTLSArrive() async throws {
        try await withCaddy { server, caddy in
            // 127.0.0.2 is this machine too, and another address than the proxy's. What the client says of itself is not passed on.
            let fields = try await curl(
                caddy,
                ["--interface", "127.0.0.2", "-H", "X-Forwarded-For: 203.0.113.7", "-H", "X-Forwarded-Proto: http"]
                    + ["--head", "-X", "GET", caddy.address + "/strava/authorize"])
            let cookie = fields.split(separator: "\r\n").first { $0.lowercased().hasPrefix("set-cookie:") }
            #expect(cookie?.hasSuffix("; Secure") == true)
            try await eventually("the client's address is in the log") {
                server.transcript.lines(containing: "path=/strava/authorize ").count {
                    $0.contains("client=127.0.0.2 ")
                }
            } until: {
                $0 == 1
            }
        }
    }

    @Test func uploadsGoThroughWholeOrAreRefused() async throws {
        try await withCaddy { server, caddy in
            let key = ["-H", "X-API-Key: \(Stage.apiKey)", "-X", "POST", "-o", "/dev/null"]
            let target = caddy.address + "/strava/refresh-data"
            // Without a length curl sends pieces and so does Caddy; the second request shows that the body was read to its end.
            let statuses = try await curl(
                caddy,
                key + ["--http1.1", "--upload-file", "-", "-w", "%{http_code} "]
                    + [target, "--next", "--silent", "--cacert", caddy.authority, "-w", "%{http_code} %{num_connects}"]
                    + ["-o", "/dev/null", caddy.address + "/livez"],
                stdin: [UInt8](repeating: 1, count: 50_000))
            #expect(statuses == "200 200 0")
            // Not so large that a busy machine carries it longer than the server listens to what it has refused.
            let large = try await curl(
                caddy, key + ["--upload-file", "-", "-w", "%{http_code}", target],
                stdin: [UInt8](repeating: 1, count: 500_000))
            #expect(large == "413")
            #expect(try await server.get("/livez").status == 200)
        }
    }
}
