/// Asks Strava for what a step needs, with a token that is good.
struct PageFetcher: Sendable {
    let vault: TokenVault
    let strava: MeteredStrava

    /// Fetches the answer; a token that Strava calls invalid is refreshed once, and the request repeated once.
    ///
    /// - Parameter sent: called for each request that Strava answered or failed to; what the budget held back is not among them.
    func fetch(
        _ step: SyncPlan.Step, isolation: isolated (any Actor)? = #isolation, sent: () -> Void
    ) async throws -> (answer: SyncPlan.Answer, token: AthleteToken) {
        let token = try await vault.token()
        let first = await send(step, token, sent)
        guard case .failure(.strava(let failure)) = first, failure.kind == .unauthorized else {
            return (try answer(first, step), token)
        }
        await vault.rejected(token.accessToken)
        let second = try await vault.token()
        return (try answer(await send(step, second, sent), step), second)
    }

    private func send(
        _ step: SyncPlan.Step, _ token: AthleteToken, isolation: isolated (any Actor)? = #isolation, _ sent: () -> Void
    ) async -> Result<SyncPlan.Answer, MeteredStrava.Failure> {
        do throws(MeteredStrava.Failure) {
            let answer = try await ask(step, token.accessToken)
            sent()
            return .success(answer)
        } catch {
            if case .strava = error { sent() }
            return .failure(error)
        }
    }

    private func ask(_ step: SyncPlan.Step, _ token: Secret) async throws(MeteredStrava.Failure) -> SyncPlan.Answer {
        switch step.request {
        case .page(let query):
            return .page(try await strava.activities(query, accessToken: token, priority: step.priority))
        case .lookup(let id, _):
            let found = try await strava.activity(id, accessToken: token, priority: step.priority)
            return .finding(id, found.map(Suspects.Finding.there) ?? .gone)
        }
    }

    /// What is refused for one activity says nothing about the connection: the list, which was read before, was not refused.
    private func answer(
        _ result: Result<SyncPlan.Answer, MeteredStrava.Failure>, _ step: SyncPlan.Step
    ) throws -> SyncPlan.Answer {
        guard case .lookup(let id, let isLastTry) = step.request, case .failure(.strava(let failure)) = result else {
            return try result.get()
        }
        switch failure.kind {
        case .unauthorized, .scopeMissing, .rejected: return .finding(id, .unclear)
        case .unavailable where isLastTry: return .finding(id, .unclear)
        default: return try result.get()
        }
    }
}
