package import HTTP
internal import HTTPTypes

/// A response, and how long to hold it back.
package struct SandboxReply: Sendable {
    package var response: Response
    package var delay: Duration = .zero
}

/// The stand-in for Strava as a value: requests and the time go in, replies come out.
///
/// It reads no clock and does no I/O; ``Sandbox`` gives it both.
package struct SandboxStrava: Sendable {
    package var settings: SandboxSettings
    package internal(set) var counts = SandboxCounts()
    var athletes: [Int64: SandboxAthlete]
    /// Who is signed in at the stand-in's own browser page.
    var currentAthleteID: Int64
    var grants: Grants
    var rates = RateWindows()
    var faults = FaultQueue()
    var log = RequestLog()
    private var planned: [PlannedMutation] = []

    /// - Parameter athletes: who has an account here; the first one is signed in.
    package init(athletes: [SandboxAthlete], settings: SandboxSettings = SandboxSettings()) {
        self.settings = settings
        self.athletes = Dictionary(athletes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        currentAthleteID = athletes.first?.id ?? 0
        grants = Grants(seed: settings.tokenSeed)
    }

    /// Answers one request.
    ///
    /// - Parameter now: milliseconds since the epoch.
    package mutating func reply(to request: Request, now: Int64) -> SandboxReply {
        guard let endpoint = Endpoint(path: request.path) else {
            return SandboxReply(response: ownPage(request, now: now))
        }
        counts.requests += 1
        let fault = faults.next(on: endpoint)
        let replacement = fault?.replacement
        if replacement != nil, endpoint.isData { rates.count(overall: 1, read: 1, now: now) }
        var reply = SandboxReply(response: replacement ?? answer(endpoint, request, fault: fault, now: now))
        reply.response.setDate(now)
        fault?.spoil(&reply, now: now)
        log.append(
            LoggedRequest(
                method: request.method.rawValue, path: String(request.path), query: request.query.map(String.init),
                time: now, status: reply.response.status.code, endpoint: endpoint, fault: fault.map { "\($0)" }))
        if endpoint == .activities { carryOutPlans() }
        return reply
    }

    private mutating func answer(
        _ endpoint: Endpoint, _ request: Request, fault: Fault?, now: Int64
    ) -> Response {
        guard endpoint.methods.contains(request.method.rawValue) else {
            var response = Refusal.wrongMethod.response
            response.fields[.allow] = endpoint.methods.joined(separator: ", ")
            return response
        }
        let query = Parameters(queryOf: request)
        do throws(Refusal) {
            return switch endpoint {
            case .authorize: try authorize(request, query, now: now)
            case .token: try token(request, now: now)
            case .revoke: try revoke(request)
            case .deauthorize: try deauthorize(request, query, now: now)
            case .activities, .activity, .athlete, .stats:
                try data(endpoint, request, query, fault: fault, now: now)
            }
        } catch {
            return error.response
        }
    }

    // MARK: Changing history

    /// Applies a change to an athlete's history at once.
    ///
    /// - Returns: false when there is nobody or nothing to change.
    @discardableResult
    package mutating func apply(_ mutation: Mutation, to athleteID: Int64) -> Bool {
        switch mutation {
        case .insert(let activity):
            athletes[athleteID]?.activities.insert(activity)
            return athletes[athleteID] != nil
        case .delete(let id):
            return athletes[athleteID]?.activities.delete(id) ?? false
        case .edit(let id, let change):
            return athletes[athleteID]?.activities.edit(id, change) ?? false
        }
    }

    /// Keeps a change until `replies` more list requests have been answered.
    package mutating func plan(_ mutation: Mutation, on athleteID: Int64, afterListReplies replies: Int) {
        planned.append(PlannedMutation(athleteID: athleteID, mutation: mutation, repliesToGo: max(1, replies)))
    }

    private mutating func carryOutPlans() {
        for index in planned.indices { planned[index].repliesToGo -= 1 }
        let due = planned.filter { $0.repliesToGo == 0 }
        planned.removeAll { $0.repliesToGo == 0 }
        for plan in due { apply(plan.mutation, to: plan.athleteID) }
    }
}
