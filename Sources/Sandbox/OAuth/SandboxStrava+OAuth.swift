internal import FoundationEssentials
internal import HTTP
internal import HTTPTypes
internal import JSON

extension SandboxStrava {
    // MARK: Consent

    /// The consent page, the redirect that follows from it, or the redirect that needs no page.
    mutating func authorize(_ request: Request, _ query: Parameters, now: Int64) throws(Refusal) -> Response {
        let asked = try AuthorizeRequest(query, settings: settings)
        guard request.method == .post else {
            if !asked.isForced, let granted = grants.grantedScopes(currentAthleteID) {
                return Answer.redirect(to: approve(asked, athleteID: currentAthleteID, scopes: granted, now: now))
            }
            let page = ConsentPage(
                action: request.target, scopes: asked.scopes, athletes: Array(athletes.values),
                selectedID: currentAthleteID)
            return Answer.html(page.html)
        }
        let form = Parameters(form: request)
        guard form["decision"] == "approve" else { return Answer.redirect(to: asked.denied) }
        if let id = form["athlete"].flatMap({ Int64($0) }), athletes[id] != nil { currentAthleteID = id }
        // `read` is shown as required; of the rest only what is still ticked.
        var ticked = asked.scopes.intersection(.read)
        for name in form.all("scope") { ticked.formUnion(Scopes(parsing: name) ?? []) }
        let granted = asked.scopes.intersection(ticked)
        return Answer.redirect(to: approve(asked, athleteID: currentAthleteID, scopes: granted, now: now))
    }

    private mutating func approve(
        _ asked: AuthorizeRequest, athleteID: Int64, scopes: Scopes, now: Int64
    ) -> String {
        asked.approved(code: issueCode(athleteID: athleteID, scopes: scopes, now: now), scopes: scopes)
    }

    /// A code as after a press on Approve.
    mutating func issueCode(athleteID: Int64, scopes: Scopes, now: Int64) -> String {
        grants.issueCode(
            athleteID: athleteID, scopes: scopes, expiresAt: now + settings.codeLifetime.milliseconds)
    }

    // MARK: Tokens

    mutating func token(_ request: Request, now: Int64) throws(Refusal) -> Response {
        let form = Parameters(form: request)
        guard form["client_id"] == settings.clientID else {
            throw .badRequest("Application", "client_id", "invalid")
        }
        guard form["client_secret"] == settings.clientSecret else {
            throw .badRequest("Application", "client_secret", "invalid")
        }
        let lifetime = settings.tokenLifetime.milliseconds
        switch form["grant_type"] {
        case "authorization_code":
            let tokens = try grants.exchange(code: form["code"] ?? "", now: now, lifetime: lifetime)
            counts.codeExchanges += 1
            return hand(out: tokens, athlete: athletes[tokens.athleteID]?.summary, now: now)
        case "refresh_token":
            let refreshToken = form["refresh_token"] ?? ""
            if settings.adoptsEarlierTokens { grants.adopt(refreshToken, athletes: Set(athletes.keys)) }
            let tokens = try grants.refresh(refreshToken, now: now, lifetime: lifetime)
            counts.refreshes += 1
            return hand(out: tokens, athlete: nil, now: now)
        default:
            throw .badRequest("Application", "grant_type", "invalid")
        }
    }

    private mutating func hand(out tokens: Grants.Tokens, athlete: JSON?, now: Int64) -> Response {
        if tokens.isFresh { counts.mintedTokens += 1 }
        let expiresAt = tokens.expiresAt.floored(by: 1000)
        var members: [JSON.Member] = [
            .init("token_type", "Bearer"),
            .init("expires_at", .int(expiresAt)),
            .init("expires_in", .int(expiresAt - now.floored(by: 1000))),
            .init("refresh_token", .string(tokens.refreshToken)),
            .init("access_token", .string(tokens.accessToken)),
        ]
        if let athlete { members.append(.init("athlete", athlete)) }
        return Answer.json(.object(members))
    }

    // MARK: Disconnecting

    /// The new way: the application names itself by HTTP Basic; a token that is dead already is fine.
    mutating func revoke(_ request: Request) throws(Refusal) -> Response {
        let credentials = Data("\(settings.clientID):\(settings.clientSecret)".utf8).base64EncodedString()
        guard request.header(.authorization) == "Basic \(credentials)" else {
            throw .unauthorized("Application", "client_id", "invalid")
        }
        guard let token = Parameters(form: request)["token"], !token.isEmpty else {
            throw .badRequest("Application", "token", "missing")
        }
        grants.revoke(token)
        return Answer.make(200, nil, [])
    }

    /// The old way, retired in 2027: the access token names itself.
    mutating func deauthorize(_ request: Request, _ query: Parameters, now: Int64) throws(Refusal) -> Response {
        let token = Parameters(form: request)["access_token"] ?? query["access_token"] ?? Self.bearer(request) ?? ""
        guard grants.holder(of: token, now: now) != nil else {
            throw .unauthorized("Athlete", "access_token", "invalid")
        }
        grants.revoke(token)
        return Answer.json(.object([.init("access_token", .string(token))]))
    }

    /// The token of `Authorization: Bearer …`.
    static func bearer(_ request: Request) -> String? {
        guard let value = request.header(.authorization), value.lowercased().hasPrefix("bearer ") else { return nil }
        return String(value.dropFirst(7))
    }
}
