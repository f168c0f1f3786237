extension EventLoop {
    /// Sleeps on the loop's own timers.
    ///
    /// Callable from any task, on the loop or not.
    ///
    /// - Throws: `CancellationError` at once when the task is cancelled.
    package func sleep(for duration: Duration) async throws {
        try await sleep(until: .now() + duration)
    }

    /// Sleeps until the monotonic clock shows `deadline`.
    ///
    /// - Throws: `CancellationError` at once when the task is cancelled, and when the loop has ended.
    package func sleep(until deadline: MonotonicTime) async throws {
        let sleeper = Sleeper(loop: self)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wake in
                let isTaken = self.execute { sleeper.start(until: deadline, wake) }
                // A loop that ended has no timers, so nobody would ever wake the sleeper.
                if !isTaken { wake.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            self.execute { sleeper.cancel() }
        }
    }
}

/// One sleep; `start` and `cancel` come in either order.
///
/// `@unchecked`: both are called on the loop's thread only.
private final class Sleeper: @unchecked Sendable {
    private let loop: EventLoop
    private var timer: LoopTimer?
    private var wake: CheckedContinuation<Void, any Error>?
    private var isCancelled = false

    init(loop: EventLoop) {
        self.loop = loop
    }

    func start(until deadline: MonotonicTime, _ wake: CheckedContinuation<Void, any Error>) {
        guard !isCancelled else { return wake.resume(throwing: CancellationError()) }
        self.wake = wake
        let timer = LoopTimer(time: deadline) { [unowned self] in finish(.success(())) }
        self.timer = timer
        loop.schedule(timer, at: deadline)
    }

    func cancel() {
        isCancelled = true
        if let timer { loop.cancel(timer) }
        finish(.failure(CancellationError()))
    }

    private func finish(_ result: Result<Void, any Error>) {
        guard let wake else { return }
        self.wake = nil
        wake.resume(with: result)
    }
}
