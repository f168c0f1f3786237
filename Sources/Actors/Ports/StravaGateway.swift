/// The remote API as the domain sees it: values in, values or a typed failure out.
///
/// Nothing above this port reads a status code or a header. Every answer and every failure carries what it said about the
/// budget, because Strava counts refused calls too.
package protocol StravaGateway: Sendable {
    /// Trades the one-time code of the OAuth callback for tokens.
    func exchange(code: Secret) async throws(StravaFailure) -> StravaReply<TokenGrant>

    /// Trades a refresh token for the running or a new access token (see ``TokenGrant``).
    func refresh(_ refreshToken: Secret) async throws(StravaFailure) -> StravaReply<TokenGrant>

    /// One page of `GET /athlete/activities`.
    func activities(_ query: ActivityQuery, accessToken: Secret) async throws(StravaFailure)
        -> StravaReply<ActivityPage>

    /// `GET /activities/{id}`: one activity as it is now; nil when Strava has none of this id that the token may see.
    func activity(_ id: Int64, accessToken: Secret) async throws(StravaFailure) -> StravaReply<Activity?>
}

/// A value that Strava answered with, and what came beside it.
package struct StravaReply<Value: Sendable>: Sendable {
    package var value: Value
    /// The rate-limit headers; nil when the reply had none, as token replies do.
    package var usage: RateUsage?
    /// The reply's `Date` header: Strava's clock, which its windows and expiries follow.
    package var serverDate: UTCInstant?

    package init(_ value: Value, usage: RateUsage? = nil, serverDate: UTCInstant? = nil) {
        self.value = value
        self.usage = usage
        self.serverDate = serverDate
    }
}

/// Which part of the list to fetch.
///
/// `page` counts from 1; at most 200 items come per page.
package struct ActivityQuery: Sendable, Hashable {
    /// Only activities that started before this moment; nil for no bound.
    ///
    /// Strava takes whole seconds.
    package var before: UTCInstant?
    package var page: Int
    package var perPage: Int

    package init(before: UTCInstant? = nil, page: Int = 1, perPage: Int = 200) {
        self.before = before
        self.page = page
        self.perPage = perPage
    }
}

/// One page of the list, decoded item by item.
package struct ActivityPage: Sendable, Hashable {
    /// What could be decoded, in the order it came.
    package var activities: [Activity]
    /// What could not, to be logged and set aside; the page goes on without it.
    package var rejected: [RejectedActivity]

    package init(activities: [Activity], rejected: [RejectedActivity] = []) {
        self.activities = activities
        self.rejected = rejected
    }

    /// Strava's only end mark: a page with nothing on it.
    ///
    /// Short pages are not the end.
    package var isEmpty: Bool { activities.isEmpty && rejected.isEmpty }
}

/// A list item that is not an activity: no id, no date, or not even an object.
package struct RejectedActivity: Sendable, Hashable {
    /// Its id, when at least that could be read.
    package var id: Int64?
    /// What is wrong with it, for the log.
    package var reason: String
    /// The item as it came, so that nothing is lost.
    ///
    /// At most 64 KiB.
    package var json: String

    package init(id: Int64?, reason: String, json: String) {
        self.id = id
        self.reason = reason
        self.json = json
    }
}

/// The answer of the token endpoint.
///
/// Strava returns the running access token while more than 3600 s are left on it, and may or may not replace the refresh token;
/// whatever comes back is what must be kept (developers.strava.com/docs/authentication).
package struct TokenGrant: Sendable, Hashable {
    package var accessToken: Secret
    package var refreshToken: Secret
    package var expiresAt: UTCInstant
    /// The athlete; present on a code exchange only.
    package var athleteID: Int64?
    /// When the athlete came to Strava; present on a code exchange only, if at all.
    package var memberSince: UTCInstant?

    package init(
        accessToken: Secret, refreshToken: Secret, expiresAt: UTCInstant, athleteID: Int64? = nil,
        memberSince: UTCInstant? = nil
    ) {
        self.memberSince = memberSince
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.expiresAt = expiresAt
        self.athleteID = athleteID
    }
}
