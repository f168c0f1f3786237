import Actors
import HTTP
import HTTPTypes
import Logging

/// `/strava/authorize` and `/strava/callback`: how an athlete connects.
struct OAuthRoutes: Sendable {
    let desk: StateDesk
    let strava: MeteredStrava
    let vault: TokenVault
    let coordinator: SyncCoordinator
    /// Where Strava asks the athlete, given a state; nil when no app is configured.
    let authorizeURL: (@Sendable (String) -> String)?
    /// Where the round trip ends, without a slash at the end.
    let frontendURL: String
    /// Whether browsers reach this server over TLS, so that the cookie may insist on it.
    let isSecure: Bool
    let errors: ErrorBook

    func add(to router: inout Router) {
        router.on(.get, "/strava/authorize", authorize)
        router.on(.get, "/strava/callback", callback)
    }

    @Sendable
    private func authorize(_ request: Request) async -> Response {
        guard let authorizeURL else {
            return .detail(
                "Strava is not configured. Set STRAVA_CLIENT_ID and STRAVA_CLIENT_SECRET.", status: .serviceUnavailable)
        }
        // A browser that has a token keeps it, so that a second tab does not void the first one's state.
        let browser = BrowserCookie.token(in: request) ?? BrowserCookie.makeToken()
        var response = Response.redirect(to: authorizeURL(await desk.issue(for: browser)))
        response.fields[.setCookie] = BrowserCookie.field(browser, isSecure: isSecure)
        return response
    }

    @Sendable
    private func callback(_ request: Request) async -> Response {
        let query = QueryReader(request)
        guard let state = query.text("state"), let browser = BrowserCookie.token(in: request),
            await desk.redeem(state, from: browser)
        else { return .detail("Invalid or expired state parameter", status: .badRequest) }
        if query.text("error") != nil { return end("denied") }
        guard let code = query.text("code") else {
            return .detail("The callback has neither a code nor an error parameter", status: .badRequest)
        }
        guard Self.grantsActivities(query.text("scope")) else { return end("missing_scope") }
        return await connect(with: Secret(code))
    }

    private func connect(with code: Secret) async -> Response {
        do {
            let grant = try await strava.exchange(code: code)
            guard let athleteID = grant.athleteID else {
                throw StravaFailure(.unavailable, "the token reply names no athlete")
            }
            try await vault.connect(grant, athleteID: athleteID)
            await coordinator.connected(athleteID)
            return end("success")
        } catch VaultFailure.wrongAthlete {
            return end("wrong_athlete")
        } catch MeteredStrava.Failure.budget(let until) {
            return errors.limited(until: until)
        } catch VaultFailure.store(let failure) {
            return errors.databaseAway("the tokens of the athlete could not be stored", failure.message)
        } catch {
            return errors.authorizationFailed(cause: "\(error)")
        }
    }

    private func end(_ outcome: String) -> Response { .redirect(to: "\(frontendURL)/?strava=\(outcome)") }

    /// Either activity scope will do; with `activity:read` alone, activities that only the athlete sees stay out of the list.
    static func grantsActivities(_ scope: String?) -> Bool {
        (scope ?? "").split { $0 == "," || $0 == " " }.contains { $0 == "activity:read" || $0 == "activity:read_all" }
    }
}
