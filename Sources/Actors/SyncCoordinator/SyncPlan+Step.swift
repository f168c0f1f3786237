/// What goes out of the plan, and what comes back.
extension SyncPlan {
    /// One request, and why it is made.
    package struct Step: Sendable, Hashable {
        enum Purpose: Sendable, Hashable {
            case newest
            case walk
            case rereading
            /// To ask for what the newest page lacked.
            case newestSuspect(Int64)
            /// To ask for what a re-reading lacked.
            case rereadingSuspect(Int64)

            /// Whether a re-reading takes it.
            var isOfRereading: Bool {
                switch self {
                case .rereading, .rereadingSuspect: true
                case .newest, .newestSuspect, .walk: false
                }
            }
        }

        let purpose: Purpose
        /// The page to fetch; nil when it is one activity that is asked for.
        package let query: ActivityQuery?
        package let priority: RequestPriority
        /// Whether somebody or something waits for it: all but the requests of a re-reading that is spread over the day.
        package let isUrgent: Bool
        /// Whether a failure is taken for an answer, so that nothing hangs on one activity for ever.
        var isLastTry = false

        /// Whether a look at the newest takes it.
        var isOfNewest: Bool {
            switch purpose {
            case .newest, .newestSuspect: true
            case .walk, .rereading, .rereadingSuspect: false
            }
        }

        /// The activity that is asked for.
        var suspect: Int64? {
            switch purpose {
            case .newestSuspect(let id), .rereadingSuspect(let id): id
            case .newest, .walk, .rereading: nil
            }
        }
    }

    /// What came of a step.
    package enum Answer: Sendable {
        case page(ActivityPage)
        case finding(Suspects.Finding)
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
        /// What the newest page lacked.
        var suspects: [Int64] = []
        /// What the newest page has, or what a lookup found there.
        var seen: Set<Int64> = []
        /// Whether nothing was found out: Strava refused, or did not answer, and the plan goes on without.
        var isVain = false
        /// See ``SyncPlan/recent``.
        var recent: Set<Int64>?
    }
}
