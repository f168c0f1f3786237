extension HomePage {
    /// What the page shows.
    struct Model: Sendable, Hashable {
        var connected: Bool
        var state: State
        /// How many activities the mirror holds.
        var activities: Int
        /// The first and the last day, `2012-06-18`; nil while there is nothing.
        var oldest: String?
        var newest: String?
        /// Whether the provider is the built-in sandbox, with its invented athlete.
        var isSandbox: Bool
        /// Nil while nothing is stored.
        var yearToDate: YearToDate?
        /// The newest few, newest first.
        var recent: [Recent] = []
        /// How the OAuth flow that led here ended, if one did.
        var message: Message?
    }

    /// The words of `/strava/status`.
    enum State: String, Sendable, Hashable, CaseIterable {
        case idle, syncing
        case waitingForBudget = "waiting_for_budget"
        case needsAuthorization = "needs_authorization"
        case missingScope = "missing_scope"
        case appInactive = "app_inactive"
        case failing

        /// What the word means to a person.
        var sentence: String {
            switch self {
            case .idle: "Up to date."
            case .syncing: "Fetching activities from Strava…"
            case .waitingForBudget:
                "Strava's request limit is used up for now. Fetching goes on by itself when it allows more."
            case .needsAuthorization: "Strava no longer accepts the stored permission. Please connect again."
            case .missingScope:
                "Strava did not give permission to read activities. Connect again and leave that box ticked."
            case .appInactive:
                "Strava has switched this application off. Its owner needs a Strava subscription, then re-activates it at strava.com/settings/api."
            case .failing: "Strava could not be reached the last time. Paceline tries again by itself."
            }
        }

        /// Whether connecting again is the way out.
        var wantsConnection: Bool { self == .needsAuthorization || self == .missingScope }
    }

    /// The sums of one year.
    struct YearToDate: Sendable, Hashable {
        var year: Int
        var run: Sums
        var ride: Sums
    }

    /// Metres and seconds.
    struct Sums: Sendable, Hashable {
        var count = 0
        var distance = 0.0
        var movingTime = 0
        var elevationGain = 0.0
    }

    /// One line of the list.
    struct Recent: Sendable, Hashable {
        var id: Int64
        var name: String
        var type: String
        /// The athlete's own day, `2025-12-25`.
        var day: String
        var distance: Double
        var movingTime: Int
    }

    /// What `?strava=` in the address says.
    enum Message: String, Sendable, Hashable, CaseIterable {
        case success, denied
        case missingScope = "missing_scope"
        case wrongAthlete = "wrong_athlete"

        var sentence: String {
            switch self {
            case .success: "Connected. Your history is being fetched now; you can watch it below."
            case .denied: "Nothing was connected: the request was declined on Strava's page."
            case .missingScope:
                "Nothing was connected: Paceline needs to see your activities. Please try again and leave that box ticked."
            case .wrongAthlete: "Nothing was connected: this server belongs to another athlete."
            }
        }
    }
}
