import Glibc
import HTTP
import HTTPTypes
import TestSupport
import Testing

@testable import Reactor

/// What becomes of descriptors.
///
/// Each test runs in a process of its own, because the limit and the count belong to the whole process.
@Suite struct DescriptorTests {
    @Test func aServerOutOfDescriptorsRestsAndServesWhenThereAreSomeAgain() async {
        await #expect(processExitsWith: .success) {
            try await openDescriptorsOfTheRuntime()
            try await withServer { port, _ async throws in
                let client = try TestClient(port: port)
                #expect(try await client.exchange("/").status == 200)
                let limit = try limitDescriptors(spare: 1)
                // Takes the last number for itself, so the server has none for its end.
                let waiting = try TestClient(port: port)
                try await waiting.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                let before = processorTime()
                // Half a second of accepting in vain; those who are connected are served meanwhile.
                for _ in 0..<5 {
                    #expect(try await client.exchange("/").status == 200)
                    usleep(100_000)
                }
                #expect(processorTime() - before < .milliseconds(250))
                var restored = limit
                try #require(setrlimit(Int32(RLIMIT_NOFILE.rawValue), &restored) == 0)
                #expect(try await waiting.response().status == 200)
            }
        }
    }

    @Test func twoHundredConnectionsLeaveTheDescriptorsAsTheyWere() async {
        await #expect(processExitsWith: .success) {
            try await openDescriptorsOfTheRuntime()
            try await withServer { port, _ async throws in
                let first = try TestClient(port: port)
                #expect(try await first.exchange("/").status == 200)
                let before = ProcessUsage().descriptors
                for round in 0..<10 {
                    let clients = try (0..<20).map { _ in try TestClient(port: port) }
                    for (number, client) in clients.enumerated() {
                        switch (round + number) % 4 {
                        case 0: #expect(try await client.exchange("/").status == 200)
                        case 1: try await client.send("GET / HTTP/1.1\r\nHo")
                        case 2: try await client.send("nonsense\r\n")
                        default: await client.reset()
                        }
                    }
                }
                // Each kind of ending has fifty connections, so a leak of any is far above what the runtime may open meanwhile.
                #expect(ProcessUsage().descriptors(fallingTo: before + 4) <= before + 4)
                #expect(try await first.exchange("/").status == 200)
            }
        }
    }

    @Test func aGroupThatCannotBeMadeLeavesNothingBehind() async {
        await #expect(processExitsWith: .success) {
            try await openDescriptorsOfTheRuntime()
            let before = ProcessUsage().descriptors
            // Enough for twenty loops of two descriptors each: what they left behind would stand far above the one or two that the
            // runtime may open for itself at any moment of a busy machine.
            var limit = try limitDescriptors(spare: 41)
            #expect(throws: SystemError.self) { try EventLoopGroup(count: 32) }
            try #require(setrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0)
            #expect(ProcessUsage().descriptors(fallingTo: before + 4) <= before + 4)
        }
    }
}

/// Makes the runtime's timers open what they keep open.
///
/// They do so at the first use, which anything may bring about: it would be counted, and without a free descriptor it ends the
/// process.
func openDescriptorsOfTheRuntime() async throws {
    try await Task.sleep(for: .milliseconds(1))
}

/// Lowers the limit of this process so that only `spare` more descriptors can be made; returns the limit of before.
private func limitDescriptors(spare: Int) throws -> rlimit {
    var limit = rlimit()
    try #require(getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0)
    // The kernel always gives the lowest free number, so the next `spare` ones are those it gives now.
    let taken = (0..<spare).map { _ in dup(0) }
    for descriptor in taken { close(descriptor) }
    var lowered = limit
    lowered.rlim_cur = rlim_t(try #require(taken.max()) + 1)
    try #require(setrlimit(Int32(RLIMIT_NOFILE.rawValue), &lowered) == 0)
    return limit
}

/// The processor time this process has used.
private func processorTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}
