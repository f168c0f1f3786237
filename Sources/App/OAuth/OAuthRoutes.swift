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
    /// Where the round trip begins and comes back to, without a slash at the end.
    let serverURL: String
    /// Where the round trip ends, without a slash at the end.
    let frontendURL: String
    let proxies: TrustedProxies
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
        response.fields[.setCookie] = cookie(browser, request)
        return response
    }

    /// Insists on TLS when browsers reach this server that way, by its own address or by what a trusted proxy says.
    private func cookie(_ browser: String, _ request: Request) -> String {
        let url = try? WebURL(parsing: serverURL)
        return BrowserCookie.field(
            browser, basePath: url?.path ?? "", isSecure: url?.isSecure == true || proxies.isSecure(request))
    }

    @Sendable
    private func callback(_ request: Request) async -> Response {
        let query = QueryReader(request)
        guard await redeem(query.text("state"), request) else {
            return .detail("Invalid or expired state parameter", status: .badRequest)
        }
        if query.text("error") != nil { return end("denied") }
        guard let code = query.text("code") else {
            return .detail("The callback has neither a code nor an error parameter", status: .badRequest)
        }
        guard let scope = Self.activityScope(in: query.text("scope")) else { return end("missing_scope") }
        return await connect(with: Secret(code), scope, request)
    }

    /// The person hears one sentence for every refusal; the log tells them apart.
    private func redeem(_ state: String?, _ request: Request) async -> Bool {
        guard let state, let browser = BrowserCookie.token(in: request) else {
            refused(
                request, because: state == nil ? "it carries no state" : "the browser sent no cookie of this server")
            return false
        }
        do throws(StateSigner.Refusal) {
            try await desk.redeem(state, from: browser)
            return true
        } catch {
            refused(request, because: "the state is \(error)")
            return false
        }
    }

    private func refused(_ request: Request, because reason: String) {
        errors.logger.info("a callback was refused", metadata: ["id": "\(request.id)", "reason": "\(reason)"])
    }

    private func connect(with code: Secret, _ scope: String, _ request: Request) async -> Response {
        do {
            let grant = try await strava.exchange(code: code)
            guard let athleteID = grant.athleteID else {
                return errors.authorizationFailed(request, cause: "the token reply names no athlete")
            }
            try await vault.connect(grant, athleteID: athleteID, scope: scope)
            await coordinator.connected(athleteID, scope: scope, memberSince: grant.memberSince)
            return end("success")
        } catch VaultFailure.wrongAthlete {
            return end("wrong_athlete")
        } catch VaultFailure.shuttingDown {
            return .stopping
        } catch MeteredStrava.Failure.budget(let until) {
            return errors.limited(until: until)
        } catch MeteredStrava.Failure.store(let failure) {
            return errors.databaseAway(request, "the code was not exchanged", cause: failure.message)
        } catch VaultFailure.store(let failure) {
            return errors.databaseAway(request, "the tokens of the athlete could not be stored", cause: failure.message)
        } catch MeteredStrava.Failure.strava(let failure) {
            return errors.authorizationFailed(request, cause: "\(failure.kind): \(failure.message)")
        } catch {
            return errors.authorizationFailed(request, cause: "\(error)")
        }
    }

    private func end(_ outcome: String) -> Response { .redirect(to: "\(frontendURL)/?strava=\(outcome)") }

    /// Either activity scope will do; with `activity:read` alone, activities that only the athlete sees stay out of the list.
    ///
    /// - Returns: the wider one that was granted; nil when neither was.
    static func activityScope(in granted: String?) -> String? {
        let words = (granted ?? "").split { $0 == "," || $0 == " " }
        return ["activity:read_all", "activity:read"].first { words.contains(Substring($0)) }
    }
}
