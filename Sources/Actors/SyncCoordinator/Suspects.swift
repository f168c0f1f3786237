/// Activities that a listing lacked and that are to be asked for, one by one, before they are deleted.
///
/// A listing takes hours, and what was moved meanwhile from below the place where it stood to above it is lacking although it is
/// there; so is, on the newest page, what was moved off it. `GET /activities/{id}` has no such gap: it tells what is true in one moment.
package struct Suspects: Sendable {
    /// What Strava answered of one.
    package enum Finding: Sendable, Hashable {
        /// It is there, like this.
        case there(Activity)
        /// It is not, or not for this token: listing and lookup agree.
        case gone
        /// Neither: whatever the listing says, nothing is deleted on its word alone.
        case unclear
    }

    /// How often one is asked for before it is left as it is, until the next re-reading: Strava answers 500 for some ids and never anything
    /// else, and that must not stop everything.
    static let tries = 3

    /// More than so many are asked for in the background, whoever waits: they are no reason to use up what is kept for people.
    static let few = 20

    private(set) var ids: [Int64] = []
    private(set) var priority = RequestPriority.scheduled

    var isEmpty: Bool { ids.isEmpty }
    /// Whether nobody is kept waiting for them.
    var areMany: Bool { priority == .background }
    var first: Int64? { ids.first }

    init() {}

    /// - Parameter priority: that of the look which lacked them.
    init(_ ids: [Int64], _ priority: RequestPriority) {
        self.ids = ids
        self.priority = ids.count > Self.few ? .background : priority
    }

    /// Strikes off what has been found out.
    mutating func settle(_ id: Int64) { ids.removeAll { $0 == id } }

    /// Notes that nobody waits for it any longer.
    mutating func calm() { priority = min(priority, .scheduled) }
}
