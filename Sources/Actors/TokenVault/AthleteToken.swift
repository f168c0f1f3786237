/// The tokens of the connected athlete, in the clear; they live in memory only.
package struct AthleteToken: Sendable, Hashable {
    package var athleteID: Int64
    package var accessToken: Secret
    package var refreshToken: Secret
    package var expiresAt: UTCInstant
    /// The activity scope that the athlete granted; nil when nobody knows, as with the original's rows.
    package var scope: String?

    package init(
        athleteID: Int64, accessToken: Secret, refreshToken: Secret, expiresAt: UTCInstant, scope: String? = nil
    ) {
        self.athleteID = athleteID
        self.scope = scope
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.expiresAt = expiresAt
    }

    /// What an exchange brought for this athlete; the grant of a refresh names neither athlete nor scope.
    init(_ grant: TokenGrant, athleteID: Int64, scope: String?) {
        self.init(
            athleteID: athleteID, accessToken: grant.accessToken, refreshToken: grant.refreshToken,
            expiresAt: grant.expiresAt, scope: scope)
    }
}

/// Why there is no token to be had.
package enum VaultFailure: Error, Sendable, Hashable {
    /// No athlete has connected yet.
    case notConnected
    /// Strava refused the refresh token for good: the athlete must connect again.
    case needsAuthorization
    /// `ENCRYPTION_KEY` does not fit the stored tokens; nothing is sent, nothing overwritten.
    case wrongKey
    /// Another athlete owns this deployment; nothing was stored.
    case wrongAthlete
    /// The budget forbids the exchange until then.
    case budget(until: UTCInstant)
    /// Strava failed.
    case strava(StravaFailure)
    /// The new tokens could not be written down; without that they must not be used.
    case store(StoreFailure)
    /// The service is stopping.
    case shuttingDown
}
