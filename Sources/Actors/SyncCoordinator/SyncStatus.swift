/// What people see of the sync.
package struct SyncStatus: Sendable, Hashable {
    package var isConnected: Bool
    package var state: ConnectionState
    package var isComplete: Bool
    package var activities: Int
    package var oldest: LocalDate?
    package var newest: LocalDate?
    package var lastSuccessAt: UTCInstant?
    /// When the newest page was last stored, by whichever process.
    package var newestAt: UTCInstant?
    /// When the last re-reading of the whole list that reached its end began.
    package var validatedAt: UTCInstant?
    /// Whether history is still being fetched, so that there is progress to show.
    package var isWalking: Bool
    /// Pages that the sync under way has fetched.
    package var pages: Int
    /// Requests that the walk under way still takes; nil when none is, or nobody can know.
    package var pagesLeft: Int?
    /// How long the last page took, from the request until it was stored.
    package var pageTime: Duration
    package var problem: SyncProblem?

    /// What the parts tell; pages and their time are the coordinator's to add.
    init(_ health: SyncHealth, _ plan: SyncPlan, _ mirror: ActivityMirror, isSyncing: Bool) {
        isConnected = health.isConnected
        state = health.state(isSyncing: isSyncing)
        isComplete = plan.state.isComplete
        activities = mirror.count
        oldest = mirror.history.last?.startDateLocal.date
        newest = mirror.history.first?.startDateLocal.date
        lastSuccessAt = plan.state.lastSuccessAt
        // A state of an older version does not tell it; what was then stored last was as good as the newest page.
        newestAt = plan.state.newestAt ?? plan.state.lastSuccessAt
        validatedAt = plan.state.validatedAt
        isWalking = plan.isWalking || isSyncing
        pages = 0
        pagesLeft = plan.pagesLeft(mirror)
        pageTime = .zero
        problem = health.problem ?? plan.heldDeletions.map { SyncProblem($0, stored: mirror.count) }
    }
}
