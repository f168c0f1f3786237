/// Adds up what the log says of a sync: one account of what somebody waits for, one of a re-reading that is spread over the day.
struct SyncReports: Sendable {
    private struct Account: Sendable {
        var report = SyncReport()
        var startedAt: UTCInstant?

        mutating func end(stored: Int, at now: UTCInstant) -> SyncReport? {
            defer { self = Account() }
            guard let startedAt, report.requests > 0 else { return nil }
            var finished = report
            finished.stored = stored
            finished.elapsed = now - startedAt
            return finished
        }
    }

    /// Pages of the sync that somebody waits for.
    var pages: Int { urgent.report.requests }

    private var urgent = Account()
    private var spread = Account()

    /// A sync begins, or goes on.
    mutating func begin(at now: UTCInstant) {
        urgent.startedAt = urgent.startedAt ?? now
    }

    /// A page was asked for, and Strava answered or failed to.
    mutating func sent(_ step: SyncPlan.Step, at now: UTCInstant) {
        account(of: step) { account in
            account.startedAt = account.startedAt ?? now
            account.report.requests += 1
        }
    }

    /// A page was stored.
    mutating func booked(_ landing: SyncPlan.Landing, _ step: SyncPlan.Step) {
        account(of: step) { account in
            account.report.written += landing.batch.upserts.count
            account.report.deleted += landing.batch.deletions.count
            if landing.completesHistory { account.report.completedHistory = true }
            if landing.endsRereading, step.purpose != .newest { account.report.isRereading = true }
        }
    }

    /// All that anybody waits for is done; nil when nothing was sent for it.
    mutating func end(stored: Int, at now: UTCInstant) -> SyncReport? { urgent.end(stored: stored, at: now) }

    /// A re-reading that was spread over the day has ended.
    mutating func endRereading(stored: Int, at now: UTCInstant) -> SyncReport? {
        // A look at the newest may have ended it.
        spread.report.isRereading = true
        return spread.end(stored: stored, at: now)
    }

    private mutating func account(of step: SyncPlan.Step, _ change: (inout Account) -> Void) {
        if step.isUrgent { change(&urgent) } else { change(&spread) }
    }
}

extension SyncPlan.Landing {
    /// Whether anything that readers see is different, apart from when it was last confirmed.
    var changesAnswers: Bool { !batch.upserts.isEmpty || !batch.deletions.isEmpty || completesHistory }
}
