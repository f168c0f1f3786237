import CLinux
import Glibc
import Locking
import Threads

/// Other programs, run for a test: Python to check our ciphertext, the `paceline` binary to be killed.
package enum Subprocess {
    /// How a program ended.
    package enum Status: Sendable, Hashable {
        case exited(Int32)
        case killed(signal: Int32)

        init(code: Int32, value: Int32) {
            self = code == Int32(CLD_EXITED) ? .exited(value) : .killed(signal: value)
        }
    }

    /// A program that ended, and all it wrote.
    package struct Outcome: Sendable {
        package var status: Status
        package var stdout: [UInt8]
        package var stderr: [UInt8]

        package var output: String { String(decoding: stdout, as: UTF8.self) }
        package var errors: String { String(decoding: stderr, as: UTF8.self) }
    }

    /// Why a program could not be started.
    package struct Failure: Error, CustomStringConvertible {
        package var description: String

        init(_ call: String, _ code: Int32) {
            description = "\(call): \(String(cString: strerror(code)))"
        }
    }

    /// Runs a program to its end.
    ///
    /// Threads of their own feed and read it, so that no full pipe can stop either side and no thread of the pool waits.
    ///
    /// - Parameters:
    ///   - executable: a path, or a name that is looked up in `PATH`.
    ///   - stdin: written whole, then closed; a program that does not read it is no error.
    ///   - environment: all of it; nil hands on the test's own.
    package static func run(
        _ executable: String, _ arguments: [String] = [], stdin: [UInt8] = [], environment: [String: String]? = nil
    ) async throws -> Outcome {
        let child = try Child(executable, arguments, environment: environment)
        child.feed(stdin)
        async let stdout = child.readToEnd(child.stdout)
        async let stderr = child.readToEnd(child.stderr)
        return await Outcome(status: child.wait(), stdout: stdout, stderr: stderr)
    }

    /// Starts a program that goes on until it is told to stop.
    ///
    /// Whoever drops the last reference kills it, so no test leaves one behind.
    ///
    /// - Parameter holdsInput: whether the program's input stays open as long as this process lives, however it ends; else it is
    ///   closed at once.
    package static func start(
        _ executable: String, _ arguments: [String] = [], environment: [String: String]? = nil, holdsInput: Bool = false
    ) throws -> RunningProcess {
        RunningProcess(try Child(executable, arguments, environment: environment), holdsInput: holdsInput)
    }
}

/// A program under way.
package final class RunningProcess: Sendable {
    private let child: Child
    /// What the program writes to its standard output, line by line, to be read by one loop; ends with the program.
    package let lines: AsyncStream<String>
    /// The same for its standard error.
    package let errorLines: AsyncStream<String>

    init(_ child: Child, holdsInput: Bool) {
        self.child = child
        if !holdsInput { child.feed([]) }
        lines = child.lines(child.stdout)
        errorLines = child.lines(child.stderr)
    }

    deinit {
        child.send(signal: SIGKILL)
    }

    /// The process id, for `/proc`.
    package var id: Int32 { child.id }

    /// Asks it to end: SIGTERM.
    package func terminate() { child.send(signal: SIGTERM) }

    /// Sends a signal, SIGKILL unless told; nothing happens when the program has ended.
    package func kill(signal: Int32 = SIGKILL) { child.send(signal: signal) }

    /// Returns when the program has ended.
    package func wait() async -> Subprocess.Status { await child.wait() }
}

/// One spawned process, its pipes and the thread that waits for it.
final class Child: Sendable {
    private struct State {
        var status: Subprocess.Status?
        var waiting: [CheckedContinuation<Subprocess.Status, Never>] = []
    }

    let id: Int32
    let stdin: Int32
    let stdout: Int32
    let stderr: Int32
    private let state = Lock(State())

    init(_ executable: String, _ arguments: [String], environment: [String: String]?) throws {
        let input = try Pipe()
        let output = try Pipe()
        let errors = try Pipe()
        defer { for end in [input.reader, output.writer, errors.writer] { close(end) } }
        id = try Self.spawn(
            executable, arguments, environment: environment,
            descriptors: [(input.reader, 0), (output.writer, 1), (errors.writer, 2)])
        (stdin, stdout, stderr) = (input.writer, output.reader, errors.reader)
        OSThread.start(name: "child-wait") { self.reap() }
    }

    func send(signal: Int32) {
        // Under the lock, and only before the id was given back: later it may be somebody else's.
        state.withLock { state in
            if state.status == nil { _ = Glibc.kill(id, signal) }
        }
    }

    func wait() async -> Subprocess.Status {
        await withCheckedContinuation { wake in
            let status = state.withLock { state in
                if state.status == nil { state.waiting.append(wake) }
                return state.status
            }
            if let status { wake.resume(returning: status) }
        }
    }

    /// Writes all of `bytes` to the program and closes its input; ends early when the program does not want them.
    func feed(_ bytes: [UInt8]) {
        OSThread.start(name: "child-stdin") {
            // A write to a program that has ended raises SIGPIPE, which would end the tests; blocked on this thread, it stays
            // pending here and goes with the thread, and the write says EPIPE instead.
            var signals = sigset_t()
            sigemptyset(&signals)
            sigaddset(&signals, SIGPIPE)
            pthread_sigmask(SIG_BLOCK, &signals, nil)
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    write(self.stdin, $0.baseAddress.map { $0 + sent }, $0.count - sent)
                }
                if count < 0 && errno == EINTR { continue }
                if count <= 0 { break }
                sent += count
            }
            close(self.stdin)
        }
    }

    func readToEnd(_ descriptor: Int32) async -> [UInt8] {
        await withCheckedContinuation { wake in
            OSThread.start(name: "child-read") {
                var all: [UInt8] = []
                Self.read(descriptor) { all.append(contentsOf: $0) }
                wake.resume(returning: all)
            }
        }
    }

    func lines(_ descriptor: Int32) -> AsyncStream<String> {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .unbounded)
        OSThread.start(name: "child-lines") {
            var rest: [UInt8] = []
            Self.read(descriptor) { bytes in
                rest.append(contentsOf: bytes)
                while let end = rest.firstIndex(of: 10) {
                    continuation.yield(String(decoding: rest[..<end], as: UTF8.self))
                    rest.removeSubrange(...end)
                }
            }
            if !rest.isEmpty { continuation.yield(String(decoding: rest, as: UTF8.self)) }
            continuation.finish()
        }
        return stream
    }

    /// Hands out what comes until the other end is closed, and closes this one.
    private static func read(_ descriptor: Int32, _ take: (ArraySlice<UInt8>) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { break }
            take(buffer[..<count])
        }
        close(descriptor)
    }

    private func reap() {
        var information = siginfo_t()
        // WNOWAIT leaves the id taken until the lock is held, so that `send` cannot hit a recycled one.
        while waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
        let (status, waiting) = state.withLock { state in
            while waitid(P_PID, id_t(id), &information, WEXITED) != 0 && errno == EINTR {}
            let status = Subprocess.Status(
                code: information.si_code, value: information._sifields._sigchld.si_status)
            state.status = status
            defer { state.waiting = [] }
            return (status, state.waiting)
        }
        for waiter in waiting { waiter.resume(returning: status) }
    }

    private static func spawn(
        _ executable: String, _ arguments: [String], environment: [String: String]?, descriptors: [(Int32, Int32)]
    ) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (ours, theirs) in descriptors { posix_spawn_file_actions_adddup2(&actions, ours, theirs) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The child starts with nothing blocked and nothing ignored, whatever the test's threads do.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGPIPE)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let arguments = CStrings([executable] + arguments)
        let variables = environment.map { CStrings($0.map { "\($0.key)=\($0.value)" }) }
        var id: pid_t = 0
        let code = posix_spawnp(
            &id, executable, &actions, &attributes, arguments.pointers, variables?.pointers ?? environ)
        withExtendedLifetime((arguments, variables)) {}
        guard code == 0 else { throw Subprocess.Failure("posix_spawnp \(executable)", code) }
        return id
    }
}

/// A pipe whose ends no other child inherits: an end that leaks into a long-running one would never report its close.
private struct Pipe {
    let reader: Int32
    let writer: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { throw Subprocess.Failure("pipe2", errno) }
        (reader, writer) = (ends[0], ends[1])
    }
}

/// A null-terminated array of C strings, freed with the object.
private final class CStrings {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ texts: [String]) {
        count = texts.count
        pointers = .allocate(capacity: count + 1)
        pointers.initialize(repeating: nil, count: count + 1)
        for (index, text) in texts.enumerated() { pointers[index] = strdup(text) }
    }

    deinit {
        for index in 0..<count { free(pointers[index]) }
        pointers.deallocate()
    }
}
