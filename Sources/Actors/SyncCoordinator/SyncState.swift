/// Where the mirror stands, as the store keeps it: enough to go on after a crash at any point.
package struct SyncState: Sendable, Hashable {
    /// Whose activities are stored; nil before the first page.
    package var athleteID: Int64?
    /// Where the walk down the history goes on; nil when none is under way.
    package var cursor: BackfillCursor?
    /// Whether the whole history has been seen to its end at least once.
    package var isComplete: Bool
    /// When a sync last ended well; the `fetched_at` of every answer.
    package var lastSuccessAt: UTCInstant?

    package init(
        athleteID: Int64? = nil, cursor: BackfillCursor? = nil, isComplete: Bool = false,
        lastSuccessAt: UTCInstant? = nil
    ) {
        self.athleteID = athleteID
        self.cursor = cursor
        self.isComplete = isComplete
        self.lastSuccessAt = lastSuccessAt
    }
}

/// The next page of a walk from the newest activity to the oldest.
package struct BackfillCursor: Sendable, Hashable {
    /// The bound of the list, one second above the oldest activity already stored, so that each page repeats at least one item
    /// of the page before it: whatever is inserted or deleted above the seam shifts nothing below it.
    package var before: UTCInstant
    /// The page under that bound; beyond 1 only after a page that brought nothing older.
    ///
    /// 0 after a short page: look strictly below the oldest activity first, since an empty page there is the end.
    package var page: Int

    package init(before: UTCInstant, page: Int) {
        self.before = before
        self.page = page
    }
}
