import CLinux
import Glibc
import Reactor
import Testing

@Suite struct DescriptorWatchTests {
    /// Runs `body` on a loop, with the two ends of a socket pair.
    private func onLoop<Value: Sendable>(
        _ body: @escaping @Sendable (EventLoop, Int32, Int32) async throws -> Value
    ) async throws -> Value {
        let loops = try EventLoopGroup(count: 1)
        var ends: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &ends) == 0)
        let (ours, theirs) = (ends[0], ends[1])
        let result = await Task(executorPreference: loops.loops[0]) {
            try await body(loops.loops[0], ours, theirs)
        }.result
        close(ours)
        close(theirs)
        await loops.shutdown()
        return try result.get()
    }

    private static func send(_ descriptor: Int32, _ bytes: Int) {
        _ = write(descriptor, [UInt8](repeating: 7, count: bytes), bytes)
    }

    @Test func whatIsThereAlreadyEndsTheWait() async throws {
        let wakes = try await onLoop { loop, ours, theirs in
            Self.send(theirs, 3)
            let watch = try DescriptorWatch(ours, on: loop)
            defer { watch.close() }
            // Nobody reads: what an edge would have told once is told each time.
            return [await watch.wait(for: .reading), await watch.wait(for: .reading), await watch.wait(for: .writing)]
        }
        #expect(wakes == [.ready, .ready, .ready])
    }

    @Test func eitherDirectionEndsAWaitForBoth() async throws {
        let wakes = try await onLoop { loop, ours, theirs in
            let watch = try DescriptorWatch(ours, on: loop)
            defer { watch.close() }
            let writable = await watch.wait(for: .either)
            Self.send(theirs, 1)
            return [writable, await watch.wait(for: .either), await watch.wait(for: .reading)]
        }
        #expect(wakes == [.ready, .ready, .ready])
    }

    @Test func aDeadlineAndAnInterruptionEndAWait() async throws {
        let wakes = try await onLoop { loop, ours, _ in
            let watch = try DescriptorWatch(ours, on: loop)
            defer { watch.close() }
            watch.deadline = .now() + .milliseconds(5)
            let late = await watch.wait(for: .reading)
            watch.deadline = nil
            watch.interrupt()
            loop.execute { watch.interrupt() }
            return [late, await watch.wait(for: .reading)]
        }
        #expect(wakes == [.timedOut, .interrupted])
    }

    @Test func theOwnerMayCloseItsDescriptorAndTheWatchStaysItsOwn() async throws {
        let wake = try await onLoop { loop, ours, theirs in
            let copy = dup(ours)
            let watch = try DescriptorWatch(copy, on: loop)
            defer { watch.close() }
            close(copy)
            // The number is free again, and whoever gets it must not be watched, nor closed.
            let other = dup(theirs)
            defer { close(other) }
            Self.send(theirs, 1)
            return await watch.wait(for: .reading)
        }
        #expect(wake == .ready)
    }

    @Test func closingEndsTheWait() async throws {
        let wakes = try await onLoop { loop, ours, _ in
            let watch = try DescriptorWatch(ours, on: loop)
            loop.execute { watch.close() }
            return [await watch.wait(for: .reading), await watch.wait(for: .writing)]
        }
        #expect(wakes == [.closed, .closed])
    }

    @Test func noDescriptorIsAnError() async throws {
        try await onLoop { loop, _, _ in
            _ = #expect(throws: SystemError.self) { try DescriptorWatch(-1, on: loop) }
        }
    }

    /// An actor on a loop, called from anywhere.
    private actor Resident {
        private let executor: LoopExecutor

        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        init(_ executor: LoopExecutor) { self.executor = executor }

        func isOnLoop() -> Bool { executor.loop.isCurrent }
    }

    @Test func anActorLivesOnItsLoopAndAnswersEvenAfterItsEnd() async throws {
        let loops = try EventLoopGroup(count: 1)
        let resident = Resident(LoopExecutor(loops.loops[0]))
        #expect(await resident.isOnLoop())
        await loops.shutdown()
        #expect(await resident.isOnLoop() == false)
    }
}
