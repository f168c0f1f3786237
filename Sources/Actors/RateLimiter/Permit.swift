/// The right to send one request, charged to the windows it was granted in.
package struct Permit: Sendable, Hashable {
    let quarter: UTCInstant
    let day: UTCInstant
    /// When it was granted: Strava's clock cannot have stood earlier when it answered.
    let grantedAt: UTCInstant
}

/// What became of one request, as far as the budget cares.
package struct RequestResult: Sendable, Hashable {
    package var usage: RateUsage?
    package var serverDate: UTCInstant?
    /// Whether the answer was a 429.
    package var wasLimited: Bool
    /// False only when the request certainly never left.
    package var wasSent: Bool

    package init(usage: RateUsage? = nil, serverDate: UTCInstant? = nil, wasLimited: Bool = false, wasSent: Bool = true)
    {
        self.usage = usage
        self.serverDate = serverDate
        self.wasLimited = wasLimited
        self.wasSent = wasSent
    }
}
