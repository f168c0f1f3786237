/// Decides what to ask Strava next, and what each answer means for the mirror.
///
/// A sync is a look at the newest 200 activities, which catches whatever was added, edited or deleted among them, followed,
/// while the history has not been seen to its end, by a walk from the newest activity to the oldest. So a first sync, a resumed
/// one and an hourly refresh are the same plan with more or less left to do.
///
/// Inputs: ``request(_:_:)``, ``failed()``, ``landed(_:page:mirror:at:)`` with ``committed(_:)``. Invariants: nothing counts
/// before ``committed(_:)``, so a crash repeats at most one page; the history ends at an empty page and nowhere else; deletions
/// come only from a stretch of the list that was seen whole, and never in bulk.
package struct SyncPlan: Sendable {
    /// One request for a page of the list, and why it is made.
    package struct Step: Sendable, Hashable {
        enum Purpose: Sendable, Hashable {
            case newest
            case walk
        }

        let purpose: Purpose
        package let query: ActivityQuery
        package let priority: RequestPriority
    }

    /// What an answer leads to: first the store, then ``committed(_:)``.
    package struct Landing: Sendable {
        package let batch: SyncBatch
        /// Rows that a listing lacks but that are too many to believe; they stay.
        package let heldDeletions: Int
        /// Whether this was the first time that the end of the history was seen.
        package let completesHistory: Bool
        let purpose: Step.Purpose
        let walk: Walk?
        /// Whether it begins the complete re-reading that was asked for.
        let beginsFull: Bool
    }

    /// A walk down the list.
    struct Walk: Sendable, Hashable {
        var cursor: BackfillCursor
        /// Every id that a complete re-reading has met, to find what is gone; nil on a first walk, which deletes nothing.
        var seen: Set<Int64>?
    }

    static let perPage = 200
    /// More than this many rows at once, and more than a twentieth of all, are not deleted on the word of one listing.
    static let believableDeletions = 20

    package private(set) var state: SyncState
    private var walk: Walk?
    private var newest: RequestPriority?
    private var wantsFull = false
    private var underWay: Step.Purpose?

    package init(state: SyncState) {
        self.state = state
        walk = state.cursor.map { Walk(cursor: $0, seen: nil) }
    }

    /// Whether anything is left to ask for.
    package var isDone: Bool { newest == nil && walk == nil }

    /// Whether a walk is under way or will be, so that the mirror is still growing downwards.
    package var isWalking: Bool { walk != nil }

    /// Asks for a sync.
    ///
    /// One that is under way is joined, whatever it is doing; one that waits is hurried along.
    package mutating func request(_ scope: SyncScope, _ priority: RequestPriority) {
        if scope == .full, walk?.seen == nil {
            wantsFull = true
        } else if underWay != nil {
            return
        }
        newest = max(newest ?? priority, priority)
    }

    /// The next request to send; nil when there is none, or none that may go.
    ///
    /// - Parameter held: requests of this priority and below must wait; nil when nothing must.
    package mutating func next(holding held: RequestPriority?) -> Step? {
        underWay = nil
        if let newest, Self.mayGo(newest, holding: held) {
            underWay = .newest
            return Step(purpose: .newest, query: ActivityQuery(perPage: Self.perPage), priority: newest)
        }
        guard let walk, held == nil else { return nil }
        underWay = .walk
        return Step(purpose: .walk, query: Self.query(walk.cursor), priority: .background)
    }

    private static func query(_ cursor: BackfillCursor) -> ActivityQuery {
        guard cursor.page == 0 else { return ActivityQuery(before: cursor.before, page: cursor.page, perPage: perPage) }
        return ActivityQuery(before: cursor.before - .seconds(1), perPage: perPage)
    }

    private static func mayGo(_ priority: RequestPriority, holding held: RequestPriority?) -> Bool {
        guard let held else { return true }
        return priority > held
    }

    /// Notes that the step brought no page: it stays to be done, but nobody waits for it any longer.
    package mutating func failed() {
        underWay = nil
        if newest != nil { newest = .scheduled }
    }

    /// Notes whose history this is.
    package mutating func connected(_ athleteID: Int64) {
        state.athleteID = athleteID
    }

    /// What a page means.
    ///
    /// - Returns: nil when the page cannot be true: an empty list for an athlete with a history.
    package func landed(_ step: Step, page: ActivityPage, mirror: ActivityMirror, at now: UTCInstant) -> Landing? {
        switch step.purpose {
        case .newest: landedNewest(page, mirror, now)
        case .walk: landedWalk(page, mirror, now)
        }
    }

    /// Books a landing whose batch has reached the store.
    package mutating func committed(_ landing: Landing) {
        // Who connected while the batch was being written is not in it.
        let athleteID = state.athleteID
        state = landing.batch.state
        state.athleteID = athleteID
        walk = landing.walk
        guard landing.purpose == .newest else { return }
        if landing.beginsFull { wantsFull = false }
        // A complete re-reading that was asked for while the batch was being written has yet to begin.
        if !wantsFull { newest = nil }
    }

    // MARK: The newest page

    private func landedNewest(_ page: ActivityPage, _ mirror: ActivityMirror, _ now: UTCInstant) -> Landing? {
        guard let oldest = page.activities.map(\.startDate).min() else {
            guard page.isEmpty else { return landing(page, .newest, walkPastUnknown(at: now), now) }
            return mirror.isEmpty ? landing(page, .newest, nil, now, isComplete: true) : nil
        }
        let seen = page.ids
        let gone = page.provesAbsence ? mirror.missing(from: seen, startedAfter: oldest) : []
        return landing(
            page, .newest, walkAfterNewest(page, oldest, mirror), now, upserts: mirror.differences(in: page.activities),
            gone: gone, of: mirror.count)
    }

    /// The walk goes on where it was, unless it must start anew: on a first sync, for a complete re-reading, or when what is
    /// lowest on the page is not known, so that something unknown may lie below it.
    ///
    /// Any other known item would not do: it may be one that was moved up, or that a wrong clock dates into the future.
    private func walkAfterNewest(_ page: ActivityPage, _ oldest: UTCInstant, _ mirror: ActivityMirror) -> Walk? {
        let seen = page.ids
        let fresh = BackfillCursor(before: oldest + .seconds(1), page: page.count < Self.perPage ? 0 : 1)
        if wantsFull { return Walk(cursor: fresh, seen: page.hasUnknownItems ? nil : seen) }
        let isGap = page.activities.contains { $0.startDate == oldest && !mirror.contains($0.id) }
        if isGap || (!state.isComplete && walk == nil) {
            return Walk(cursor: fresh, seen: walk?.seen?.union(seen))
        }
        return walk.map { Walk(cursor: $0.cursor, seen: $0.seen?.union(seen)) }
    }

    /// Nothing on the page could be decoded, so it gives no bound: what lies below is reached by counting pages.
    private func walkPastUnknown(at now: UTCInstant) -> Walk? {
        guard wantsFull || (!state.isComplete && walk == nil) else { return walk }
        return Walk(cursor: BackfillCursor(before: now + .seconds(86_400), page: 2), seen: nil)
    }

    // MARK: The walk

    private func landedWalk(_ page: ActivityPage, _ mirror: ActivityMirror, _ now: UTCInstant) -> Landing? {
        guard let walk else { return nil }
        if page.isEmpty { return landedEnd(walk, page, mirror, now) }
        var next = walk
        next.seen?.formUnion(page.ids)
        if page.hasUnknownItems { next.seen = nil }
        next.cursor = Self.cursor(after: walk.cursor, page)
        return landing(page, .walk, next, now, upserts: mirror.differences(in: page.activities))
    }

    private func landedEnd(_ walk: Walk, _ page: ActivityPage, _ mirror: ActivityMirror, _ now: UTCInstant) -> Landing {
        let gone = walk.seen.map { mirror.missing(from: $0) } ?? []
        return landing(page, .walk, nil, now, gone: gone, of: mirror.count, isComplete: true)
    }

    /// A page moves the bound down to one second above its oldest item, which repeats that item and whatever shares its second:
    /// an insertion or deletion above the seam can then shift nothing past it.
    ///
    /// After a short page, which may be the last, the next request looks strictly below the oldest item: at the end of the
    /// history that is the empty page that proves it, at no extra request. If it is not empty, the walk goes on from the seam.
    private static func cursor(after cursor: BackfillCursor, _ page: ActivityPage) -> BackfillCursor {
        let oldest = page.activities.map(\.startDate).min()
        if cursor.page == 0 { return BackfillCursor(before: cursor.before, page: 1) }
        if let oldest, oldest + .seconds(1) < cursor.before {
            return BackfillCursor(before: oldest + .seconds(1), page: page.count < perPage ? 0 : 1)
        }
        return BackfillCursor(before: cursor.before, page: cursor.page + 1)
    }

    private static func isBelievable(_ deletions: Int, of stored: Int) -> Bool {
        deletions == 0 || (deletions < stored && (deletions <= believableDeletions || deletions * 20 <= stored))
    }

    /// - Parameters:
    ///   - gone: what the listing lacks; deleted if that is believable, held if not.
    ///   - stored: how many rows there are to delete from.
    private func landing(
        _ page: ActivityPage, _ purpose: Step.Purpose, _ walk: Walk?, _ now: UTCInstant, upserts: [Activity] = [],
        gone: [Int64] = [], of stored: Int = 0, isComplete: Bool = false
    ) -> Landing {
        let isBelievable = Self.isBelievable(gone.count, of: stored)
        var next = state
        next.isComplete = state.isComplete || isComplete
        // A complete re-reading starts over after a crash, since what it has seen is not stored; a first walk resumes.
        next.cursor = walk?.seen == nil ? walk?.cursor : state.cursor
        next.lastSuccessAt = now
        return Landing(
            batch: SyncBatch(
                upserts: upserts, deletions: isBelievable ? gone : [], rejected: page.rejected, state: next,
                fetchedAt: now),
            heldDeletions: isBelievable ? 0 : gone.count, completesHistory: next.isComplete && !state.isComplete,
            purpose: purpose, walk: walk,
            beginsFull: purpose == .newest && wantsFull)
    }
}

extension ActivityPage {
    /// How many items came, decoded or not.
    var count: Int { activities.count + rejected.count }

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
