import TestSupport
import Testing

@testable import Curl

@Suite(.timeLimit(.minutes(15))) struct CurlClientTests {
    private func client(_ change: (inout CurlConfiguration) -> Void = { _ in }) -> CurlClient {
        var configuration = CurlConfiguration.patient(version: "1.2.3")
        change(&configuration)
        return CurlClient(configuration)
    }

    private func refusal(_ client: CurlClient, _ request: CurlRequest) async -> CurlFailure? {
        do throws(CurlFailure) {
            _ = try await client.send(request)
            return nil
        } catch {
            return error
        }
    }

    @Test func statusHeadersAndBodyComeBack() async throws {
        let server = try ScriptedServer([
            [.read, .answer(404, ["X-One": " a b ", "x-one": "second", "DATE": "now"], "gone")]
        ])
        let response = try await client().send(CurlRequest(url: server.url + "/a?b=c"))
        #expect(response.status == 404)
        #expect(response.body == Array("gone".utf8))
        #expect(response.headers["x-ONE"] == "a b")
        #expect(response.headers["Date"] == "now")
        #expect(response.headers["absent"] == nil)
        let request = try #require(server.requests.first)
        #expect(request.target == "/a?b=c")
        #expect(request.header("User-Agent") == "paceline/1.2.3")
    }

    @Test func headersAndAFormAreSentAsGiven() async throws {
        let server = try ScriptedServer([[.read, .answer()]])
        let form = CurlRequest(
            method: .post(Array("a=1&b=%00".utf8)), url: server.url,
            headers: ["Content-Type": "application/x-www-form-urlencoded", "X-Empty": "", "Authorization": "Bearer é"])
        _ = try await client().send(form)
        let request = try #require(server.requests.first)
        #expect(request.head.hasPrefix("POST / HTTP/1.1"))
        #expect(request.body == "a=1&b=%00")
        #expect(request.header("content-type") == "application/x-www-form-urlencoded")
        #expect(request.header("authorization") == "Bearer é")
        #expect(request.head.contains("\r\nX-Empty:"))
    }

    @Test func anEmptyPostHasAnEmptyBody() async throws {
        let server = try ScriptedServer([[.read, .answer()]])
        _ = try await client().send(CurlRequest(method: .post([]), url: server.url))
        #expect(server.requests.first?.header("Content-Length") == "0")
    }

    @Test func getRequestsShareAConnection() async throws {
        let server = try ScriptedServer([[.read, .answer(), .read, .answer(), .read, .answer()]])
        let client = client()
        for _ in 0..<3 { _ = try await client.send(CurlRequest(url: server.url)) }
        #expect(server.requests.count == 3)
        #expect(server.connections == 1)
    }

    @Test func aPostIsNeverRepeatedOnADeadConnection() async throws {
        // The first connection dies after the second request was read: curl would repeat it by itself had it been reused.
        let server = try ScriptedServer([
            [.read, .answer(), .read, .reset], [.read, .reset], [.read, .answer()],
        ])
        let client = client()
        _ = try await client.send(CurlRequest(url: server.url))
        let failure = await refusal(client, CurlRequest(method: .post([1]), url: server.url))
        #expect(failure?.kind == .interrupted)
        #expect(server.requests.count == 2)
    }

    @Test func manyRequestsAtOnceAreAllAnswered() async throws {
        let server = try ScriptedServer([Array(repeating: [.read, .answer(200, [:], "x")], count: 50).flatMap { $0 }])
        let client = client()
        let url = server.url
        let sizes = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<40 { group.addTask { try await client.send(CurlRequest(url: url)).body.count } }
            return try await group.reduce(0, +)
        }
        #expect(sizes == 40)
    }

    @Test func aStarThatForbidsTheProxyStandsAlone() {
        #expect(Transfer.unproxied("*") == "*")
        #expect(Transfer.unproxied(nil) == "localhost,127.0.0.1,::1")
        #expect(Transfer.unproxied("a.example,.b.example") == "localhost,127.0.0.1,::1,a.example,.b.example")
    }

    @Test func redirectsAreHandedBackNotFollowed() async throws {
        let elsewhere = try ScriptedServer([[.read, .answer()]])
        let server = try ScriptedServer([[.read, .answer(302, ["Location": elsewhere.url + "/stolen"])]])
        let response = try await client().send(
            CurlRequest(url: server.url, headers: ["Authorization": "Bearer secret"]))
        #expect(response.status == 302)
        #expect(response.headers["location"] == elsewhere.url + "/stolen")
        #expect(elsewhere.connections == 0)
    }

    @Test func nobodyListeningIsAConnectionFailureThatWasNotSent() async throws {
        let server = try ScriptedServer([[]])
        let url = server.url
        server.close()
        // The port is free once the accepting thread has closed it; until then the connection is accepted and dropped.
        var seen: CurlFailure?
        repeat { seen = await refusal(client(), CurlRequest(url: url)) } while seen?.kind == .interrupted
        #expect(seen?.kind == .connection)
        #expect(seen?.wasSent == false)
    }

    @Test func aServerThatHangsTimesOutAndWasSent() async throws {
        let server = try ScriptedServer([[.read, .hang]])
        let failure = await refusal(client { $0.totalTimeout = .milliseconds(150) }, CurlRequest(url: server.url))
        #expect(failure?.kind == .timedOut)
        #expect(failure?.wasSent == true)
    }

    @Test func aHandshakeThatHangsRunsIntoTheConnectTimeoutUnsent() async throws {
        let server = try ScriptedServer([[.hang]])
        let url = "https" + server.url.dropFirst(4)
        let failure = await refusal(client { $0.connectTimeout = .milliseconds(150) }, CurlRequest(url: url))
        #expect(failure?.kind == .timedOut)
        #expect(failure?.wasSent == false)
    }

    @Test func aDripIsStoppedByTheTotalTimeout() async throws {
        let server = try ScriptedServer([
            [
                .read, .send("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"),
                .drip([UInt8](repeating: 32, count: 9999), pause: 10),
            ]
        ])
        let failure = await refusal(client { $0.totalTimeout = .milliseconds(200) }, CurlRequest(url: server.url))
        #expect(failure?.kind == .timedOut)
    }

    @Test func aDripIsStoppedByTheLowSpeedGuard() async throws {
        let server = try ScriptedServer([
            [
                .read, .send("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"),
                .drip([UInt8](repeating: 32, count: 9999), pause: 50),
            ]
        ])
        let client = client {
            $0.lowSpeedTime = .seconds(1)
            $0.lowSpeedLimit = 1000
        }
        let failure = await refusal(client, CurlRequest(url: server.url))
        #expect(failure?.kind == .timedOut)
        #expect(failure?.message.contains("too slow") == true)
    }

    @Test(
        "a fault on the wire is an interruption",
        arguments: [
            ("closed before the answer", [ScriptedServer.Step.read]),
            ("reset before the answer", [.read, .reset]),
            ("reset within the head", [.read, .send("HTTP/1.1 200 OK\r\nContent-"), .reset]),
            ("closed within the body", [.read, .send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")]),
            (
                "closed within a chunk",
                [.read, .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf")]
            ),
            ("not HTTP at all", [.read, .send("SSH-2.0-OpenSSH_9.2\r\n")]),
            (
                "bad compression",
                [.read, .send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!")]
            ),
        ] as [(String, [ScriptedServer.Step])])
    func wireFaults(what: String, script: [ScriptedServer.Step]) async throws {
        let server = try ScriptedServer([script])
        let request = CurlRequest(url: server.url, headers: ["Authorization": "Bearer s3cr3t"])
        let failure = try #require(await refusal(client(), request))
        #expect(failure.kind == .interrupted)
        #expect(failure.wasSent)
        #expect(!"\(failure)".contains("s3cr3t"))
    }

    @Test func anAnnouncedLengthBeyondTheCapIsRefused() async throws {
        let server = try ScriptedServer([[.read, .answer(200, [:], String(repeating: "x", count: 1001))]])
        let failure = await refusal(client { $0.maximumBodySize = 1000 }, CurlRequest(url: server.url))
        #expect(failure?.kind == .tooLarge)
    }

    @Test func aBodyOfExactlyTheCapIsTaken() async throws {
        let server = try ScriptedServer([[.read, .answer(200, [:], String(repeating: "x", count: 1000))]])
        #expect(try await client { $0.maximumBodySize = 1000 }.send(CurlRequest(url: server.url)).body.count == 1000)
    }

    @Test func anUnannouncedFloodIsCutOffAtTheCap() async throws {
        let flood = ScriptedServer.Step.send([UInt8](repeating: 120, count: 1 << 20))
        let server = try ScriptedServer([[.read, .send("HTTP/1.1 200 OK\r\n\r\n"), flood, flood, flood, flood]])
        let failure = await refusal(client { $0.maximumBodySize = 1 << 20 }, CurlRequest(url: server.url))
        #expect(failure?.kind == .tooLarge)
    }

    @Test func aFloodOfHeadersIsCutOffAtTheCap() async throws {
        let line = "X-Filler: \(String(repeating: "x", count: 1000))\r\n"
        let server = try ScriptedServer([[.read, .send("HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 200))]])
        let failure = await refusal(client(), CurlRequest(url: server.url))
        #expect(failure?.kind == .tooLarge)
    }

    @Test func gzipIsUndone() async throws {
        // printf hello | gzip -9n, as bytes.
        let gzipped: [UInt8] = [
            0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 7, 0, 0x86, 0xa6, 0x10, 0x36, 5, 0, 0, 0,
        ]
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(gzipped.count)\r\n\r\n"
        let server = try ScriptedServer([[.read, .send(Array(head.utf8) + gzipped)]])
        #expect(try await client().send(CurlRequest(url: server.url)).body == Array("hello".utf8))
    }

    @Test func theHeadersOfTheLastHeadCount() async throws {
        let server = try ScriptedServer([
            [.read, .send("HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n"), .answer(200, ["X-Late": "yes"])]
        ])
        let response = try await client().send(CurlRequest(url: server.url))
        #expect(response.headers["x-early"] == nil)
        #expect(response.headers["x-late"] == "yes")
    }

    @Test(
        "what cannot be sent is refused without its secret",
        arguments: [
            CurlRequest(url: "http://127.0.0.1:1", headers: ["Authorization": "Bearer s3cr3t\r\nX-Injected: yes"]),
            CurlRequest(url: "http://127.0.0.1:1", headers: ["Authorization": "s3cr3t\u{0}"]),
            CurlRequest(url: "http://127.0.0.1:1", headers: ["X: s3cr3t\r\nX": "s3cr3t"]),
            CurlRequest(url: "http://127.0.0.1:1", headers: ["": "s3cr3t"]),
            CurlRequest(url: "http://127.0.0.1:1/ HTTP/1.1\r\nX: y", headers: ["Authorization": "s3cr3t"]),
            CurlRequest(url: "", headers: ["Authorization": "s3cr3t"]),
            CurlRequest(url: "file:///etc/passwd", headers: ["Authorization": "s3cr3t"]),
            CurlRequest(url: "ftp://127.0.0.1/", headers: ["Authorization": "s3cr3t"]),
        ])
    func unsendable(request: CurlRequest) async throws {
        let failure = try #require(await refusal(client(), request))
        #expect(failure.kind == .invalidRequest)
        #expect(!failure.wasSent)
        #expect(!"\(failure)".contains("s3cr3t"))
        #expect(!"\(request)\(Optional(request).debugDescription)".contains("s3cr3t"))
    }

    @Test func aCancelledRequestReturnsAtOnceAndItsConnectionIsClosed() async throws {
        let server = try ScriptedServer([[.read, .hang], [.read, .answer()]])
        let client = client()
        let url = server.url
        let task = Task { await refusal(client, CurlRequest(url: url)) }
        _ = await server.requests(1)
        task.cancel()
        let failure = await task.value
        #expect(failure?.kind == .cancelled)
        #expect(failure?.wasSent == true)
        #expect(try await client.send(CurlRequest(url: url)).status == 200)
        #expect(server.connections == 2)
    }

    @Test func aTaskThatIsCancelledBeforehandSendsNothing() async throws {
        let server = try ScriptedServer([[.read, .answer()]])
        let client = client()
        let url = server.url
        let gate = Gate()
        let task = Task {
            await gate.pass()
            return await refusal(client, CurlRequest(url: url))
        }
        task.cancel()
        gate.open()
        #expect(await task.value == CurlFailure(.cancelled, "cancelled before it was sent", wasSent: false))
        #expect(server.connections == 0)
    }

    @Test func shutdownFailsWhatIsUnderWayAndWhatComesLater() async throws {
        let server = try ScriptedServer([[.read, .hang]])
        let client = client()
        let url = server.url
        async let pending = refusal(client, CurlRequest(url: url))
        _ = await server.requests(1)
        await client.shutdown()
        #expect(await pending == CurlFailure(.shutDown, "the client was shut down", wasSent: true))
        #expect(await refusal(client, CurlRequest(url: url))?.kind == .shutDown)
        await client.shutdown()
    }

    @Test func startsCancelsAndShutdownInAnyOrderAnswerEverybody() async throws {
        let server = try ScriptedServer([[.read, .hang]])
        let url = server.url
        for round in 0..<20 {
            let client = client()
            let kinds = await withTaskGroup(of: CurlFailure.Kind?.self) { group in
                for index in 0..<20 {
                    group.addTask { await refusal(client, CurlRequest(url: url))?.kind }
                    if index == round {
                        group.addTask {
                            await client.shutdown(); return nil
                        }
                    }
                    if index == 10 { group.cancelAll() }
                }
                return await group.reduce(into: [CurlFailure.Kind?]()) { $0.append($1) }
            }
            await client.shutdown()
            #expect(kinds.filter { $0 == .cancelled || $0 == .shutDown }.count == 20)
        }
    }
}
