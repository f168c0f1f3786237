/// What the coordinator tells the rest of the process.
package enum SyncEvent: Sendable {
    /// The data changed; it is in the store already.
    case published(Snapshot)
    /// A sync found the data as they were.
    case confirmed(at: UTCInstant)
    /// The state that people see changed.
    case stateChanged(from: ConnectionState, to: ConnectionState, problem: SyncProblem?)
    /// A sync ended well.
    case finished(SyncReport)
    /// List items could not be decoded; they were set aside and the page went on.
    case setAside([RejectedActivity])
    /// A listing lacked more than is deleted on its word; nothing was deleted.
    case deletionsHeld(count: Int, stored: Int)
}

/// What one sync did, for the log.
package struct SyncReport: Sendable, Hashable {
    /// Whether this sync reached the end of the history for the first time.
    package var completedHistory: Bool
    /// Whether this was a re-reading of the whole list.
    package var isRereading: Bool
    /// Pages asked for that Strava answered or failed to; what the budget held back is not among them.
    package var requests: Int
    package var written: Int
    package var deleted: Int
    package var stored: Int
    /// From the first request to the last page stored, waits for the budget included.
    package var elapsed: Duration

    package init(
        completedHistory: Bool = false, isRereading: Bool = false, requests: Int = 0, written: Int = 0,
        deleted: Int = 0, stored: Int = 0,
        elapsed: Duration = .zero
    ) {
        self.completedHistory = completedHistory
        self.isRereading = isRereading
        self.requests = requests
        self.written = written
        self.deleted = deleted
        self.stored = stored
        self.elapsed = elapsed
    }
}

/// The `state` of `/strava/status`.
package enum ConnectionState: String, Sendable, Hashable, CaseIterable {
    case idle
    case syncing
    case waitingForBudget = "waiting_for_budget"
    case needsAuthorization = "needs_authorization"
    case missingScope = "missing_scope"
    case appInactive = "app_inactive"
    case failing
}

/// The `last_error` of `/strava/status`.
package struct SyncProblem: Sendable, Hashable {
    /// What went wrong, as a stable word for programs.
    package enum Code: String, Sendable, Hashable, CaseIterable {
        case needsAuthorization = "needs_authorization"
        case missingScope = "missing_scope"
        case wrongKey = "wrong_key"
        case appInactive = "app_inactive"
        case stravaRefused = "strava_refused"
        case stravaUnavailable = "strava_unavailable"
        case databaseUnavailable = "database_unavailable"
        case deletionsHeld = "deletions_held"

        /// Whether nothing but a person helps: the athlete, who must connect again, or whoever set another key.
        package var needsPerson: Bool {
            switch self {
            case .needsAuthorization, .missingScope, .wrongKey, .deletionsHeld: true
            case .appInactive, .stravaRefused, .stravaUnavailable, .databaseUnavailable: false
            }
        }
    }

    package var code: Code
    /// A sentence for people, naming the cure where there is one.
    ///
    /// Never a secret.
    package var message: String
    package var at: UTCInstant

    package init(code: Code, message: String, at: UTCInstant) {
        self.code = code
        self.message = message
        self.at = at
    }
}

/// How a sync that somebody waited for ended.
package enum SyncOutcome: Sendable, Hashable {
    case succeeded
    /// No athlete is connected.
    case notConnected
    /// The budget is spent until then; what was fetched is stored.
    case limited(until: UTCInstant)
    /// Strava failed, or refuses the athlete's tokens or the app.
    case stravaFailed(SyncProblem)
    /// The database is away.
    case storeFailed(SyncProblem)
    case shuttingDown

    /// Whether it was Strava that failed.
    var isStravas: Bool {
        guard case .stravaFailed = self else { return false }
        return true
    }
}

/// What a sync shall cover.
package enum SyncScope: Sendable, Hashable {
    /// The newest 200: one request.
    case newest
    /// The whole history, deletions included.
    case full
    /// The whole history; and a person says that whatever it lacks is gone, however much that is.
    case fullAcceptingDeletions
}

/// What somebody who asks for a sync waits for.
package enum SyncMilestone: Sendable, Hashable {
    /// The newest activities are stored; what else there is to fetch goes on without them.
    case newest
    /// Nothing is left to fetch that anybody asked for.
    case everything
}

extension SyncProblem {
    /// What is said of deletions that were held.
    init(_ held: HeldDeletions, stored: Int) {
        self.init(
            code: .deletionsHeld,
            message: """
                Strava's list lacks \(held.count) of \(stored) stored activities. So many at once, or any after the athlete \
                granted something else, are not deleted on its word. If they are really gone: paceline refresh --accept-deletions
                """,
            at: held.at)
    }
}

extension StravaFailure {
    /// `[]` as the first page of an athlete with a history: nearly always Strava's mistake.
    static func emptyList(stored: Int) -> StravaFailure {
        StravaFailure(
            .unavailable,
            "the list came back empty although \(stored) activities are stored; if they are really gone: "
                + "paceline refresh --accept-deletions")
    }
}
