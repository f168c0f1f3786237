/// What goes out of the plan, and what comes back.
extension SyncPlan {
    /// One request, and why it is made.
    package struct Step: Sendable, Hashable {
        /// The reading that takes it.
        enum Purpose: Sendable, Hashable {
            case newest
            case walk
            case rereading
        }

        package enum Request: Sendable, Hashable {
            case page(ActivityQuery)
            /// To ask for one activity that the reading lacked. On the last try a failure is taken for an answer, so that nothing hangs on
            /// one activity for ever.
            case lookup(Int64, isLastTry: Bool)
        }

        let purpose: Purpose
        package let request: Request
        package let priority: RequestPriority
        /// Whether somebody or something waits for it: all but the requests of a re-reading that is spread over the day.
        package let isUrgent: Bool

        /// The activity that is asked for; nil when it is a page.
        var suspect: Int64? {
            guard case .lookup(let id, _) = request else { return nil }
            return id
        }
    }

    /// What came of a step.
    package enum Answer: Sendable {
        case page(ActivityPage)
        /// Of the activity with this id.
        case finding(Int64, Suspects.Finding)
    }

    /// An empty page that is doubted although nothing shows that it is untrue, because a person's word hangs on it.
    struct Doubt: Sendable, Hashable {
        /// When the re-reading began.
        var startedAt: UTCInstant
        /// The bound below which nothing came.
        var bound: UTCInstant
    }

    /// What an answer leads to: first the store, then ``committed(_:)``.
    package struct Landing: Sendable {
        package let batch: SyncBatch
        /// Rows that the listing lacks but that are not to be believed gone; they stay.
        package let held: HeldDeletions?
        /// Whether this was the first time that the end of the history was seen.
        package let completesHistory: Bool
        /// Whether a re-reading of the whole list has come to its end.
        package let endsRereading: Bool
        let purpose: Step.Purpose
        /// The activity that was asked for; nil when it was a page.
        var suspect: Int64?
        /// What the newest page lacked.
        var suspects: [Int64] = []
        /// The empty page that is asked about again.
        var doubt: Doubt?
        /// What the newest page has, or what a lookup did not find gone.
        var seen: Set<Int64> = []
        /// Whether nothing was found out: Strava refused, or did not answer, and the plan goes on without.
        var isVain = false
    }
}
