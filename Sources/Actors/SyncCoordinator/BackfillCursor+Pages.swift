/// How a walk moves down the list.
extension BackfillCursor {
    /// Where a walk goes on below a first page; nil when nothing on it has a date.
    init?(below page: ActivityPage) {
        guard let oldest = page.oldest else { return nil }
        self.init(before: oldest + .seconds(1), page: page.isShort ? 0 : 1)
    }

    /// Where to look before an empty page is believed; nil when it is.
    ///
    /// A page that begins at the seam has the seam's own activity on it. Without even that it comes from a Strava that answers `[]` to
    /// everything, or the activity has just been deleted: what lies strictly below tells which.
    func doubting(_ mirror: ActivityMirror) -> BackfillCursor? {
        guard page == 1, mirror.count(startedBefore: before) > mirror.count(startedBefore: before - .seconds(1)) else {
            return nil
        }
        return BackfillCursor(before: before, page: 0)
    }

    /// What to ask for.
    var query: ActivityQuery {
        guard page == 0 else { return ActivityQuery(before: before, page: page, perPage: SyncPlan.perPage) }
        return ActivityQuery(before: before - .seconds(1), perPage: SyncPlan.perPage)
    }

    /// A page moves the bound down to one second above its oldest item, which repeats that item and whatever shares its second:
    /// an insertion or deletion above the seam can then shift nothing past it.
    ///
    /// After a short page, which may be the last, the next request looks strictly below the oldest item: at the end of the
    /// history that is the empty page that proves it, at no extra request. If it is not empty, the walk goes on from the seam.
    func advanced(past page: ActivityPage) -> BackfillCursor {
        if self.page == 0 { return BackfillCursor(before: before, page: 1) }
        if let oldest = page.oldest, oldest + .seconds(1) < before {
            return BackfillCursor(before: oldest + .seconds(1), page: page.isShort ? 0 : 1)
        }
        return BackfillCursor(before: before, page: self.page + 1)
    }
}

extension ActivityPage {
    /// How many items came, decoded or not.
    var count: Int { activities.count + rejected.count }

    /// Fewer than were asked for: perhaps the last, perhaps not.
    var isShort: Bool { count < SyncPlan.perPage }

    /// When the oldest activity on it started.
    var oldest: UTCInstant? { activities.map(\.startDate).min() }

    /// Every id on the page, those of items that could not be decoded included.
    var ids: Set<Int64> { Set(activities.map(\.id)).union(rejected.compactMap(\.id)) }

    /// Whether what lies within the page's stretch and is not on it is gone.
    ///
    /// A page that is out of order covers no stretch.
    var provesAbsence: Bool {
        !hasUnknownItems && zip(activities, activities.dropFirst()).allSatisfy { $0.startDate >= $1.startDate }
    }

    /// Whether some item did not even tell its id, so that the page cannot prove that an activity is gone.
    var hasUnknownItems: Bool { rejected.contains { $0.id == nil } }
}
