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
    /// When the newest page was last stored, by whichever process.
    package var newestAt: UTCInstant?
    /// The scope that the stored activities were last listed with from end to end; nil when nobody knows.
    ///
    /// A list read with another one may lack activities that are still there, so its silence deletes nothing.
    package var scope: String?
    /// The re-reading of the whole list that is under way.
    package var rereading: Rereading?
    /// When the last reading of the whole list that reached its end began: no stored activity was confirmed longer ago.
    package var validatedAt: UTCInstant?
    /// What the last re-reading did not find and nobody believes to be gone.
    package var heldDeletions: HeldDeletions?
    /// When the athlete came to Strava, which is about where their history ends; nil when Strava did not say.
    package var memberSince: UTCInstant?

    package init(
        athleteID: Int64? = nil, cursor: BackfillCursor? = nil, isComplete: Bool = false,
        lastSuccessAt: UTCInstant? = nil, newestAt: UTCInstant? = nil, scope: String? = nil,
        rereading: Rereading? = nil, validatedAt: UTCInstant? = nil, heldDeletions: HeldDeletions? = nil,
        memberSince: UTCInstant? = nil
    ) {
        self.athleteID = athleteID
        self.cursor = cursor
        self.isComplete = isComplete
        self.lastSuccessAt = lastSuccessAt
        self.newestAt = newestAt
        self.scope = scope
        self.rereading = rereading
        self.validatedAt = validatedAt
        self.heldDeletions = heldDeletions
        self.memberSince = memberSince
    }
}

/// The next page of a walk from the newest activity to the oldest.
package struct BackfillCursor: Sendable, Hashable {
    /// The bound of the list, one second above the oldest activity already stored, or more where starts are hidden, so that each page
    /// repeats at least one item of the page before it: whatever is inserted or deleted above the seam shifts nothing below it.
    package var before: UTCInstant
    /// The page under that bound; beyond 1 only after a page that brought nothing older.
    ///
    /// 0 after a short page: look strictly below the oldest activity first, since an empty page there is the end. -1 after an empty
    /// page that is doubted: the bound was raised, to see whether Strava answers `[]` to everything. -2 when a re-reading has
    /// reached the end of the list and asks for what it lacked.
    package var page: Int

    package init(before: UTCInstant, page: Int) {
        self.before = before
        self.page = page
    }
}

/// A re-reading of the whole list, page by page, and what it has found missing so far.
///
/// Absences are remembered, and not the ids that were seen, but for those that a page to come might be thought to lack: there are few of
/// both, they survive a restart, and an activity that is added above the place where the reading stands cannot become an absence.
package struct Rereading: Sendable, Hashable {
    /// Where it goes on; nil before its first page, which is the top of the list.
    package var cursor: BackfillCursor?
    package var startedAt: UTCInstant
    /// How many pages it has read.
    package var pages: Int
    /// Time from one page to the next; zero when the reading was asked for and shall not wait.
    package var spacing: Duration
    /// Ids that are stored and were not where the list should have them: smallest first.
    package var missing: [Int64]
    /// Ids that it has met and that are told to have begun below where it goes on, as hidden starts are: smallest first.
    ///
    /// They are not missing there. Mostly the one item of the seam; more where starts are hidden, pages are counted or an end is doubted.
    package var met: [Int64]
    /// Whether every page until now could prove an absence.
    package var isSound: Bool
    /// With which scope its pages are listed; nil when nobody knows.
    package var scope: String?
    /// Whether a person said beforehand that whatever it lacks is gone.
    ///
    /// It is this reading's own and fixed when it begins, so that the word is good for one listing, whoever ends it.
    package var acceptsDeletions: Bool

    package init(
        cursor: BackfillCursor? = nil, startedAt: UTCInstant, pages: Int = 0, spacing: Duration = .zero,
        missing: [Int64] = [], met: [Int64] = [], isSound: Bool = true, scope: String? = nil,
        acceptsDeletions: Bool = false
    ) {
        self.cursor = cursor
        self.startedAt = startedAt
        self.pages = pages
        self.spacing = spacing
        self.missing = missing
        self.met = met
        self.isSound = isSound
        self.scope = scope
        self.acceptsDeletions = acceptsDeletions
    }

    /// When the next page is due.
    ///
    /// Counted from the start, so that what was slept through is made up for.
    package var nextPageAt: UTCInstant { isEnded ? startedAt : startedAt + spacing * pages }

    /// Whether the list has been read to its end, and what it lacked is being asked for.
    package var isEnded: Bool { cursor?.page == BackfillCursor.ended }

    /// This reading at the end of the list.
    func ended(at bound: UTCInstant, lacking missing: [Int64]) -> Rereading {
        var ended = self
        ended.cursor = BackfillCursor(before: bound, page: BackfillCursor.ended)
        ended.missing = missing.sorted()
        ended.met = []
        return ended
    }

    /// Notes that these ids are there after all.
    mutating func note(_ seen: Set<Int64>) {
        if !missing.isEmpty { missing.removeAll { seen.contains($0) } }
    }
}

/// Stored activities that a listing lacked and that were not deleted on its word.
package struct HeldDeletions: Sendable, Hashable {
    package var count: Int
    /// When the listing ended.
    package var at: UTCInstant

    package init(count: Int, at: UTCInstant) {
        self.count = count
        self.at = at
    }
}
