/// Who has let the application in: codes, access tokens and refresh tokens, and the rules by which one becomes another.
///
/// All times are milliseconds since the epoch. Rules: developers.strava.com/docs/authentication.
struct Grants: Sendable {
    struct Code: Sendable {
        var athleteID: Int64
        var scopes: Scopes
        var expiresAt: Int64
        var isSpent = false
    }

    struct AccessToken: Sendable {
        var athleteID: Int64
        var scopes: Scopes
        var expiresAt: Int64
    }

    /// What one athlete granted: at most one current pair, though older access tokens live on to their own expiry.
    struct Grant: Sendable {
        var scopes: Scopes
        var accessToken: String?
        var refreshToken: String
    }

    /// What the token endpoint hands out.
    struct Tokens: Sendable, Hashable {
        var athleteID: Int64
        var accessToken: String
        var refreshToken: String
        var expiresAt: Int64
        /// False when the running access token was handed out again.
        var isFresh: Bool
    }

    /// A running access token is handed out again while more than this is left on it.
    static let reuseMargin: Int64 = 3_600_000

    private var mint: TokenMint
    private var codes: [String: Code] = [:]
    private var accessTokens: [String: AccessToken] = [:]
    private var grants: [Int64: Grant] = [:]
    /// Refresh tokens that a rotation or a revocation killed; they must not come back through ``adopt(_:athletes:)``.
    private var deadRefreshTokens: Set<String> = []
    private var freshRefusals = 0

    init(seed: UInt64) {
        mint = TokenMint(seed: seed)
    }

    // MARK: Codes

    /// The scopes the athlete granted before; nil when there is no grant.
    func grantedScopes(_ athleteID: Int64) -> Scopes? { grants[athleteID]?.scopes }

    /// A new single-use code.
    mutating func issueCode(athleteID: Int64, scopes: Scopes, expiresAt: Int64) -> String {
        let code = mint.token()
        codes[code] = Code(athleteID: athleteID, scopes: scopes, expiresAt: expiresAt)
        return code
    }

    /// Makes the next `times` exchanges fail as if the code were not known everywhere yet; the code stays good.
    mutating func refuseFreshCodes(times: Int) { freshRefusals = times }

    /// Trades a code for tokens.
    mutating func exchange(code text: String, now: Int64, lifetime: Int64) throws(Refusal) -> Tokens {
        guard let code = codes[text], !code.isSpent else {
            throw .badRequest("AuthorizationCode", "code", "invalid")
        }
        guard now < code.expiresAt else { throw .badRequest("AuthorizationCode", "", "expired") }
        if freshRefusals > 0 {
            freshRefusals -= 1
            throw .badRequest("AuthorizationCode", "code", "invalid")
        }
        codes[text]?.isSpent = true
        if let grant = grants[code.athleteID], grant.scopes == code.scopes,
            let tokens = running(grant, code.athleteID, now: now)
        {
            return tokens
        }
        return renew(athleteID: code.athleteID, scopes: code.scopes, now: now, lifetime: lifetime)
    }

    // MARK: Tokens

    /// Trades a refresh token for the running access token, or for a new pair when an hour or less is left.
    mutating func refresh(_ refreshToken: String, now: Int64, lifetime: Int64) throws(Refusal) -> Tokens {
        guard let (athleteID, grant) = grants.first(where: { $0.value.refreshToken == refreshToken }) else {
            throw .badRequest("RefreshToken", "refresh_token", "invalid")
        }
        if let tokens = running(grant, athleteID, now: now) { return tokens }
        return renew(athleteID: athleteID, scopes: grant.scopes, now: now, lifetime: lifetime)
    }

    /// Takes up a refresh token that an earlier sandbox issued to one of these athletes.
    mutating func adopt(_ refreshToken: String, athletes: Set<Int64>) {
        guard !deadRefreshTokens.contains(refreshToken), let claim = TokenMint.claim(in: refreshToken),
            athletes.contains(claim.athleteID), grants[claim.athleteID] == nil
        else { return }
        grants[claim.athleteID] = Grant(scopes: claim.scopes, accessToken: nil, refreshToken: refreshToken)
    }

    /// Gives the athlete a grant whose access token has `left` milliseconds to run, as after an earlier sign-in.
    mutating func startRunningToken(athleteID: Int64, scopes: Scopes, left: Int64, now: Int64) -> Tokens {
        renew(athleteID: athleteID, scopes: scopes, now: now, lifetime: left)
    }

    /// What an access token is good for; nil when it is unknown, expired or revoked.
    func holder(of accessToken: String, now: Int64) -> AccessToken? {
        guard let token = accessTokens[accessToken], now < token.expiresAt else { return nil }
        return token
    }

    /// Kills everything the athlete behind either kind of token granted; an unknown token changes nothing.
    ///
    /// - Returns: whose grant ended.
    @discardableResult
    mutating func revoke(_ token: String) -> Int64? {
        let owner = accessTokens[token]?.athleteID ?? grants.first { $0.value.refreshToken == token }?.key
        guard let owner else { return nil }
        if let grant = grants.removeValue(forKey: owner) { deadRefreshTokens.insert(grant.refreshToken) }
        accessTokens = accessTokens.filter { $0.value.athleteID != owner }
        return owner
    }

    /// Kills an access token before its time, as Strava does now and then; the refresh token stays good.
    mutating func killAccessTokens(_ athleteID: Int64) {
        accessTokens = accessTokens.filter { $0.value.athleteID != athleteID }
        grants[athleteID]?.accessToken = nil
    }

    private func running(_ grant: Grant, _ athleteID: Int64, now: Int64) -> Tokens? {
        guard let text = grant.accessToken, let token = accessTokens[text],
            token.expiresAt - now > Self.reuseMargin
        else { return nil }
        return Tokens(
            athleteID: athleteID, accessToken: text, refreshToken: grant.refreshToken, expiresAt: token.expiresAt,
            isFresh: false)
    }

    private mutating func renew(athleteID: Int64, scopes: Scopes, now: Int64, lifetime: Int64) -> Tokens {
        if let old = grants[athleteID] { deadRefreshTokens.insert(old.refreshToken) }
        let access = mint.token()
        let refresh = mint.refreshToken(athleteID: athleteID, scopes: scopes)
        accessTokens[access] = AccessToken(athleteID: athleteID, scopes: scopes, expiresAt: now + lifetime)
        grants[athleteID] = Grant(scopes: scopes, accessToken: access, refreshToken: refresh)
        return Tokens(
            athleteID: athleteID, accessToken: access, refreshToken: refresh, expiresAt: now + lifetime, isFresh: true)
    }
}
