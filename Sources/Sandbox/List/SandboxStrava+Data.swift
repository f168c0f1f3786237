internal import HTTP
internal import HTTPTypes
internal import JSON

extension SandboxStrava {
    /// A data call from end to end: token, budget, then the endpoint.
    ///
    /// A call without a good token is not counted, since no application is known for it; every other one is, refused or not.
    mutating func data(
        _ endpoint: Endpoint, _ request: Request, _ query: Parameters, fault: Fault?, now: Int64
    ) throws(Refusal) -> Response {
        let queryToken = settings.acceptsQueryTokens ? query["access_token"] : nil
        guard let text = Self.bearer(request) ?? queryToken, let token = grants.holder(of: text, now: now) else {
            throw .unauthorized("Athlete", "access_token", "invalid")
        }
        var response: Response
        do throws(Refusal) {
            guard rates.admitRead(settings.limits, now: now) else { throw Refusal.limited }
            if settings.isAppInactive { throw Refusal.inactive }
            response = try answer(endpoint, request, query, token: token, fault: fault, now: now)
        } catch {
            response = error.response
        }
        if settings.sendsRateHeaders {
            for (name, value) in rates.headers(settings.limits) { response.add(name, value) }
        }
        return response
    }

    private mutating func answer(
        _ endpoint: Endpoint, _ request: Request, _ query: Parameters, token: Grants.AccessToken, fault: Fault?,
        now: Int64
    ) throws(Refusal) -> Response {
        guard let athlete = athletes[token.athleteID] else { throw .notFound }
        switch endpoint {
        case .activities:
            return try page(of: athlete, query, scopes: token.scopes, fault: fault, now: now)
        case .activity:
            return try one(of: athlete, Endpoint.activityID(inPath: request.path), scopes: token.scopes)
        case .athlete:
            return Answer.json(athlete.summary)
        case .stats:
            guard Endpoint.athleteID(inStatsPath: request.path) == athlete.id else {
                throw .unauthorized("Athlete", "id", "invalid")
            }
            return Answer.json(AthleteStats(athlete.activities.all, now: now.floored(by: 1000)).json)
        case .authorize, .token, .revoke, .deauthorize:
            throw .notFound
        }
    }

    private mutating func page(
        of athlete: SandboxAthlete, _ parameters: Parameters, scopes: Scopes, fault: Fault?, now: Int64
    ) throws(Refusal) -> Response {
        guard scopes.seesActivities else { throw .unauthorized("AccessToken", "activity:read_permission", "missing") }
        let query = try ListQuery(parameters, now: now.floored(by: 1000))
        let length = settings.shortPages?.length(ofPage: query.page, perPage: query.perPage) ?? query.perPage
        let end = athlete.activities.count
        let offset =
            settings.shortPages?.offset(ofPage: query.page, perPage: query.perPage, limit: end)
            ?? min(query.page - 1, end) * query.perPage
        var items = athlete.activities.items(
            after: query.after, before: query.before, oldestFirst: query.isOldestFirst,
            includingPrivate: scopes.contains(.activityReadAll), offset: offset, limit: length + 1)
        let more = items.count > length ? items.removeLast() : nil
        fault?.spoil(&items, more: more)
        return Answer.make(200, Answer.jsonType, Self.array(items))
    }

    /// One activity; what was deleted and what the scope hides look the same.
    ///
    /// Strava answers it in more detail than in the list; the stand-in keeps to what the list has.
    private func one(of athlete: SandboxAthlete, _ id: Int64?, scopes: Scopes) throws(Refusal) -> Response {
        guard scopes.seesActivities else { throw .unauthorized("AccessToken", "activity:read_permission", "missing") }
        guard let activity = athlete.activities.all.first(where: { $0.id == id }),
            activity.visibility != .onlyMe || scopes.contains(.activityReadAll)
        else { throw .notFound }
        return Answer.make(200, Answer.jsonType, activity.json)
    }

    private static func array(_ items: [[UInt8]]) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(items.reduce(2) { $0 + $1.count + 1 })
        body.append(UInt8(ascii: "["))
        for (index, item) in items.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            body += item
        }
        body.append(UInt8(ascii: "]"))
        return body
    }
}
