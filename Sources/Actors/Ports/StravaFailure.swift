/// Why Strava did not answer with a value.
package struct StravaFailure: Error, Sendable, Hashable {
    /// What the caller can do about it.
    package enum Kind: Sendable, Hashable {
        /// 429: a window is spent. Nothing may be sent before it ends.
        case limited
        /// 401 `Athlete/access_token/invalid`: the access token is dead; one forced refresh may help.
        case unauthorized
        /// 401 `AccessToken/activity:read_permission/missing`: refreshing never helps, the athlete must tick the box.
        case scopeMissing
        /// 403 `Application/Status/Inactive`: the app's owner needs a Strava subscription.
        case inactive
        /// 400 `RefreshToken/refresh_token/invalid`: the athlete must connect again.
        case refreshTokenDead
        /// 400 `AuthorizationCode/code/invalid` (or expired): the code is spent, old, or was used too soon.
        case codeRefused
        /// 400 `Application/client_id/invalid`: the app's credentials or settings are wrong.
        case misconfigured
        /// Any other 4xx: the request itself was refused and will be again.
        case rejected
        /// 5xx, a page that is not JSON, a cut connection, a timeout: not now.
        case unavailable
    }

    package var kind: Kind
    /// One line for the log: status, Strava's own words, or the transport's.
    ///
    /// Never a secret.
    package var message: String
    package var usage: RateUsage?
    package var serverDate: UTCInstant?
    /// Whether the request may have reached Strava, and so counts.
    package var wasSent: Bool

    package init(
        _ kind: Kind, _ message: String, usage: RateUsage? = nil, serverDate: UTCInstant? = nil, wasSent: Bool = true
    ) {
        self.kind = kind
        self.message = message
        self.usage = usage
        self.serverDate = serverDate
        self.wasSent = wasSent
    }
}
