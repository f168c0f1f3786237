/// Finds variables that were probably meant for Paceline: a misspelt name is otherwise silently without effect.
enum Misspelling {
    /// Every name that Paceline reads.
    static let known = [
        "ENVIRONMENT", "HOST", "PORT", "DATABASE_URL", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB",
        "POSTGRES_HOST", "POSTGRES_PORT", "INTERNAL_API_KEY", "STATE_SECRET", "ENCRYPTION_KEY", "STRAVA_CLIENT_ID",
        "STRAVA_CLIENT_SECRET", "STRAVA_REDIRECT_URI", "STRAVA_API_URL", "STRAVA_OAUTH_URL", "ATHLETE_ID",
        "FRONTEND_URL", "CORS_ORIGINS", "TRUSTED_PROXIES", "REFRESH_INTERVAL", "RECONCILE_INTERVAL", "LOG_LEVEL",
        "LOG_FORMAT", "REUSE_PORT",
        "HTTP_MAX_CONNECTIONS", "HTTP_MAX_CONNECTIONS_PER_CLIENT", "HTTP_MAX_HEADER_BYTES", "HTTP_MAX_TARGET_BYTES",
        "HTTP_MAX_FIELDS", "HTTP_MAX_BODY_BYTES", "HTTP_HEADER_TIMEOUT", "HTTP_BODY_TIMEOUT", "HTTP_IDLE_TIMEOUT",
        "HTTP_WRITE_TIMEOUT", "BUDGET_RESERVE_QUARTER", "BUDGET_RESERVE_DAY",
    ]

    /// Short names such as `HOST` have too many honest neighbours (`HOME`) to guess from.
    private static let guessable = known.filter { $0.count >= 9 }

    /// One warning per name that is nearly one of ours.
    static func warnings(in names: some Sequence<String>) -> [String] {
        names.sorted().compactMap { name in
            guard !known.contains(name), (7...40).contains(name.utf8.count) else { return nil }
            let upper = name.uppercased()
            guard let meant = guessable.first(where: { distance(upper, $0, atMost: 2) }) else { return nil }
            return "\(name) is not a variable of Paceline's. Was \(meant) meant?"
        }
    }

    /// Whether at most `limit` letters must be added, removed, replaced or swapped with their neighbour.
    static func distance(_ left: String, _ right: String, atMost limit: Int) -> Bool {
        let left = Array(left.utf8)
        let right = Array(right.utf8)
        guard abs(left.count - right.count) <= limit else { return false }
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                var cost = min(
                    previous[column + 1] + 1, current[column] + 1,
                    previous[column] + (left[row] == right[column] ? 0 : 1))
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[right.count] <= limit
    }
}
