/// Strava behind the budget: every call asks for a permit first and books the answer after.
package struct MeteredStrava: Sendable {
    /// Why a call brought no value.
    package enum Failure: Error, Sendable, Hashable {
        /// The budget forbids it until this moment, by our books or by Strava's 429.
        case budget(until: UTCInstant)
        /// The store would not take the ledger, and nothing is sent that is not written down.
        case store(StoreFailure)
        /// The caller was cancelled before anything was sent.
        case cancelled
        /// Strava failed or refused.
        case strava(StravaFailure)
    }

    private let gateway: any StravaGateway
    private let limiter: RateLimiter

    package init(gateway: any StravaGateway, limiter: RateLimiter) {
        self.gateway = gateway
        self.limiter = limiter
    }

    /// Trades the callback's code for tokens.
    ///
    /// A person waits for it.
    package func exchange(code: Secret) async throws(Failure) -> TokenGrant {
        try await metered(.interactive) { () throws(StravaFailure) in try await gateway.exchange(code: code) }
    }

    /// Refreshes a token.
    ///
    /// Without one nothing else can be sent, so the reserve is open to it.
    package func refresh(_ refreshToken: Secret) async throws(Failure) -> TokenGrant {
        try await metered(.interactive) { () throws(StravaFailure) in try await gateway.refresh(refreshToken) }
    }

    /// One page of the list.
    package func activities(
        _ query: ActivityQuery, accessToken: Secret, priority: RequestPriority
    ) async throws(Failure) -> ActivityPage {
        try await metered(priority) { () throws(StravaFailure) in
            try await gateway.activities(query, accessToken: accessToken)
        }
    }

    /// One activity by its id; nil when it is gone.
    package func activity(
        _ id: Int64, accessToken: Secret, priority: RequestPriority
    ) async throws(Failure) -> Activity? {
        try await metered(priority) { () throws(StravaFailure) in
            try await gateway.activity(id, accessToken: accessToken)
        }
    }

    private func metered<Value: Sendable>(
        _ priority: RequestPriority, _ call: () async throws(StravaFailure) -> StravaReply<Value>
    ) async throws(Failure) -> Value {
        let permit = try await limiter.permit(priority)
        do throws(StravaFailure) {
            let reply = try await call()
            await limiter.settled(permit, by: RequestResult(usage: reply.usage, serverDate: reply.serverDate))
            return reply.value
        } catch {
            let isLimited = error.kind == .limited
            let result = RequestResult(
                usage: error.usage, serverDate: error.serverDate, wasLimited: isLimited, wasSent: error.wasSent)
            if isLimited { throw .budget(until: await limiter.limited(permit, by: result, priority)) }
            await limiter.settled(permit, by: result)
            throw .strava(error)
        }
    }
}
