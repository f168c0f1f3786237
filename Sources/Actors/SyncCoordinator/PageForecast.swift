/// Foretells how many pages a walk or a re-reading still takes.
///
/// Strava's list does not tell its length. Where the whole history was seen before, the mirror knows it. On a first walk it is
/// guessed: as many activities a day as so far, back to the day on which the athlete came to Strava. Where Strava did not name
/// that day, or the walk has gone beyond it, nothing can be said.
struct PageForecast: Sendable {
    var cursor: BackfillCursor?
    var isComplete: Bool
    var memberSince: UTCInstant?

    /// Requests to the end, the empty page included; nil when nobody can know.
    func pagesLeft(_ mirror: ActivityMirror) -> Int? {
        guard let below = activitiesBelow(mirror) else { return nil }
        // Each page repeats an item of the page before it.
        return (below + SyncPlan.perPage - 2) / (SyncPlan.perPage - 1) + 1
    }

    private func activitiesBelow(_ mirror: ActivityMirror) -> Int? {
        if isComplete { return cursor.map { mirror.count(startedBefore: $0.before) } ?? mirror.count }
        guard let cursor, let memberSince, let newest = mirror.history.first?.startDate else { return nil }
        let walked = (newest - cursor.before).wholeMilliseconds
        let ahead = (cursor.before - memberSince).wholeMilliseconds
        guard walked > 0, ahead > 0 else { return nil }
        return Int(Double(mirror.count) * Double(ahead) / Double(walked))
    }
}
