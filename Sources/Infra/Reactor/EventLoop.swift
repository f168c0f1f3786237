import CLinux
import DequeModule
import Glibc
import Locking
import Synchronization
import Threads

/// One thread that waits in epoll and runs the tasks that prefer it.
///
/// Give a task the loop as `executorPreference` and its sockets here too: then reading, answering and writing happen on one
/// thread without a hop, and so do the default actors it calls (SE-0417).
///
/// One turn: take what other threads enqueued, run a bounded number of jobs, fire the timers that are due, wait in epoll.
///
/// `@unchecked`: `inbox` is locked, `poller.wake` is callable from anywhere, and all else is touched on the loop's thread only
/// (`preconditionOnLoop`); before the thread starts and after it ended nobody touches it.
package final class EventLoop: TaskExecutor, @unchecked Sendable {
    private enum Work {
        case job(UnownedJob)
        case call(@Sendable () -> Void)
    }

    private struct Inbox {
        var work: [Work] = []
        /// Whether the thread is, or is about to be, in a wait that only the alarm ends.
        var isWaiting = false
        var isStopping = false
        var hasEnded = false
        var onEnd: [CheckedContinuation<Void, Never>] = []
    }

    /// After so many jobs the loop looks at its sockets and timers again, however many are left.
    private static let jobsPerRound = 256
    private static let roundsPerTurn = 8

    private let inbox = Lock(Inbox())
    private let thread = Atomic<UInt>(0)
    private let poller: Poller
    private var events = Poller.buffer
    private var queue = Deque<Work>()
    private var arrivals: [Work] = []
    /// The registered sources, by descriptor.
    private var sources: [EventSource?] = []
    private var lastRegistration: UInt32 = 0
    private var timers = TimerHeap()

    /// The time at which the loop last came back from its wait: exact enough for deadlines, and free.
    ///
    /// Read it on the loop only.
    package private(set) var now = MonotonicTime.now()

    /// Makes the loop and starts its thread, which runs until `stop()`.
    ///
    /// - Throws: `SystemError` when the process has no descriptors left.
    init(name: String) throws(SystemError) {
        poller = try Poller()
        OSThread.start(name: name) { self.run() }
    }

    // MARK: Work from anywhere

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard !push(.job(job)) else { return }
        // The loop has ended, and a job that nobody runs is a task that nobody can await.
        globalConcurrentExecutor.enqueue(job)
    }

    /// Calls `body` on the loop's thread, soon and never synchronously.
    ///
    /// After the loop ended it is not called, and false is returned.
    @discardableResult
    package func execute(_ body: @escaping @Sendable () -> Void) -> Bool {
        push(.call(body))
    }

    /// Whether the caller is on the loop's thread.
    package var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    func preconditionOnLoop() {
        precondition(isCurrent, "sockets and timers belong to their loop: use executorPreference")
    }

    /// False when the loop has ended.
    private func push(_ work: Work) -> Bool {
        // Most jobs come from the loop itself, where the queue needs no lock and the thread no waking.
        if isCurrent {
            queue.append(work)
            return true
        }
        let (isTaken, mustWake) = inbox.withLock { inbox -> (Bool, Bool) in
            guard !inbox.hasEnded else { return (false, false) }
            inbox.work.append(work)
            defer { inbox.isWaiting = false }
            return (true, inbox.isWaiting)
        }
        // One system call per burst: whoever comes before the thread has woken finds isWaiting false.
        if mustWake { poller.wake() }
        return isTaken
    }

    // MARK: The thread

    private func run() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        repeat {
            takeArrivals()
            runJobs()
            fireTimers()
        } while wait()
        thread.store(0, ordering: .relaxed)
        let waiting = inbox.withLock { inbox in
            defer { inbox.onEnd = [] }
            return inbox.onEnd
        }
        for waiter in waiting { waiter.resume() }
    }

    private func takeArrivals() {
        inbox.withLock { inbox in
            inbox.isWaiting = false
            swap(&inbox.work, &arrivals)
        }
        queue.append(contentsOf: arrivals)
        arrivals.removeAll(keepingCapacity: true)
    }

    private func runJobs() {
        let executor = asUnownedTaskExecutor()
        // In rounds, each of what stood there when it began: one request is several hops, which should not cost a system call
        // each. Few rounds, because a task that yields to let the sockets be looked at is in every one of them.
        for _ in 0..<Self.roundsPerTurn {
            for _ in 0..<min(queue.count, Self.jobsPerRound) {
                guard let work = queue.popFirst() else { return }
                switch work {
                case .job(let job): job.runSynchronously(on: executor)
                case .call(let body): body()
                }
            }
        }
    }

    private func fireTimers() {
        while let timer = timers.popDue(at: now) { timer.fire() }
    }

    /// Waits for whatever comes next; false once the loop is to end and has nothing left to do.
    private func wait() -> Bool {
        guard let timeout = timeout() else { return false }
        poller.wait(milliseconds: timeout, &events) {
            // Before the events are told: what begins when one arrives must not be counted from when the wait for it began.
            now = .now()
        } handle: { event in
            let index = Int(event.descriptor)
            // The number may have been closed and reused since the kernel queued the event; then the registration differs.
            guard index < sources.count, let source = sources[index], source.registration == event.registration else {
                return
            }
            source.eventArrived(event.flags)
        }
        return true
    }

    /// How long epoll may wait, in milliseconds; nil when the loop is to end.
    private func timeout() -> Int32? {
        guard queue.isEmpty else { return 0 }
        let (isIdle, hasEnded) = inbox.withLock { inbox -> (Bool, Bool) in
            inbox.isWaiting = inbox.work.isEmpty
            // A sleeper left over would never wake: stopping waits for it, and its owner cancels it.
            inbox.hasEnded = inbox.isStopping && inbox.work.isEmpty && timers.isEmpty
            return (inbox.isWaiting, inbox.hasEnded)
        }
        guard !hasEnded else { return nil }
        guard isIdle else { return 0 }
        guard let next = timers.next else { return -1 }
        return next.milliseconds(since: .now())
    }

    /// Ends the thread once it has nothing left to do.
    func stop() {
        let mustWake = inbox.withLock { inbox in
            inbox.isStopping = true
            defer { inbox.isWaiting = false }
            return inbox.isWaiting
        }
        if mustWake { poller.wake() }
    }

    /// Waits for the thread's end.
    ///
    /// Never call it from the loop.
    func ended() async {
        await withCheckedContinuation { wake in
            let hasEnded = inbox.withLock { inbox in
                if !inbox.hasEnded { inbox.onEnd.append(wake) }
                return inbox.hasEnded
            }
            if hasEnded { wake.resume() }
        }
    }

    // MARK: For sources and timers, on the loop

    func add(_ source: EventSource) throws(SystemError) -> UInt32 {
        preconditionOnLoop()
        // Wraps after four billion connections; 0 stays free for the alarm.
        lastRegistration = lastRegistration == .max ? 1 : lastRegistration + 1
        try poller.add(source.raw, registration: lastRegistration)
        let index = Int(source.raw)
        if index >= sources.count {
            sources.append(contentsOf: repeatElement(nil, count: index + 1 - sources.count))
        }
        sources[index] = source
        return lastRegistration
    }

    func remove(_ source: EventSource) {
        preconditionOnLoop()
        poller.remove(source.raw)
        sources[Int(source.raw)] = nil
    }

    /// Asks the kernel to report anew what the source is ready for; false when it cannot.
    func report(_ source: EventSource) -> Bool {
        preconditionOnLoop()
        return poller.report(source.raw, registration: source.registration)
    }

    func schedule(_ timer: LoopTimer, at time: MonotonicTime) {
        preconditionOnLoop()
        timers.insert(timer, at: time)
    }

    /// Calls `fire` on the loop after `duration`, unless cancelled; call it on the loop.
    package func schedule(after duration: Duration, _ fire: @escaping () -> Void) -> LoopTimer {
        schedule(at: .now() + duration, fire)
    }

    /// Calls `fire` on the loop when the monotonic clock shows `time`, unless cancelled; call it on the loop.
    package func schedule(at time: MonotonicTime, _ fire: @escaping () -> Void) -> LoopTimer {
        let timer = LoopTimer(time: time, fire: fire)
        schedule(timer, at: time)
        return timer
    }

    /// Takes a timer out, on the loop; one that has fired stays as it is.
    package func cancel(_ timer: LoopTimer) {
        preconditionOnLoop()
        timers.remove(timer)
    }
}
