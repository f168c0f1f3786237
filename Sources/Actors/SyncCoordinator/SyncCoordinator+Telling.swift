/// What everybody else hears of the sync, and when.
extension SyncCoordinator {
    /// What `/strava/status` shows of the sync.
    package func status() -> SyncStatus {
        var status = SyncStatus(health, plan, mirror, isSyncing: isSyncing)
        (status.state, status.pages, status.pageTime) = (shownState, reports.pages, pageTime)
        return status
    }

    func publish() async {
        version += 1
        await emit(
            .published(
                Snapshot(
                    version: version, activities: mirror.history, isComplete: plan.state.isComplete,
                    fetchedAt: plan.state.lastSuccessAt)))
    }

    /// One line when deletions begin to be held, or others than before.
    func showHeld() async {
        let held = plan.heldDeletions
        defer { shownHeld = held }
        if let held, held.count != shownHeld?.count {
            await emit(.deletionsHeld(count: held.count, stored: mirror.count))
        }
    }

    func showState() async {
        let state = health.state(isSyncing: isSyncing)
        guard state != shownState else { return }
        let old = shownState
        shownState = state
        await emit(.stateChanged(from: old, to: state, problem: health.problem))
    }
}
