import Actors

/// One question that the snapshot can answer, with everything that the answer depends on.
enum AnswerKey: Hashable, Sendable {
    case yearToDate
    case recentActivities
    case monthly
    case totals
    case yearly
    case longest(Record, year: Int?)
    case activities(ActivityPageQuery)

    /// What the key itself occupies beside its answer, nearly.
    ///
    /// A client chooses the type's length: uncounted, many long ones with small answers would outgrow the cache's bound.
    var weight: Int {
        if case .activities(let query) = self { query.filter.type?.utf8.count ?? 0 } else { 0 }
    }

    /// The two records that are kept, each by its legacy type.
    enum Record: String, Hashable, Sendable {
        case run = "Run"
        case ride = "Ride"

        /// As the 404 names them.
        var plural: String {
            switch self {
            case .run: "runs"
            case .ride: "rides"
            }
        }
    }
}

/// The query of `/strava/activities`.
struct ActivityPageQuery: Hashable, Sendable {
    var limit: Int
    var offset: Int
    var filter: ActivityFilter
}
