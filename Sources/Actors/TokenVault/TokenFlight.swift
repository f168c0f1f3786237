/// Decides when a token may be served and when it must be refreshed, so that at most one refresh is ever under way.
///
/// States: no athlete, a token at rest, a token being refreshed, a token refused for good, tokens that the key does not open.
/// Inputs: ``request(at:)``, ``landed(_:epoch:at:)``, ``adopt(_:)``, ``rejected(_:)``. Invariant: between a `.start` and the
/// landing of its epoch no second `.start` is given out; a failure is remembered until its back-off ends, never longer.
package struct TokenFlight: Sendable {
    /// What a caller shall do.
    package enum RequestAction: Sendable, Hashable {
        case serve(AthleteToken)
        /// Wait for the flight that is under way.
        case join
        /// Start the flight of this epoch, then wait for it.
        case start(epoch: Int, AthleteToken)
        case fail(VaultFailure)
    }

    /// What waiting callers get.
    package enum Landing: Sendable, Hashable {
        case serve(AthleteToken)
        case fail(VaultFailure)
        /// The flight was overtaken by a new connection: its result is void.
        case ignore
    }

    private enum State: Sendable {
        case empty
        case resting(AthleteToken, retry: Retry?)
        case flying(AthleteToken, epoch: Int, failures: Int, isRejected: Bool)
        case refused(AthleteToken)
        case sealed
    }

    /// After an exchange that brought no new token: when to try again, and what to say until then.
    private struct Retry: Sendable {
        var notBefore: UTCInstant
        var failures: Int
        /// Nil after an exchange that went well but returned the token we had.
        var failure: VaultFailure?
        /// Strava answered 401 to the token, so its remaining time is worth nothing.
        var isRejected: Bool
    }

    /// Strava returns the running token while more than this is left, so asking earlier is in vain
    /// (developers.strava.com/docs/authentication, "Refreshing Expired Access Tokens").
    static let refreshWindow = Duration.seconds(3600)
    /// A token with less than this left could expire on its way to Strava.
    static let safetyMargin = Duration.seconds(60)
    /// By our clock the window was reached and by Strava's it was not: ask again after this, not with every request.
    static let unchangedPause = Duration.seconds(60)
    static let firstBackoff = Duration.seconds(5)
    static let longestBackoff = Duration.seconds(900)

    private var state = State.empty
    private var epoch = 0

    package init() {}

    /// The athlete whose tokens these are; nil when nobody is connected or the tokens cannot be read.
    package var athleteID: Int64? { token?.athleteID }

    /// When the access token expires; nil when nobody is connected or the tokens cannot be read.
    package var expiresAt: UTCInstant? { token?.expiresAt }

    /// The newest tokens that are known here, refused ones, too.
    var known: AthleteToken? {
        if case .refused(let token) = state { token } else { token }
    }

    private var token: AthleteToken? {
        switch state {
        case .resting(let token, _), .flying(let token, _, _, _): token
        case .empty, .refused, .sealed: nil
        }
    }

    /// The activity scope that the tokens are good for; nil when nobody knows.
    package var scope: String? {
        switch state {
        case .resting(let token, _), .flying(let token, _, _, _): token.scope
        case .empty, .refused, .sealed: nil
        }
    }

    /// Whether tokens are stored that the key does not open.
    package var isSealed: Bool {
        if case .sealed = state { true } else { false }
    }

    /// Takes the tokens of a new connection, or those that were stored.
    ///
    /// A flight under way is void from now on.
    package mutating func adopt(_ token: AthleteToken) {
        epoch += 1
        state = .resting(token, retry: nil)
    }

    /// Takes over what another process has stored, by a new connection or an exchange.
    ///
    /// A flight under way looks for that itself.
    ///
    /// - Returns: whether it is news.
    mutating func found(_ stored: AthleteToken) -> Bool {
        if case .flying = state { return false }
        // Nothing else: what is remembered of a token that failed must not be forgotten with each look.
        if let known, known.accessToken == stored.accessToken, known.refreshToken == stored.refreshToken {
            return false
        }
        adopt(stored)
        return true
    }

    /// Notes that tokens are stored which the key does not open.
    package mutating func foundSealed() {
        epoch += 1
        state = .sealed
    }

    /// Asks for a token.
    package mutating func request(at now: UTCInstant) -> RequestAction {
        switch state {
        case .empty: return .fail(.notConnected)
        case .refused: return .fail(.needsAuthorization)
        case .sealed: return .fail(.wrongKey)
        case .flying: return .join
        case .resting(let token, let retry):
            let isRejected = retry?.isRejected ?? false
            let left = token.expiresAt - now
            if !isRejected && left > Self.refreshWindow { return .serve(token) }
            if let retry, now < retry.notBefore {
                guard let failure = retry.failure else { return .serve(token) }
                return !isRejected && left > Self.safetyMargin ? .serve(token) : .fail(failure)
            }
            epoch += 1
            state = .flying(token, epoch: epoch, failures: retry?.failures ?? 0, isRejected: isRejected)
            return .start(epoch: epoch, token)
        }
    }

    /// Whether the flight of `epoch` is still the one that counts; asked before its result is written down.
    package func isCurrent(_ epoch: Int) -> Bool {
        if case .flying(_, epoch, _, _) = state { true } else { false }
    }

    /// Books the end of a flight, exchange and durable write together.
    package mutating func landed(
        _ result: Result<AthleteToken, VaultFailure>, epoch: Int, at now: UTCInstant
    ) -> Landing {
        guard case .flying(let old, epoch, let failures, let isRejected) = state else { return .ignore }
        switch result {
        case .success(let token):
            let isUnchanged = token.expiresAt - now <= Self.refreshWindow
            let pause = Retry(notBefore: now + Self.unchangedPause, failures: 0, failure: nil, isRejected: false)
            state = .resting(token, retry: isUnchanged ? pause : nil)
            return .serve(token)
        case .failure(.needsAuthorization):
            state = .refused(old)
            return .fail(.needsAuthorization)
        case .failure(let failure):
            let wait = Self.backoff(after: failures, failure, at: now)
            state = .resting(
                old,
                retry: Retry(notBefore: wait, failures: failures + 1, failure: failure, isRejected: isRejected))
            return !isRejected && old.expiresAt - now > Self.safetyMargin ? .serve(old) : .fail(failure)
        }
    }

    /// Notes that Strava answered 401 to this access token; the next request starts a flight, or joins the one under way.
    ///
    /// A token that has been replaced meanwhile is no news.
    package mutating func rejected(_ accessToken: Secret) {
        switch state {
        case .resting(let token, let retry) where token.accessToken == accessToken:
            let failures = retry?.failures ?? 0
            let atOnce = UTCInstant(milliseconds: .min)
            state = .resting(
                token, retry: Retry(notBefore: atOnce, failures: failures, failure: nil, isRejected: true))
        case .flying(let token, let epoch, let failures, _) where token.accessToken == accessToken:
            state = .flying(token, epoch: epoch, failures: failures, isRejected: true)
        default: break
        }
    }

    private static func backoff(after failures: Int, _ failure: VaultFailure, at now: UTCInstant) -> UTCInstant {
        if case .budget(let until) = failure { return until }
        return now + min(firstBackoff * (1 << min(failures, 10)), longestBackoff)
    }
}
