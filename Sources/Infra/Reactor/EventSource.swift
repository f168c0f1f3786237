/// Why a wait on a socket ended.
package enum Wake: Sendable, Equatable {
    /// The system call that could not go on may be tried again.
    case ready
    /// The deadline passed.
    case timedOut
    /// The waiting task was cancelled.
    case cancelled
    /// Somebody asked the reader to look up: see `Socket.interrupt()`.
    case interrupted
    /// The socket was closed meanwhile.
    case closed
}

/// Who is told what happens to a socket while no task waits for it.
///
/// A task that waits costs kilobytes, so whoever keeps thousands of sockets waiting is an observer instead.
package protocol SocketObserver: AnyObject {
    /// The wait that `Socket.whenReadable` began has ended; on the loop.
    func socketWoke(_ wake: Wake)
}

/// A descriptor registered with a loop: who waits for it, until when, and what is known about it.
///
/// `@unchecked`: everything mutable is touched on the loop's thread only, which `register` and each wait check.
final class EventSource: @unchecked Sendable {
    /// Who waits for a direction.
    ///
    /// The continuation is an unsafe one, which means unchecked: a checked one is an allocation for each wait. What makes it right: whoever
    /// wakes a waiter has taken it out of its place before, and `close` wakes what is left.
    private enum Waiter {
        case task(UnsafeContinuation<Wake, Never>)
        case observer(any SocketObserver)

        func wake(_ wake: Wake) {
            switch self {
            case .task(let continuation): continuation.resume(returning: wake)
            case .observer(let observer): observer.socketWoke(wake)
            }
        }
    }

    /// After so many waits that found something to read at once the loop gets a turn.
    private static let readsPerTurn = 16

    let loop: EventLoop
    private var descriptor: FileDescriptor
    /// Tells this use of the descriptor's number from earlier ones; 0 before `register`.
    private(set) var registration: UInt32 = 0
    var readiness = Readiness()
    private var reader: Waiter?
    private var writer: Waiter?
    private var isInterrupted = false
    private var isCancelled = false
    private var readsThisTurn = 0
    private var timer: LoopTimer?

    init(loop: EventLoop, descriptor: consuming FileDescriptor) {
        self.loop = loop
        self.descriptor = descriptor
    }

    /// The descriptor's number, for one system call; -1 once closed.
    var raw: Int32 { descriptor.raw }

    func register() throws(SystemError) {
        guard registration == 0, descriptor.isOpen else { return }
        registration = try loop.add(self)
    }

    // MARK: Waiting

    func untilReadable() async -> Wake {
        if readsThisTurn == Self.readsPerTurn {
            // A peer that sends as fast as it is read would have the loop for itself, and the loop's time would stand still:
            // not even its own deadline would pass.
            readsThisTurn = 0
            await Task.yield()
        }
        if let wake = immediateReadWake() { return wake }
        return await withUnsafeContinuation { continuation in
            precondition(reader == nil, "two tasks read one socket")
            reader = .task(continuation)
        }
    }

    /// The wait of `untilReadable` for who is no task: what ends it is told to `observer`, once and on the loop.
    ///
    /// - Returns: what would end it at once, and then `observer` is told nothing; nil when it has begun.
    func whenReadable(tell observer: any SocketObserver) -> Wake? {
        let isGreedy = readsThisTurn == Self.readsPerTurn
        if isGreedy {
            readsThisTurn = 0
        } else if let wake = immediateReadWake() {
            return wake
        }
        precondition(reader == nil, "two observers read one socket")
        reader = .observer(observer)
        if isGreedy {
            // Looked at only then: an event may have ended this wait, and the next one of the same reader is none of ours.
            loop.execute { if self.reader != nil, let wake = self.immediateReadWake() { self.wakeReader(wake) } }
        }
        return nil
    }

    private func immediateReadWake() -> Wake? {
        if let wake = immediateWake(isReady: readiness.canRead) {
            readsThisTurn += 1
            return wake
        }
        readsThisTurn = 0
        guard isInterrupted else { return nil }
        isInterrupted = false
        return .interrupted
    }

    func untilWritable() async -> Wake {
        if let wake = immediateWake(isReady: readiness.canWrite) { return wake }
        return await withUnsafeContinuation { continuation in
            precondition(writer == nil, "two tasks write one socket")
            writer = .task(continuation)
        }
    }

    /// Waits until one of the directions asked for may go on, as the kernel sees it now.
    ///
    /// For a descriptor that a C library reads and writes: nobody here sees how far its calls have emptied the socket, so what was
    /// known is forgotten and the kernel asked to report again.
    func untilReported(reading: Bool, writing: Bool) async -> Wake {
        readiness = Readiness()
        readiness.writeExhausted()
        if let wake = immediateWake(isReady: false) { return wake }
        guard loop.report(self) else { return .closed }
        let wake = await withUnsafeContinuation { continuation in
            precondition(reader == nil && writer == nil, "two tasks wait for one descriptor")
            let either = EitherWaiter(continuation)
            if reading { reader = .observer(either) }
            if writing { writer = .observer(either) }
        }
        // Only one of the two was taken out of its place.
        (reader, writer) = (nil, nil)
        return wake
    }

    /// Ends the wait of `untilReported`, if one is under way, with `.interrupted`.
    func interruptWait() {
        wakeReader(.interrupted)
        wakeWriter(.interrupted)
    }

    /// Runs `body`; when the task is cancelled before it returns, every wait under way or to come ends with `.cancelled`.
    ///
    /// Around a whole conversation, because a handler for each wait would cost as much as the wait.
    func cancellable<Value, Failure: Error>(
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        // The handler is called on any thread, so the loop does what it asks for.
        let result: Result<Value, Failure> = await withTaskCancellationHandler {
            do throws(Failure) { return .success(try await body()) } catch { return .failure(error) }
        } onCancel: {
            loop.execute { self.cancel() }
        }
        return try result.get()
    }

    private func immediateWake(isReady: Bool) -> Wake? {
        loop.preconditionOnLoop()
        guard descriptor.isOpen else { return .closed }
        guard !isCancelled else { return .cancelled }
        // Before readiness: a peer that always has one more byte must not outrun its deadline.
        if let deadline, deadline <= loop.now { return .timedOut }
        return isReady ? .ready : nil
    }

    private func cancel() {
        isCancelled = true
        wakeReader(.cancelled)
        wakeWriter(.cancelled)
    }

    private func wakeReader(_ wake: Wake) {
        guard let waiter = reader else { return }
        reader = nil
        waiter.wake(wake)
    }

    private func wakeWriter(_ wake: Wake) {
        guard let waiter = writer else { return }
        writer = nil
        waiter.wake(wake)
    }

    // MARK: What happens to it

    /// A report of the kernel.
    func eventArrived(_ flags: UInt32) {
        readiness.report(flags)
        if readiness.canRead { wakeReader(.ready) }
        if readiness.canWrite { wakeWriter(.ready) }
    }

    /// Makes the reader, or the next one, look up without data.
    func interrupt() {
        guard reader != nil else {
            isInterrupted = true
            return
        }
        wakeReader(.interrupted)
    }

    /// When waiting ends without success; nil waits for ever.
    ///
    /// Moving a deadline later, as each request does, only stores it: the timer looks when it fires, and goes back to sleep.
    var deadline: MonotonicTime? {
        didSet {
            // A timer of a closed socket would outlive it, since nothing is left to cancel it.
            guard let deadline, descriptor.isOpen else { return }
            if let timer, timer.isScheduled, timer.time <= deadline { return }
            let timer = self.timer ?? LoopTimer(time: deadline) { [unowned self] in deadlineReached() }
            self.timer = timer
            loop.schedule(timer, at: deadline)
        }
    }

    private func deadlineReached() {
        guard let deadline, let timer else { return }
        if deadline > loop.now { return loop.schedule(timer, at: deadline) }
        wakeReader(.timedOut)
        wakeWriter(.timedOut)
    }

    /// Leaves the loop and closes the descriptor.
    ///
    /// Later calls do nothing.
    func close() {
        guard descriptor.isOpen else { return }
        if registration != 0 { loop.remove(self) }
        if let timer { loop.cancel(timer) }
        descriptor.close()
        wakeReader(.closed)
        wakeWriter(.closed)
    }
}

/// A task that waits for two directions, and goes on with the first.
private final class EitherWaiter: SocketObserver {
    /// Unchecked as in `EventSource`; nil once used, since both directions may end together.
    private var continuation: UnsafeContinuation<Wake, Never>?

    init(_ continuation: UnsafeContinuation<Wake, Never>) {
        self.continuation = continuation
    }

    func socketWoke(_ wake: Wake) {
        let waiting = continuation
        continuation = nil
        waiting?.resume(returning: wake)
    }
}
