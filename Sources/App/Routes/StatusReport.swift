import Actors
import JSON

/// What `/strava/status` says: the contract's §3.2, gathered from the actors that own each part.
struct StatusReport: Sendable {
    let coordinator: SyncCoordinator
    let limiter: RateLimiter
    let scheduler: Scheduler

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
            "next_refresh_at": .optional(await scheduler.nextRefreshAt?.iso8601WithOffset),
            "progress": Self.progress(sync),
            "budget": ["quarter": .window(budget.quarter), "day": .window(budget.day)],
            "last_error": sync.problem.map(JSON.problem) ?? .null,
        ]
    }

    /// How much history is here.
    ///
    /// Strava's list does not tell its length, so the end of a first walk cannot be foretold.
    private static func progress(_ sync: SyncStatus) -> JSON {
        sync.isWalking ? ["fetched": .int(sync.activities), "eta_seconds": .null] : .null
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
            "code": .string(problem.code.rawValue), "message": .string(problem.message),
            "at": .string(problem.at.iso8601WithOffset),
        ]
    }
}
