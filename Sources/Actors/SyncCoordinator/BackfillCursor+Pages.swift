/// How a walk moves down the list.
extension BackfillCursor {
    /// Where a walk goes on below a first page; nil when nothing on it has a date.
    init?(below page: ActivityPage) {
        guard let oldest = page.oldest else { return nil }
        self.init(before: oldest + .seconds(1), page: page.isShort ? 0 : 1)
    }

    /// What an empty page means.
    enum Emptiness: Hashable {
        /// The list ends here.
        case end
        /// Perhaps; what comes under this cursor tells.
        case doubtful(BackfillCursor)
        /// Strava answers `[]` to everything.
        case untrue
    }

    /// How far above the seam a doubt begins: so many activities are not deleted between two pages.
    static let doubted = 100
    /// The ``page`` of a cursor whose bound was raised because an empty page was doubted.
    static let raised = -1

    /// What it means that nothing came under this cursor.
    ///
    /// A page that begins at the seam has the seam's own activity on it. Without even that it comes from a Strava that answers `[]` to
    /// everything, or the activity has just been deleted. What lies strictly below cannot tell which, for at the end of the history
    /// that is empty as well; a page that begins well above the seam can.
    func emptiness(_ mirror: ActivityMirror) -> Emptiness {
        if page == Self.raised { return .untrue }
        guard page == 1, mirror.count(startedBefore: before) > mirror.count(startedBefore: before - .seconds(1)) else {
            return .end
        }
        let above = mirror.missing(from: [], startedBefore: nil, notBefore: before).suffix(Self.doubted).first
        let start = above.flatMap(mirror.activity)?.startDate
        return .doubtful(BackfillCursor(before: start.map { $0 + .seconds(1) } ?? before, page: Self.raised))
    }

    /// Whether the page begins right below the bound: others have the second of the seam, or pages, in between.
    var beginsAtBound: Bool { page == 1 || page == Self.raised }

    /// What to ask for.
    var query: ActivityQuery {
        guard page == 0 else { return ActivityQuery(before: before, page: max(page, 1), perPage: SyncPlan.perPage) }
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
        return BackfillCursor(before: before, page: max(self.page, 1) + 1)
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
