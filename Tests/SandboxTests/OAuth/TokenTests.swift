import FoundationEssentials
import HTTP
import HTTPTypes
import Testing

@testable import Sandbox

@Suite struct TokenTests {
    @Test(arguments: ["/oauth/token", "/api/v3/oauth/token"])
    func aCodeIsTradedForTokensOfFortyHexDigitsAndTheAthlete(path: String) async throws {
        let lab = Lab()
        let code = await lab.sandbox.approve()
        let body = try await lab.post(
            path,
            [
                ("client_id", Sandbox.clientID), ("client_secret", Sandbox.clientSecret), ("code", code),
                ("grant_type", "authorization_code"),
            ]
        ).decoded(TokenBody.self)
        #expect(body.token_type == "Bearer")
        for token in [code, body.access_token, body.refresh_token] {
            #expect(token.count == 40)
            #expect(token.allSatisfy { "0123456789abcdef".contains($0) })
        }
        #expect(body.expires_in == 21_600)
        #expect(body.expires_at == HandClock.start / 1000 + 21_600)
        #expect(body.athlete?.id == 7)
        #expect(body.athlete?.resource_state == 2)
    }

    @Test func aWrongClientIsRefused() async throws {
        let lab = Lab()
        let code = await lab.sandbox.approve()
        let id = await lab.post("/oauth/token", [("client_id", "1"), ("code", code)])
        #expect(try id.refusal == "400 Bad Request: Application/client_id/invalid")
        let secret = await lab.post(
            "/oauth/token", [("client_id", Sandbox.clientID), ("client_secret", "guess"), ("code", code)])
        #expect(try secret.refusal == "400 Bad Request: Application/client_secret/invalid")
        #expect(await lab.exchange(code).status.code == 200)
    }

    @Test func aCodeWorksOnce() async throws {
        let lab = Lab()
        let code = await lab.sandbox.approve()
        #expect(await lab.exchange(code).status.code == 200)
        #expect(try await lab.exchange(code).refusal == "400 Bad Request: AuthorizationCode/code/invalid")
        #expect(await lab.sandbox.counts.codeExchanges == 1)
    }

    @Test func aCodeExpires() async throws {
        let lab = Lab()
        let code = await lab.sandbox.approve()
        let other = await lab.sandbox.approve()
        lab.clock.advance(seconds: 599)
        #expect(await lab.exchange(other).status.code == 200)
        lab.clock.advance(seconds: 1)
        #expect(try await lab.exchange(code).refusal == "400 Bad Request: AuthorizationCode//expired")
    }

    @Test func aCodeThatIsTooFreshFailsAsOftenAsToldAndThenWorks() async throws {
        let lab = Lab()
        await lab.sandbox.refuseFreshCodes(times: 2)
        let code = await lab.sandbox.approve()
        for _ in 0..<2 {
            #expect(try await lab.exchange(code).refusal == "400 Bad Request: AuthorizationCode/code/invalid")
        }
        #expect(await lab.exchange(code).status.code == 200)
    }

    @Test func anExchangeHandsARunningTokenOutAgain() async throws {
        let lab = Lab()
        let first = try await lab.signIn()
        lab.clock.advance(seconds: 9713)
        let second = try await lab.signIn()
        #expect(second.access_token == first.access_token)
        #expect(second.expires_in == 11_887)
        #expect(second.athlete != nil)
    }

    @Test func aHalfUsedTokenCanBeLaidOutBeforehand() async throws {
        let lab = Lab()
        await lab.sandbox.startRunningToken(secondsLeft: 5000)
        #expect(try await lab.signIn().expires_in == 5000)
    }

    @Test func otherScopesGetATokenOfTheirOwn() async throws {
        let lab = Lab()
        let narrow = try await lab.signIn([.read])
        let wide = try await lab.signIn([.read, .activityReadAll])
        #expect(wide.access_token != narrow.access_token)
        #expect(await lab.get("/api/v3/athlete/activities", token: narrow.access_token).status.code == 401)
        #expect(await lab.get("/api/v3/athlete/activities", token: wide.access_token).status.code == 200)
    }

    @Test func aRefreshWithMoreThanAnHourLeftReturnsTheSamePair() async throws {
        let lab = Lab()
        let first = try await lab.signIn()
        lab.clock.advance(seconds: 17_999)
        let again = try await lab.refresh(first.refresh_token).decoded(TokenBody.self)
        #expect(again.access_token == first.access_token)
        #expect(again.refresh_token == first.refresh_token)
        #expect(again.expires_in == 3601)
        #expect(again.athlete == nil)
        let counts = await lab.sandbox.counts
        #expect(counts.codeExchanges == 1)
        #expect(counts.refreshes == 1)
        #expect(counts.mintedTokens == 1)
        #expect(counts.requests == 2)
    }

    @Test func aRefreshWithAnHourLeftMintsAndKillsTheOldRefreshToken() async throws {
        let lab = Lab()
        let first = try await lab.signIn()
        lab.clock.advance(seconds: 18_000)
        let second = try await lab.refresh(first.refresh_token).decoded(TokenBody.self)
        #expect(second.access_token != first.access_token)
        #expect(second.refresh_token != first.refresh_token)
        #expect(second.expires_in == 21_600)
        #expect(
            try await lab.refresh(first.refresh_token).refusal
                == "400 Bad Request: RefreshToken/refresh_token/invalid")
        // Old and new access tokens both work until each one's own expiry.
        #expect(await lab.get("/athlete", token: first.access_token).status.code == 200)
        lab.clock.advance(seconds: 3600)
        #expect(await lab.get("/athlete", token: first.access_token).status.code == 401)
        #expect(await lab.get("/athlete", token: second.access_token).status.code == 200)
    }

    @Test func anUnknownGrantTypeIsRefused() async throws {
        let reply = await Lab().post(
            "/oauth/token",
            [("client_id", Sandbox.clientID), ("client_secret", Sandbox.clientSecret), ("grant_type", "password")])
        #expect(try reply.refusal == "400 Bad Request: Application/grant_type/invalid")
    }

    @Test(arguments: [true, false]) func revokingEitherTokenKillsBoth(isAccess: Bool) async throws {
        let lab = Lab()
        let tokens = try await lab.signIn()
        let basic = "Basic " + Data("\(Sandbox.clientID):\(Sandbox.clientSecret)".utf8).base64EncodedString()
        let token = isAccess ? tokens.access_token : tokens.refresh_token
        let reply = await lab.post("/oauth/revoke", [("token", token)], authorization: basic)
        #expect(reply.status.code == 200)
        #expect(await lab.get("/athlete", token: tokens.access_token).status.code == 401)
        #expect(await lab.refresh(tokens.refresh_token).status.code == 400)
        // A dead token is fine to revoke again.
        #expect(await lab.post("/oauth/revoke", [("token", token)], authorization: basic).status.code == 200)
    }

    @Test func revokingWithoutTheClientsCredentialsIsRefused() async throws {
        let lab = Lab()
        let tokens = try await lab.signIn()
        #expect(await lab.post("/oauth/revoke", [("token", tokens.access_token)]).status.code == 401)
        #expect(await lab.get("/athlete", token: tokens.access_token).status.code == 200)
    }

    @Test func deauthorizingKillsEverythingAndNamesTheToken() async throws {
        let lab = Lab()
        let tokens = try await lab.signIn()
        let reply = await lab.post("/oauth/deauthorize", [("access_token", tokens.access_token)])
        #expect(try reply.decoded([String: String].self) == ["access_token": tokens.access_token])
        #expect(await lab.refresh(tokens.refresh_token).status.code == 400)
        let again = await lab.post("/oauth/deauthorize", [("access_token", tokens.access_token)])
        #expect(try again.refusal == "401 Authorization Error: Athlete/access_token/invalid")
    }

    @Test func aKilledAccessTokenComesBackThroughARefresh() async throws {
        let lab = Lab()
        let first = try await lab.signIn()
        await lab.sandbox.killAccessTokens()
        #expect(await lab.get("/athlete", token: first.access_token).status.code == 401)
        let second = try await lab.refresh(first.refresh_token).decoded(TokenBody.self)
        #expect(second.access_token != first.access_token)
        #expect(await lab.get("/athlete", token: second.access_token).status.code == 200)
    }

    @Test func aSandboxStartedAnewTakesUpAnEarlierRefreshTokenIfToldTo() async throws {
        let earlier = try await Lab().signIn([.read, .activityRead])
        let strict = await Lab([Lab.plain(3)]) { $0.tokenSeed = 2 }.refresh(earlier.refresh_token)
        #expect(strict.status.code == 400)

        let lab = Lab([Lab.plain(3)]) {
            $0.tokenSeed = 2
            $0.adoptsEarlierTokens = true
        }
        let tokens = try await lab.refresh(earlier.refresh_token).decoded(TokenBody.self)
        #expect(await lab.get("/athlete/activities", token: tokens.access_token).status.code == 200)
        // Once, since it was rotated; and only as it was made.
        #expect(await lab.refresh(earlier.refresh_token).status.code == 400)
        #expect(await lab.refresh(String(earlier.refresh_token.reversed())).status.code == 400)
    }

    @Test func aRefreshTokenOfAnUnknownAthleteIsNotTakenUp() async throws {
        let earlier = try await Lab([Lab.plain(3, id: 99)]).signIn()
        let reply = await Lab([Lab.plain(3)]) { $0.adoptsEarlierTokens = true }.refresh(earlier.refresh_token)
        #expect(try reply.refusal == "400 Bad Request: RefreshToken/refresh_token/invalid")
    }
}
