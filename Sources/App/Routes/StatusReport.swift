import Actors
import JSON

/// What `/strava/status` says: the contract's §3.2, gathered from the actors that own each part.
struct StatusReport: Sendable {
    let coordinator: SyncCoordinator
    let limiter: RateLimiter
    let scheduler: Scheduler
    let clock: any WallClock

    /// The answer as it is now.
    func json() async -> JSON {
        let sync = await coordinator.status()
        let budget = await limiter.status()
        return [
            "athlete_connected": .bool(sync.isConnected),
            "state": .string(sync.state.rawValue),
            "complete": .bool(sync.isComplete),
            "activities": .int(sync.activities),
            "oldest": .optional(sync.oldest.map { "\($0)" }),
            "newest": .optional(sync.newest.map { "\($0)" }),
            "last_success_at": .optional(sync.lastSuccessAt?.iso8601WithOffset),
            "validated_at": .optional(sync.validatedAt?.iso8601WithOffset),
            "next_refresh_at": .optional(await scheduler.nextRefreshAt?.iso8601WithOffset),
            "progress": progress(sync, budget),
            "budget": ["quarter": .window(budget.quarter), "day": .window(budget.day)],
            "last_error": sync.problem.map(JSON.problem) ?? .null,
        ]
    }

    /// How much history is here, and how long the rest will take if nothing comes between.
    private func progress(_ sync: SyncStatus, _ budget: BudgetStatus) -> JSON {
        guard sync.isWalking else { return .null }
        return [
            "fetched": .int(sync.activities),
            "eta_seconds": sync.secondsLeft(budget, at: clock.now()).map(JSON.int) ?? .null,
        ]
    }
}

extension SyncStatus {
    /// Seconds until the walk under way is done, waits for the budget included; nil when nobody can know.
    func secondsLeft(_ budget: BudgetStatus, at now: UTCInstant) -> Int? {
        guard let pagesLeft,
            let end = BudgetForecast(budget).end(of: pagesLeft, each: pageTime, from: now)
        else { return nil }
        return Int((end - now).components.seconds)
    }
}

extension JSON {
    fileprivate static func window(_ window: BudgetStatus.Window) -> JSON {
        [
            "used": .int(window.used), "limit": .int(window.limit),
            "resets_at": .string(window.resetsAt.iso8601WithOffset),
        ]
    }

    fileprivate static func problem(_ problem: SyncProblem) -> JSON {
        [
            "code": .string(problem.code.rawValue), "message": .string(problem.publicMessage),
            "at": .string(problem.at.iso8601WithOffset),
        ]
    }
}

extension SyncProblem {
    /// What everybody may read: the database's own words may name its address and its user, and belong into the log.
    fileprivate var publicMessage: String {
        code == .databaseUnavailable ? "The database cannot be used; the log says why." : message
    }
}
