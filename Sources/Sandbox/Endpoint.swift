internal import HTTP

/// What faults and the log tell apart.
package enum Endpoint: String, Sendable, CaseIterable {
    case authorize, token, revoke, deauthorize, activities, activity, athlete, stats

    /// Whether calls count against the rate limits and carry their headers; OAuth calls do neither.
    var isData: Bool {
        switch self {
        case .activities, .activity, .athlete, .stats: true
        case .authorize, .token, .revoke, .deauthorize: false
        }
    }

    var methods: [String] {
        switch self {
        case .authorize: ["GET", "POST"]
        case .token, .revoke, .deauthorize: ["POST"]
        case .activities, .activity, .athlete, .stats: ["GET"]
        }
    }

    /// The endpoint behind a path in either layout: below `/api/v3`, or bare as on the host that opens in 2027.
    init?(path: Substring) {
        let prefix = "/api/v3"
        let bare = path.hasPrefix(prefix + "/") ? path.dropFirst(prefix.count) : path
        switch bare {
        case "/oauth/authorize", "/oauth/mobile/authorize": self = .authorize
        case "/oauth/token": self = .token
        case "/oauth/revoke": self = .revoke
        case "/oauth/deauthorize": self = .deauthorize
        case "/athlete/activities": self = .activities
        case "/athlete": self = .athlete
        case _ where Self.activityID(inPath: bare) != nil: self = .activity
        case _ where Self.athleteID(inStatsPath: bare) != nil: self = .stats
        default: return nil
        }
    }

    /// The number in `/activities/{id}`, whatever stands before.
    static func activityID(inPath path: Substring) -> Int64? {
        let parts = path.split(separator: "/")
        guard parts.count >= 2, parts[parts.count - 2] == "activities", let last = parts.last else { return nil }
        return Int64(last)
    }

    /// The number in `/athletes/{id}/stats`, whatever stands before.
    static func athleteID(inStatsPath path: Substring) -> Int64? {
        let parts = path.split(separator: "/")
        guard parts.count >= 3, parts[parts.count - 3] == "athletes", parts.last == "stats" else { return nil }
        return Int64(parts[parts.count - 2])
    }
}
