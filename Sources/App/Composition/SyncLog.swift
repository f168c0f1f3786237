import Actors
import Logging
import ServiceLifecycle

/// Writes what happens to the sync into the log: one line per change, not one per attempt.
struct SyncLog: Service {
    let events: AsyncStream<SyncEvent>
    let logger: Logger

    func run() async {
        for await event in events.cancelOnGracefulShutdown() { write(event) }
    }

    private func write(_ event: SyncEvent) {
        switch event {
        case .published, .confirmed: break
        case .stateChanged(let old, let new, let problem): writeState(old, new, problem)
        case .finished(let report): writeReport(report)
        case .setAside(let items):
            for item in items {
                logger.warning(
                    "an activity could not be read and was set aside",
                    metadata: ["activity": "\(item.id.map(String.init) ?? "unknown")", "reason": "\(item.reason)"])
            }
        case .deletionsHeld(let count, let stored):
            logger.warning(
                "Strava's list lacks so many activities that none was deleted",
                metadata: [
                    "missing": "\(count)", "stored": "\(stored)",
                    "cure": "if they are really gone: paceline refresh --accept-deletions",
                ])
        }
    }

    private func writeState(_ old: ConnectionState, _ new: ConnectionState, _ problem: SyncProblem?) {
        let isRoutine = [.idle, .syncing].contains(old) && [.idle, .syncing].contains(new)
        var metadata: Logger.Metadata = ["from": "\(old.rawValue)", "to": "\(new.rawValue)"]
        if let problem { metadata["reason"] = "\(problem.message)" }
        logger.log(
            level: isRoutine ? .debug : problem == nil ? .notice : .warning, "sync state changed", metadata: metadata)
    }

    private func writeReport(_ report: SyncReport) {
        // The sentence that the original's document tells people to look for.
        let text =
            report.completedHistory
            ? "All Strava data cached successfully"
            : report.isRereading ? "Strava's whole list compared" : "Strava refreshed"
        logger.info(
            "\(text)",
            metadata: [
                "activities": "\(report.stored)", "written": "\(report.written)", "deleted": "\(report.deleted)",
                "requests": "\(report.requests)", "ms": "\(report.elapsed.wholeMilliseconds)",
            ])
    }
}
