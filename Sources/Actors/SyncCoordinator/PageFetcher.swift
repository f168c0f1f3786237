/// Asks Strava for a page of the list, with a token that is good.
struct PageFetcher: Sendable {
    let vault: TokenVault
    let strava: MeteredStrava

    /// Fetches the page; a token that Strava calls invalid is refreshed once, and the request repeated once.
    ///
    /// - Parameter sent: called for each request that Strava answered or failed to; what the budget held back is not among them.
    func fetch(
        _ step: SyncPlan.Step, isolation: isolated (any Actor)? = #isolation, sent: () -> Void
    ) async throws -> (page: ActivityPage, token: AthleteToken) {
        let token = try await vault.token()
        let first = await send(step, token, sent)
        guard case .failure(.strava(let failure)) = first, failure.kind == .unauthorized else {
            return (try first.get(), token)
        }
        await vault.rejected(token.accessToken)
        let second = try await vault.token()
        return (try await send(step, second, sent).get(), second)
    }

    private func send(
        _ step: SyncPlan.Step, _ token: AthleteToken, isolation: isolated (any Actor)? = #isolation, _ sent: () -> Void
    ) async -> Result<ActivityPage, MeteredStrava.Failure> {
        do throws(MeteredStrava.Failure) {
            let page = try await strava.activities(step.query, accessToken: token.accessToken, priority: step.priority)
            sent()
            return .success(page)
        } catch {
            if case .strava = error { sent() }
            return .failure(error)
        }
    }
}
