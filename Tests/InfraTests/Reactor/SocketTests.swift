import Glibc
import TestSupport
import Testing

@testable import Reactor

@Suite(.timeLimit(.minutes(15))) struct SocketTests {
    /// Accepts one connection and hands its two ends to `body`, which runs on the loop.
    private func withConnection(
        _ body: @Sendable @escaping (Socket, TestClient) async throws -> Void
    ) async throws {
        let group = try EventLoopGroup(count: 1)
        try await withConnection(on: group.loops[0], body)
        await group.shutdown()
    }

    private func withConnection(
        on loop: EventLoop, _ body: @Sendable @escaping (Socket, TestClient) async throws -> Void
    ) async throws {
        let address = try #require(SocketAddress(host: "127.0.0.1", port: 0))
        let listener = try Listener.bind(address, on: [loop])[0]
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask(executorPreference: loop) {
                let client = try TestClient(port: listener.address.port)
                let socket = try #require(try await listener.accept())
                try await body(socket, client)
                socket.close()
                listener.close()
            }
            try await tasks.waitForAll()
        }
    }

    @Test func bytesArriveAndTheEndAfterThem() async throws {
        try await withConnection { socket, client in
            var buffer = [UInt8](repeating: 0, count: 8)
            #expect(try socket.read(into: &buffer, at: 0) == nil)
            try await client.send("hello")
            #expect(await socket.untilReadable() == .ready)
            #expect(try socket.read(into: &buffer, at: 2) == 5)
            #expect(Array(buffer[2..<7]) == Array("hello".utf8))
            await client.finish()
            #expect(await socket.untilReadable() == .ready)
            #expect(try socket.read(into: &buffer, at: 0) == 0)
        }
    }

    /// Notes the loop's time when it is told.
    private final class TimeKeeper: SocketObserver {
        let told: AsyncStream<MonotonicTime>
        private let tell: AsyncStream<MonotonicTime>.Continuation
        private let loop: EventLoop

        init(_ loop: EventLoop) {
            self.loop = loop
            (told, tell) = AsyncStream.makeStream()
        }

        func socketWoke(_ wake: Wake) { tell.yield(loop.now) }
    }

    @Test func whoIsToldOfAnEventReadsTheTimeOfTheEvent() async throws {
        try await withConnection { socket, client async throws in
            let keeper = TimeKeeper(socket.loop)
            var buffer = [UInt8](repeating: 0, count: 8)
            #expect(try socket.read(into: &buffer, at: 0) == nil)
            #expect(socket.whenReadable(tell: keeper) == nil)
            // Off the loop, whose last turn began before this one's first line; awaited below.
            let sender = Task.detached {
                let before = MonotonicTime.now()
                try await client.send("x")
                return before
            }
            for await told in keeper.told {
                #expect(told >= (try await sender.value))
                break
            }
        }
    }

    @Test func whatComesWhileNobodyWaitsIsNotLost() async throws {
        try await withConnection { socket, client in
            try await client.send("x")
            // The loop has turned at least once since: the report came and found no waiter.
            try await socket.loop.sleep(for: .milliseconds(1))
            #expect(await socket.untilReadable() == .ready)
        }
    }

    @Test func aFullSocketIsWritableAgainWhenThePeerReads() async throws {
        try await withConnection { socket, client in
            let chunk = [UInt8](repeating: 7, count: 1 << 20)
            var sent = 0
            while let count = try socket.write(chunk, from: 0) { sent += count }
            async let received = client.receiveAll()
            #expect(await socket.untilWritable() == .ready)
            sent += try socket.write([1], from: 0, then: [2, 3], from: 1) ?? 0
            socket.shutdownWriting()
            #expect(try await received.utf8.count == sent)
        }
    }

    @Test func aDeadlineEndsTheWait() async throws {
        try await withConnection { socket, _ in
            socket.deadline = .now() + .seconds(3600)
            socket.deadline = .now() + .milliseconds(5)
            #expect(await socket.untilReadable() == .timedOut)
            // It stays passed until it is moved.
            #expect(await socket.untilReadable() == .timedOut)
            socket.deadline = nil
            socket.interrupt()
            #expect(await socket.untilReadable() == .interrupted)
        }
    }

    @Test func aDeadlineMovedLaterDoesNotFireEarly() async throws {
        try await withConnection { socket, client in
            socket.deadline = .now() + .milliseconds(2)
            socket.deadline = .now() + .seconds(3600)
            async let wake = socket.untilReadable()
            try await socket.loop.sleep(for: .milliseconds(10))
            try await client.send("x")
            #expect(await wake == .ready)
        }
    }

    @Test func aPeerThatAlwaysHasMoreLetsOthersRun() async throws {
        try await withConnection { socket, client in
            try await client.send([UInt8](repeating: 0, count: 32_768))
            #expect(await socket.untilReadable() == .ready)
            let other = Counter()
            await withTaskGroup { group in
                group.addTask(executorPreference: socket.loop) { other.increment() }
                #expect(await readByByte(socket) { other.value == 0 } < 100)
            }
        }
    }

    @Test func aPeerThatAlwaysHasMoreDoesNotOutrunItsDeadline() async throws {
        try await withConnection { socket, client in
            try await client.send([UInt8](repeating: 0, count: 32_768))
            #expect(await socket.untilReadable() == .ready)
            // Passed as soon as the loop looks at the clock again.
            socket.deadline = .now()
            #expect(await readByByte(socket) { true } < 100)
        }
    }

    /// How often one byte could be read without a wait that ended otherwise, while `goesOn`.
    private func readByByte(_ socket: Socket, while goesOn: () -> Bool) async -> Int {
        var byte: [UInt8] = [0]
        var count = 0
        while goesOn(), await socket.untilReadable() == .ready, (try? socket.read(into: &byte, at: 0)) == 1 {
            count += 1
        }
        return count
    }

    @Test func aDeadlineOfAClosedSocketIsNoTimer() async throws {
        var group: EventLoopGroup? = try EventLoopGroup(count: 1)
        let loop = try #require(group?.loops[0])
        try await withConnection(on: loop) { socket, _ in
            socket.close()
            socket.deadline = .now() + .seconds(3600)
        }
        group = nil
        // A loop ends once it has no timers.
        await loop.ended()
    }

    @Test func cancellationWakesTheWaiter() async throws {
        try await withConnection { socket, _ in
            await withTaskGroup(of: Wake.self) { group in
                group.addTask(executorPreference: socket.loop) {
                    await socket.cancellable { await socket.untilReadable() }
                }
                group.addTask(executorPreference: socket.loop) {
                    await Task.yield()
                    return .ready
                }
                #expect(await group.next() == .ready)
                group.cancelAll()
                #expect(await group.next() == .cancelled)
            }
            // It stays cancelled, for whoever comes later.
            #expect(await socket.untilReadable() == .cancelled)
        }
    }

    @Test func closingWakesTheWaiter() async throws {
        try await withConnection { socket, _ in
            async let wake = socket.untilReadable()
            await Task.yield()
            socket.close()
            #expect(await wake == .closed)
            #expect(await socket.untilWritable() == .closed)
        }
    }

    @Test func aResetPeerIsAnErrorAndNotASignal() async throws {
        try await withConnection { socket, client in
            await client.reset()
            #expect(await socket.untilReadable() == .ready)
            var buffer = [UInt8](repeating: 0, count: 8)
            #expect(throws: SystemError.self) { try socket.read(into: &buffer, at: 0) }
            #expect(throws: SystemError.self) { try socket.write([1], from: 0) }
        }
    }

    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1:80"), ("0.0.0.0", "0.0.0.0:80"), ("localhost", "127.0.0.1:80"), ("::1", "[::1]:80"),
        ("[::]", "[::]:80"), ("::ffff:10.0.0.1", "10.0.0.1:80"),
    ])
    func addressesAreReadAndShown(host: String, shown: String) throws {
        #expect(try #require(SocketAddress(host: host, port: 80)).description == shown)
    }

    @Test(arguments: ["", "example.org", "1.2.3", "127.0.0.1:80", "[::1", "::g"])
    func whatIsNoAddressIsRefused(host: String) {
        #expect(SocketAddress(host: host, port: 80) == nil)
    }
}
