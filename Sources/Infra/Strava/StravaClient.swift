package import Actors
package import Curl

/// The remote API on Curl: requests out, values or typed failures in.
///
/// Secrets travel in the `Authorization` header and in form bodies only, never in a URL, where every proxy would log them
/// (and where Strava stops reading them in June 2027).
package struct StravaClient: StravaGateway {
    private let configuration: StravaConfiguration
    private let curl: CurlClient
    private let clock: any WallClock

    /// - Parameters:
    ///   - configuration: which Strava, and who asks.
    ///   - curl: sends the requests; the caller shuts it down.
    ///   - clock: for the pause before a refused code is tried again.
    package init(_ configuration: StravaConfiguration, curl: CurlClient, clock: any WallClock = SystemClock()) {
        self.configuration = configuration
        self.curl = curl
        self.clock = clock
    }

    /// Where the athlete is sent to grant access.
    ///
    /// - Parameters:
    ///   - state: comes back with the callback, unchanged.
    ///   - isForced: shows the consent page although access was granted before; Strava widens a grant in no other way.
    package func authorizeURL(state: String, isForced: Bool = false) -> String {
        let query = percentEncoded([
            "client_id": configuration.clientID,
            "redirect_uri": configuration.redirectURI,
            "response_type": "code",
            "approval_prompt": isForced ? "force" : "auto",
            "scope": "read,activity:read_all",
            "state": state,
        ])
        return "\(configuration.oauthURL)/authorize?\(query)"
    }

    /// Asks for the page for connecting, as a browser would; it counts for no budget.
    ///
    /// - Returns: Strava's clock, when the answer has it.
    /// - Throws: what Strava says of the application or the callback's address; it may say so only to those who are logged in.
    package func checkRegistration() async throws(StravaFailure) -> UTCInstant? {
        let response = try await send(CurlRequest(url: authorizeURL(state: "check")), [])
        // To those who are not logged in, a redirect to the page for that.
        guard (200..<400).contains(response.status) else { throw StravaFailure(response) }
        return response.serverDate
    }

    /// Trades the one-time code of the OAuth callback for tokens.
    ///
    /// About one exchange in ten is refused because the code is too fresh, and the same code is good two seconds later; so one
    /// such refusal is waited out and only a second one reported.
    package func exchange(code: Secret) async throws(StravaFailure) -> StravaReply<TokenGrant> {
        let form = tokenForm(["code": code.exposed, "grant_type": "authorization_code"])
        let secrets = [code, configuration.clientSecret]
        var response = try await post(form, secrets)
        if response.status == 400, Self.namesTheCode(response) {
            do {
                try await clock.sleep(until: clock.now() + .seconds(2))
            } catch {
                throw StravaFailure(response, hiding: secrets)
            }
            response = try await post(form, secrets)
        }
        return try Self.grant(response, secrets)
    }

    /// Trades a refresh token for the running or a new access token.
    package func refresh(_ refreshToken: Secret) async throws(StravaFailure) -> StravaReply<TokenGrant> {
        let form = tokenForm(["refresh_token": refreshToken.exposed, "grant_type": "refresh_token"])
        let secrets = [refreshToken, configuration.clientSecret]
        return try Self.grant(try await post(form, secrets), secrets)
    }

    /// One page of the list, decoded item by item.
    package func activities(
        _ query: ActivityQuery, accessToken: Secret
    ) async throws(StravaFailure) -> StravaReply<ActivityPage> {
        let before = query.before.map { "before=\($0.seconds)&" } ?? ""
        let response = try await get(
            "/athlete/activities?\(before)page=\(query.page)&per_page=\(query.perPage)", accessToken)
        try Self.requireJSON(response, [accessToken])
        do throws(ActivityList.NotAList) {
            let page = try await ActivityList.decode(response.body)
            return StravaReply(page, usage: response.usage, serverDate: response.serverDate)
        } catch {
            throw StravaFailure(response, lacking: "the body is no list of activities")
        }
    }

    /// One activity by its id; nil when it is gone.
    ///
    /// Strava answers 404 for what was deleted, what is another athlete's, and what the granted scope does not show
    /// (developers.strava.com/docs, "Errors"). A 404 in other words is that of something in between, and proves nothing.
    package func activity(_ id: Int64, accessToken: Secret) async throws(StravaFailure) -> StravaReply<Activity?> {
        let response = try await get("/activities/\(id)", accessToken)
        if response.status == 404, Fault(response.body)?.lacksActivity == true {
            return StravaReply(nil, usage: response.usage, serverDate: response.serverDate)
        }
        try Self.requireJSON(response, [accessToken])
        guard let activity = ListItem.activity(response.body), activity.id == id else {
            throw StravaFailure(response, lacking: "the body is not the activity")
        }
        return StravaReply(activity, usage: response.usage, serverDate: response.serverDate)
    }

    private func get(_ path: String, _ accessToken: Secret) async throws(StravaFailure) -> CurlResponse {
        try await send(
            CurlRequest(
                url: configuration.apiURL + path,
                headers: ["Authorization": "Bearer \(accessToken.exposed)", "Accept": "application/json"]),
            [accessToken])
    }

    private func tokenForm(_ parameters: KeyValuePairs<String, String>) -> [UInt8] {
        let client = percentEncoded([
            "client_id": configuration.clientID, "client_secret": configuration.clientSecret.exposed,
        ])
        return Array("\(client)&\(percentEncoded(parameters))".utf8)
    }

    private func post(_ form: [UInt8], _ secrets: [Secret]) async throws(StravaFailure) -> CurlResponse {
        try await send(
            CurlRequest(
                method: .post(form), url: "\(configuration.oauthURL)/token",
                headers: ["Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"]), secrets)
    }

    private func send(_ request: CurlRequest, _ secrets: [Secret]) async throws(StravaFailure) -> CurlResponse {
        do throws(CurlFailure) {
            return try await curl.send(request)
        } catch {
            throw StravaFailure(error, hiding: secrets)
        }
    }

    private static func grant(
        _ response: CurlResponse, _ secrets: [Secret]
    ) throws(StravaFailure) -> StravaReply<TokenGrant> {
        try requireJSON(response, secrets)
        guard let reply = TokenReply(response.body) else {
            throw StravaFailure(response, lacking: "the body has no tokens")
        }
        return StravaReply(reply.grant, usage: response.usage, serverDate: response.serverDate)
    }

    private static func requireJSON(_ response: CurlResponse, _ secrets: [Secret]) throws(StravaFailure) {
        guard (200..<300).contains(response.status) else { throw StravaFailure(response, hiding: secrets) }
        guard response.isJSON else { throw StravaFailure(response, lacking: "the content type is not JSON") }
    }

    /// Whether the code itself was refused; an expired one is named by another fault and no pause helps it.
    private static func namesTheCode(_ response: CurlResponse) -> Bool {
        Fault(response.body)?.errors.contains { $0.names("AuthorizationCode", "code", "invalid") } ?? false
    }
}
