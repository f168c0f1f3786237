import HTTP
import Logging
import Reactor
import TestSupport
import Testing

@testable import Sandbox

/// The same rules over real sockets, and what only a socket can show.
@Suite struct SandboxServerTests {
    /// Runs a server on a port of the kernel's choice while `body` talks to it.
    private func withServer(
        _ lab: Lab, _ body: (_ server: SandboxServer, _ port: Int) async throws -> Void
    ) async throws {
        let loops = try EventLoopGroup(count: 1)
        let server = SandboxServer(
            lab.sandbox, loops: loops, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let address = try await server.address()
            let port = try #require(Int(address.split(separator: ":").last ?? ""))
            // The server must end whatever the body does, or the group waits for ever.
            do {
                try await body(server, port)
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
        }
        await loops.shutdown()
    }

    private func bearer(_ lab: Lab) async throws -> [String: String] {
        ["Authorization": "Bearer \(try await lab.signIn().access_token)"]
    }

    @Test func signingInAndReadingAPageWorkOverSockets() async throws {
        let lab = Lab()
        try await withServer(lab) { server, port in
            #expect(try await server.apiURL() == "http://127.0.0.1:\(port)/api/v3")
            #expect(try await server.oauthURL() == "http://127.0.0.1:\(port)/oauth")
            let client = try TestClient(port: port)
            let code = await lab.sandbox.approve()
            let form =
                "client_id=\(Sandbox.clientID)&client_secret=\(Sandbox.clientSecret)&code=\(code)&grant_type=authorization_code"
            let tokens = try await client.exchange(
                "POST", "/oauth/token", headers: ["Content-Type": "application/x-www-form-urlencoded"], body: form)
            #expect(tokens.status == 200)
            let token = try #require(tokens.text.split(separator: "\"access_token\":\"").last?.prefix(40))
            let page = try await client.exchange(
                "GET", "/api/v3/athlete/activities?per_page=2", headers: ["Authorization": "Bearer \(token)"])
            #expect(page.status == 200)
            #expect(page.text.hasPrefix(#"[{"resource_state":2"#))
            #expect(page["x-ratelimit-usage"] == "1,1")
            #expect(page["server"] == "paceline-sandbox")
        }
    }

    @Test func theDateIsTheSandboxesAndCanBeOff() async throws {
        let lab = Lab()
        let headers = try await bearer(lab)
        try await withServer(lab) { _, port in
            let client = try TestClient(port: port)
            let straight = try await client.exchange("GET", "/athlete", headers: headers)
            #expect(straight["date"] == "Mon, 23 Nov 2026 03:00:00 GMT")
            await lab.sandbox.inject(.skewedDate(seconds: -90), on: .athlete)
            let skewed = try await client.exchange("GET", "/athlete", headers: headers)
            #expect(skewed["date"] == "Mon, 23 Nov 2026 02:58:30 GMT")
        }
    }

    @Test func aConnectionCanBeReset() async throws {
        let lab = Lab()
        let headers = try await bearer(lab)
        await lab.sandbox.inject(.reset, on: .activities)
        try await withServer(lab) { _, port in
            let client = try TestClient(port: port)
            try await client.send(
                "GET /athlete/activities HTTP/1.1\r\nHost: localhost\r\nAuthorization: \(headers["Authorization"] ?? "")\r\n\r\n"
            )
            #expect(try await client.ending() == .reset)
        }
        #expect(await lab.sandbox.usage.read.day == 1)
    }

    @Test func aBodyCanEndEarly() async throws {
        let lab = Lab()
        let headers = try await bearer(lab)
        await lab.sandbox.inject(.truncated(afterBytes: 40), on: .activities)
        try await withServer(lab) { _, port in
            let client = try TestClient(port: port)
            try await client.send(
                "GET /athlete/activities HTTP/1.1\r\nHost: localhost\r\nAuthorization: \(headers["Authorization"] ?? "")\r\n\r\n"
            )
            let text = try await client.receiveAll()
            let body = try #require(text.split(separator: "\r\n\r\n", maxSplits: 1).last)
            #expect(body.utf8.count == 40)
        }
    }

    @Test func aBodyCanDripAndArriveWhole() async throws {
        let lab = Lab()
        let headers = try await bearer(lab)
        await lab.sandbox.inject(.drip(bytesPerStep: 400, every: .milliseconds(1)), on: .activities)
        try await withServer(lab) { _, port in
            let client = try TestClient(port: port)
            let page = try await client.exchange("GET", "/athlete/activities?per_page=5", headers: headers)
            let again = try await client.exchange("GET", "/athlete/activities?per_page=5", headers: headers)
            #expect(page.body == again.body)
        }
    }

    @Test func aReplyCanHangUntilTheServerStops() async throws {
        let lab = Lab()
        let headers = try await bearer(lab)
        await lab.sandbox.inject(.hang, on: .athlete)
        try await withServer(lab) { _, port in
            let silent = try TestClient(port: port)
            try await silent.send(
                "GET /athlete HTTP/1.1\r\nHost: localhost\r\nAuthorization: \(headers["Authorization"] ?? "")\r\n\r\n")
            // Somebody else is answered meanwhile, so the silence is that connection's alone.
            let other = try await TestClient.get("/", port: port)
            #expect(other.status == 200)
        }
    }

    @Test func aWholeHistoryComesInConcatenatedPages() async throws {
        let lab = Lab([.standard(count: 1000, endingAt: HandClock.start)])
        let headers = try await bearer(lab)
        let expected = await lab.sandbox.activities().reversed().flatMap(\.json).count
        try await withServer(lab) { _, port in
            let client = try TestClient(port: port)
            var bytes = 0
            for page in 1...5 {
                let reply = try await client.exchange(
                    "GET", "/api/v3/athlete/activities?per_page=200&page=\(page)", headers: headers)
                // Two brackets and 199 commas.
                bytes += reply.body.count - 201
            }
            let end = try await client.exchange(
                "GET", "/api/v3/athlete/activities?per_page=200&page=6", headers: headers)
            #expect(bytes == expected)
            #expect(end.text == "[]")
        }
        #expect(await lab.sandbox.requests(to: .activities).count == 6)
    }
}
