package import Actors
import Locking

/// Strava in memory: a list that tests change at will, failures by script, and doors to hold calls at.
package final class FakeStrava: StravaGateway {
    private struct State {
        var list: StravaList
        var listFailures: [StravaFailure?] = []
        var tokenFailures: [StravaFailure?] = []
        var queries: [ActivityQuery] = []
        var lookupFailures: [StravaFailure?] = []
        var lookups: [Int64] = []
        var tokensSent: [Secret] = []
        var refreshTokensSent: [Secret] = []
        var deadTokens: Set<Secret> = []
        var listGate: Gate?
        var tokenGate: Gate?
        var beforeAnswer: (@Sendable (Int, inout StravaList) -> Void)?
        var usage: RateUsage?
        var grant: TokenGrant?
    }

    private let state: Lock<State>
    private let clock: any WallClock

    package init(_ activities: [Activity] = [], clock: any WallClock) {
        state = Lock(State(list: StravaList(activities)))
        self.clock = clock
    }

    // MARK: What tests set

    package func change(_ body: (inout StravaList) -> Void) { state.withLock { body(&$0.list) } }
    /// The next list calls fail like this, one after another; nil lets one through.
    package func failLists(_ failures: StravaFailure?...) { state.withLock { $0.listFailures += failures } }
    /// The next calls for one activity fail like this, one after another; nil lets one through.
    package func failLookups(_ failures: StravaFailure?...) { state.withLock { $0.lookupFailures += failures } }
    /// The next token calls fail like this.
    package func failTokens(_ failures: StravaFailure?...) { state.withLock { $0.tokenFailures += failures } }
    /// Holds list calls, before they are answered.
    package func holdLists(_ gate: Gate?) { state.withLock { $0.listGate = gate } }
    /// Holds token calls, before they are answered.
    package func holdTokens(_ gate: Gate?) { state.withLock { $0.tokenGate = gate } }
    /// Runs before the list call of this number (from 1) is answered.
    package func beforeAnswer(_ body: @escaping @Sendable (Int, inout StravaList) -> Void) {
        state.withLock { $0.beforeAnswer = body }
    }
    /// List calls with this token are answered 401.
    package func kill(_ accessToken: Secret) { state.withLock { _ = $0.deadTokens.insert(accessToken) } }
    /// The usage that list replies carry.
    package func report(_ usage: RateUsage?) { state.withLock { $0.usage = usage } }
    /// What token calls bring from now on; without it each brings a new pair, `access-1`, `refresh-1` and so on.
    package func grant(_ grant: TokenGrant) { state.withLock { $0.grant = grant } }

    // MARK: What tests read

    package var activities: [Activity] { state.withLock { $0.list.activities } }
    package var queries: [ActivityQuery] { state.withLock { $0.queries } }
    /// The ids that were asked for one by one.
    package var lookups: [Int64] { state.withLock { $0.lookups } }
    package var listCalls: Int { queries.count }
    package var tokensSent: [Secret] { state.withLock { $0.tokensSent } }
    package var refreshTokensSent: [Secret] { state.withLock { $0.refreshTokensSent } }
    package var tokenCalls: Int { refreshTokensSent.count }

    // MARK: StravaGateway

    package func exchange(code: Secret) async throws(StravaFailure) -> StravaReply<TokenGrant> {
        try await token(code)
    }

    package func refresh(_ refreshToken: Secret) async throws(StravaFailure) -> StravaReply<TokenGrant> {
        try await token(refreshToken)
    }

    package func activities(
        _ query: ActivityQuery, accessToken: Secret
    ) async throws(StravaFailure) -> StravaReply<ActivityPage> {
        let gate = state.withLock { state in
            state.queries.append(query)
            state.tokensSent.append(accessToken)
            return state.listGate
        }
        await gate?.pass()
        let now = clock.now()
        let answer = state.withLock { state -> Result<StravaReply<ActivityPage>, StravaFailure> in
            state.beforeAnswer?(state.queries.count, &state.list)
            if !state.listFailures.isEmpty, let failure = state.listFailures.removeFirst() {
                return .failure(failure.dated(now))
            }
            if state.deadTokens.contains(accessToken) { return .failure(StravaFailure(.unauthorized, "401")) }
            return .success(StravaReply(state.list.page(query), usage: state.usage, serverDate: now))
        }
        return try answer.get()
    }

    package func activity(
        _ id: Int64, accessToken: Secret
    ) async throws(StravaFailure) -> StravaReply<Activity?> {
        let now = clock.now()
        let answer = state.withLock { state -> Result<StravaReply<Activity?>, StravaFailure> in
            state.lookups.append(id)
            state.tokensSent.append(accessToken)
            if !state.lookupFailures.isEmpty, let failure = state.lookupFailures.removeFirst() {
                return .failure(failure.dated(now))
            }
            if state.deadTokens.contains(accessToken) { return .failure(StravaFailure(.unauthorized, "401")) }
            return .success(StravaReply(state.list.activity(id), usage: state.usage, serverDate: now))
        }
        return try answer.get()
    }

    private func token(_ sent: Secret) async throws(StravaFailure) -> StravaReply<TokenGrant> {
        let gate = state.withLock { state in
            state.refreshTokensSent.append(sent)
            return state.tokenGate
        }
        await gate?.pass()
        let now = clock.now()
        let answer = state.withLock { state -> Result<StravaReply<TokenGrant>, StravaFailure> in
            if !state.tokenFailures.isEmpty, let failure = state.tokenFailures.removeFirst() {
                return .failure(failure.dated(now))
            }
            let number = state.refreshTokensSent.count
            let grant = TokenGrant(
                accessToken: Secret("access-\(number)"), refreshToken: Secret("refresh-\(number)"),
                expiresAt: now + .seconds(21_600))
            return .success(StravaReply(state.grant ?? grant, serverDate: now))
        }
        return try answer.get()
    }
}

extension StravaFailure {
    /// A 429 with the `Date` that every reply of Strava's has: by it the end of the window is known.
    fileprivate func dated(_ now: UTCInstant) -> StravaFailure {
        guard kind == .limited else { return self }
        var dated = self
        dated.serverDate = serverDate ?? now
        return dated
    }
}
