import TestSupport
import Testing

@testable import Actors

/// Tokens that another process on the same database has stored.
@Suite("tokens of others", .timeLimit(.minutes(15)))
struct TokensOfOthersTests {
    private static let now = UTCInstant(seconds: 1_795_402_800)

    private func token(_ name: String) -> AthleteToken {
        AthleteToken(
            athleteID: 7, accessToken: Secret(name), refreshToken: Secret("r-\(name)"),
            expiresAt: Self.now + .seconds(20_000))
    }

    @Test func areTakenOverOnce() {
        var flight = TokenFlight()
        let news = ["a", "a", "b"].map { flight.found(token($0)) }
        #expect(news == [true, false, true])
        #expect(flight.request(at: Self.now) == .serve(token("b")))
    }

    @Test func areLeftToTheFlightThatIsUnderWay() {
        var flight = TokenFlight()
        flight.adopt(token("a"))
        flight.rejected(Secret("a"))
        guard case .start = flight.request(at: Self.now) else {
            Issue.record("there is no flight")
            return
        }
        let isNews = flight.found(token("b"))
        #expect(!isNews)
    }

    @Test func takeThePlaceOfThoseThatWereRefusedAndOnlyNewOnesDo() throws {
        var flight = TokenFlight()
        flight.adopt(token("a"))
        flight.rejected(Secret("a"))
        guard case .start(let epoch, _) = flight.request(at: Self.now) else {
            Issue.record("there is no flight")
            return
        }
        _ = flight.landed(.failure(.needsAuthorization), epoch: epoch, at: Self.now)
        let isSameNews = flight.found(token("a"))
        #expect(!isSameNews, "they are the ones that are dead")
        #expect(flight.request(at: Self.now) == .fail(.needsAuthorization))
        let isNews = flight.found(token("b"))
        #expect(isNews)
        #expect(flight.request(at: Self.now) == .serve(token("b")))
    }

    @Test func aPersonWhoAsksAfterANewConnectionElsewhereIsServed() async throws {
        let shop = Workshop.synced(Activity.history(3), left: 10)
        try await shop.open { _ in
            shop.strava.failTokens(StravaFailure(.refreshTokenDead, "400"))
            #expect(await shop.coordinator.refresh(.newest) != .succeeded)
            #expect(await shop.coordinator.status().state == .needsAuthorization)
            let sent = shop.strava.refreshTokensSent.count
            #expect(await shop.coordinator.refresh(.newest) != .succeeded)
            #expect(shop.strava.refreshTokensSent.count == sent, "the dead token is offered once")
            try await shop.store.save(
                StoredAuthorization(
                    athleteID: 7, accessToken: "key:new-access", refreshToken: "key:new-refresh",
                    expiresAt: shop.clock.now() + .seconds(20_000)))
            #expect(await shop.coordinator.refresh(.newest) == .succeeded)
            #expect(await shop.coordinator.status().state == .idle)
        }
    }

    @Test func aPersonWhoAsksWhereNobodyHeardOfTheAthleteIsServed() async throws {
        let shop = Workshop(Activity.history(3), left: nil)
        try await shop.open { _ in
            #expect(await shop.coordinator.refresh(.newest) == .notConnected)
            try await shop.store.save(
                StoredAuthorization(
                    athleteID: 7, accessToken: "key:access", refreshToken: "key:refresh",
                    expiresAt: shop.clock.now() + .seconds(20_000)))
            #expect(await shop.coordinator.refresh(.newest) == .succeeded)
        }
    }
}
