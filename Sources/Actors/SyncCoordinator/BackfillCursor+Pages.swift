/// How a walk moves down the list.
extension BackfillCursor {
    /// Where a walk goes on after the top of the list.
    ///
    /// A first page that gives no bound is gone past by counting pages, under a bound that leaves nothing out.
    init(afterTop page: ActivityPage, at now: UTCInstant) {
        let newest = page.activities.map(\.startDate).max() ?? now
        let above = max(newest + PageSeam.reach, now) + .seconds(86_400)
        self = Self.moved(down: page, from: above) ?? BackfillCursor(before: above, page: 2)
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
    /// The ``page`` of a re-reading that has reached the end of the list and asks for what it missed, one by one.
    static let ended = -2

    /// What it means that nothing came under this cursor.
    ///
    /// A page that begins at the seam has the seam's own activity on it. Without even that it comes from a Strava that answers `[]` to
    /// everything, or the activity has just been deleted. What lies strictly below cannot tell which, for at the end of the history
    /// that is empty as well; a page that begins well above the seam can.
    ///
    /// - Parameter missing: what a re-reading lacked so far.
    func emptiness(_ mirror: ActivityMirror, lacking missing: [Int64] = []) -> Emptiness {
        if page == Self.raised { return .untrue }
        guard page == 1, Self.hasSeam(before, mirror) || Self.hasSeam(before - PageSeam.reach, mirror) else {
            return .end
        }
        return .doubtful(raised(mirror, lacking: missing))
    }

    /// The bound some way above this one, from where Strava has to have something: what was lacking there does not count.
    func raised(_ mirror: ActivityMirror, lacking missing: [Int64]) -> BackfillCursor {
        let above = mirror.missing(from: Set(missing), startedBefore: nil, notBefore: before).suffix(Self.doubted).first
        let start = above.flatMap(mirror.activity)?.startDate
        return BackfillCursor(before: start.map { $0 + .seconds(1) } ?? before, page: Self.raised)
    }

    private static func hasSeam(_ bound: UTCInstant, _ mirror: ActivityMirror) -> Bool {
        mirror.count(startedBefore: bound) > mirror.count(startedBefore: bound - .seconds(1))
    }

    /// Whether the page begins right below the bound: others have the second of the seam, or pages, in between.
    var beginsAtBound: Bool { page == 1 || page == Self.raised }

    /// What to ask for.
    var query: ActivityQuery {
        guard page == 0 else { return ActivityQuery(before: before, page: max(page, 1), perPage: SyncPlan.perPage) }
        return ActivityQuery(before: before - .seconds(1), perPage: SyncPlan.perPage)
    }

    /// A page moves the bound down to its seam, so that the next page repeats its oldest item and whatever shares its second: an
    /// insertion or deletion above the seam can then shift nothing past it.
    ///
    /// After a short page, which may be the last, the next request looks strictly below the oldest item: at the end of the
    /// history that is the empty page that proves it, at no extra request. If it is not empty, the walk goes on from the seam.
    func advanced(past page: ActivityPage) -> BackfillCursor {
        if self.page == 0 { return BackfillCursor(before: before, page: 1) }
        return Self.moved(down: page, from: before) ?? BackfillCursor(before: before, page: max(self.page, 1) + 1)
    }

    /// The cursor at the page's seam; nil when that is no way down, and pages under the old bound must be counted.
    ///
    /// Each cursor so lies lower than the one before it, or counts a page more, and so comes to the end.
    private static func moved(down page: ActivityPage, from bound: UTCInstant) -> BackfillCursor? {
        guard let seam = page.seam, seam.bound < bound else { return nil }
        if seam.isExact { return BackfillCursor(before: seam.bound, page: page.isShort ? 0 : 1) }
        // A page most of which would come again is better left by counting: hundreds of activities within two days, or the last page.
        let passed = page.activities.count { $0.startDate >= seam.bound }
        return passed * 2 >= page.activities.count ? BackfillCursor(before: seam.bound, page: 1) : nil
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

    /// Whether what lies within the page's stretch and is not on it may be taken for missing.
    ///
    /// A page in no order that can be explained covers no stretch.
    var provesAbsence: Bool { !hasUnknownItems && seam != nil }

    /// Whether some item did not even tell its id, so that the page cannot prove that an activity is gone.
    var hasUnknownItems: Bool { rejected.contains { $0.id == nil } }
}
