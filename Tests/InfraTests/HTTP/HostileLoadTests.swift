import HTTP
import HTTPTypes
import Reactor
import TestSupport
import Testing

/// Crowds of ill-behaved clients: others are served meanwhile, and nothing is left of them afterwards.
///
/// Small enough for every day; `script/bench loads` sends them in full strength. Each in a process of its own, because descriptors and
/// memory belong to the whole process.
@Suite struct HostileLoadTests {
    @Test func headersThatNeverEndAreTimedOutWhileOthersAreServed() async {
        await #expect(processExitsWith: .success) {
            try await openDescriptorsOfTheRuntime()
            try await withServer(loops: 2, configure: { $0.headerTimeout = .milliseconds(300) }) {
                port, _ async throws in
                let kept = try TestClient(port: port)
                #expect(try await kept.exchange("/").status == 200)
                let before = ProcessUsage().descriptors
                let crowd = try Crowd(300, port: port)
                await crowd.send("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
                #expect(try await kept.exchange("/").status == 200)
                #expect(try await TestClient.get("/", port: port).status == 200)
                // A byte now and then does not give them more time.
                for heard in try await crowd.untilEnded(sending: "a") { #expect(heard.hasPrefix("HTTP/1.1 408 ")) }
                await crowd.leave()
                #expect(ProcessUsage().descriptors(fallingTo: before + 4) <= before + 4)
                #expect(try await TestClient.get("/", port: port).status == 200)
            }
        }
    }

    @Test func clientsThatNeverReadHoldOneAnswerEachAndAreReset() async {
        await #expect(processExitsWith: .success) {
            try await openDescriptorsOfTheRuntime()
            let (clients, requests) = (60, 20)
            let large = [UInt8](repeating: 1, count: 1_000_000)
            let asked = Counter()
            try await withServer(
                loops: 2,
                configure: {
                    $0.writeTimeout = .milliseconds(300)
                    $0.sendBufferBytes = 4096
                },
                respond: { request in
                    guard request.path == "/large" else { return Response(status: .ok) }
                    asked.increment()
                    return Response(status: .ok, body: large)
                }
            ) { port, _ async throws in
                let kept = try TestClient(port: port)
                #expect(try await kept.exchange("/").status == 200)
                let (descriptors, memory) = (ProcessUsage().descriptors, ProcessUsage().privateMegabytes)
                let crowd = try Crowd(clients, port: port, receiveBuffer: 4096)
                await crowd.send(String(repeating: "GET /large HTTP/1.1\r\nHost: a\r\n\r\n", count: requests))
                #expect(try await kept.exchange("/").status == 200)
                #expect(try await TestClient.get("/", port: port).status == 200)
                // Not just closed: the kernel would go on holding what they do not read.
                try await crowd.untilReset()
                #expect(asked.value == clients)
                // Copies of the answers would be sixty megabytes, and of all that was asked for twelve hundred.
                #expect(ProcessUsage().privateMegabytes < memory + 30)
                await crowd.leave()
                #expect(ProcessUsage().descriptors(fallingTo: descriptors + 4) <= descriptors + 4)
            }
        }
    }

    @Test func twoThousandConnectsAndResetsLeaveNothingBehind() async {
        await #expect(processExitsWith: .success) {
            try await openDescriptorsOfTheRuntime()
            try await withServer(loops: 2) { port, _ async throws in
                let kept = try TestClient(port: port)
                #expect(try await kept.exchange("/").status == 200)
                let before = ProcessUsage().descriptors
                for round in 0..<20 {
                    let crowd = try Crowd(100, port: port)
                    if round % 2 == 0 { await crowd.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
                    await crowd.reset()
                    #expect(try await kept.exchange("/").status == 200)
                    #expect(try await TestClient.get("/", port: port).status == 200)
                }
                #expect(ProcessUsage().descriptors(fallingTo: before + 4) <= before + 4)
            }
        }
    }
}
