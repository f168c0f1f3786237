/// What can be set on the stand-in, at the start and while it runs.
package struct SandboxSettings: Sendable {
    package var clientID = Sandbox.clientID
    package var clientSecret = Sandbox.clientSecret
    /// The domain where callbacks may lie besides the loopback names; no scheme, no path, no port.
    package var callbackDomain = "localhost"
    package var codeLifetime: Duration = .seconds(600)
    package var tokenLifetime: Duration = .seconds(21_600)
    package var limits = RateLimits.standard
    /// False leaves the four rate headers out of every reply.
    package var sendsRateHeaders = true
    /// True accepts `?access_token=`, which Strava drops in 2027.
    package var acceptsQueryTokens = false
    /// True answers 403 to every data call: the owner's subscription ended.
    package var isAppInactive = false
    /// Makes pages hold fewer items than asked.
    package var shortPages: ShortPages?
    /// True takes up refresh tokens that an earlier run of the sandbox issued, for a mirror whose store outlives it.
    package var adoptsEarlierTokens = false
    /// Where codes and tokens come from.
    ///
    /// The same seed gives the same tokens; a sandbox that adopts earlier ones wants a new seed each time.
    package var tokenSeed: UInt64 = 1

    package init() {}

    /// Settings for a sandbox whose mirror keeps its tokens in a store: it forgets them when it ends, and the store does not.
    package static func outlivedByItsMirror() -> SandboxSettings {
        var settings = SandboxSettings()
        settings.adoptsEarlierTokens = true
        settings.tokenSeed = .random(in: .min ... .max)
        return settings
    }
}

extension Duration {
    /// Whole milliseconds.
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
