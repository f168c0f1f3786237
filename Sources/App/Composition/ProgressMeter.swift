import Actors
import ServiceLifecycle

/// Shows how far `paceline refresh` is: a bar that is drawn over and over on a terminal, a line per page otherwise.
struct ProgressMeter: Service {
    let events: AsyncStream<SyncEvent>
    let coordinator: SyncCoordinator
    let limiter: RateLimiter
    let clock: any WallClock
    let isTerminal: Bool
    let write: @Sendable (String) -> Void

    func run() async {
        for await event in events.cancelOnGracefulShutdown() {
            switch event {
            case .published, .confirmed: show(await progress())
            // What the log says next begins a line of its own.
            case .finished, .setAside, .deletionsHeld, .stateChanged: clear()
            }
        }
        clear()
    }

    private func progress() async -> SyncProgress {
        let sync = await coordinator.status()
        let budget = await limiter.status()
        return SyncProgress(
            pages: sync.pages, pagesLeft: sync.pagesLeft, activities: sync.activities,
            budgetLeft: min(budget.quarter.limit - budget.quarter.used, budget.day.limit - budget.day.used),
            secondsLeft: sync.secondsLeft(budget, at: clock.now()))
    }

    private func show(_ progress: SyncProgress) {
        write(isTerminal ? "\r\u{1B}[2K\(progress.bar)" : "\(progress.line)\n")
    }

    private func clear() {
        if isTerminal { write("\r\u{1B}[2K") }
    }
}
