import Glibc
import Locking
import TestSupport
import Testing
import Threads

@Suite(.timeLimit(.minutes(15))) struct ThreadExecutorTests {
    @Test func anActorStaysOnItsOwnThread() async {
        let worker = Worker(name: "test-stay")
        let first = await worker.threadID()
        for _ in 0..<100 {
            await Task.yield()
            #expect(await worker.threadID() == first)
        }
        #expect(await Worker(name: "test-other").threadID() != first)
    }

    @Test func theThreadHasTheNameThatWasGivenCutToWhatTheKernelKeeps() async {
        #expect(await Worker(name: "short").threadName() == "short")
        #expect(await Worker(name: "a-name-that-is-too-long").threadName() == "a-name-that-is-")
    }

    @Test func blockedThreadsDoNotStopTheOthers() async {
        // More than the pool has threads for: were they on it, nobody could open the door.
        let workers = (0..<32).map { Worker(name: "block-\($0)") }
        let door = Door()
        await withTaskGroup(of: Void.self) { group in
            for worker in workers { group.addTask { await worker.block(on: door) } }
            while door.arrivals < workers.count { await Task.yield() }
            door.open()
        }
        #expect(door.arrivals == workers.count)
    }

    @Test func callsFromManyTasksAreServedOneAtATimeAndNoneIsLost() async {
        let worker = Worker(name: "test-count")
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<2000 { group.addTask { await worker.increment() } }
        }
        #expect(await worker.count == 2000)
    }

    @Test func theThreadEndsWithItsExecutor() async {
        let name = "test-end-\(getpid() % 10_000)"
        do {
            let worker = Worker(name: name)
            _ = await worker.threadID()
            #expect(threadNames().contains(name))
        }
        while threadNames().contains(name) { await Task.yield() }
    }

    @Test func aThreadRunsItsBody() async {
        await withCheckedContinuation { wake in
            OSThread.start(name: "test-once") { wake.resume() }
        }
    }

    /// The names of all threads of this process.
    private func threadNames() -> [String] {
        guard let folder = opendir("/proc/self/task") else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let id = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(firstLine(of: "/proc/self/task/\(id)/comm"))
        }
        return names
    }

    private actor Worker {
        private let executor: ThreadExecutor
        private(set) var count = 0

        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        init(name: String) {
            executor = ThreadExecutor(name: name)
        }

        func threadID() -> pthread_t { pthread_self() }

        func threadName() -> String { firstLine(of: "/proc/thread-self/comm") }

        func increment() { count += 1 }

        func block(on door: Door) { door.wait() }
    }

    /// Blocks the thread that waits, unlike a gate.
    private final class Door: Sendable {
        private let state = Lock((arrivals: 0, isOpen: false))

        var arrivals: Int { state.withLock { $0.arrivals } }

        func open() { state.withLock { $0.isOpen = true } }

        func wait() {
            state.withLock { $0.arrivals += 1 }
            while !state.withLock({ $0.isOpen }) { sched_yield() }
        }
    }
}

/// The first line of a small file; empty when it is gone.
private func firstLine(of path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var line = [UInt8](repeating: 0, count: 64)
    let count = fread(&line, 1, line.count, file)
    return String(decoding: line.prefix(count).prefix { $0 != 10 }, as: UTF8.self)
}
