import Actors
import Testing

private let start = UTCInstant(seconds: 1_795_402_800)

private func token(_ name: String = "a", left: Int, at now: UTCInstant = start) -> AthleteToken {
    AthleteToken(
        athleteID: 7, accessToken: Secret(name), refreshToken: Secret("r-\(name)"), expiresAt: now + .seconds(left))
}

private let outage = VaultFailure.strava(StravaFailure(.unavailable, "503"))

@Suite("TokenFlight")
struct TokenFlightTests {
    private func flight(_ token: AthleteToken) -> TokenFlight {
        var flight = TokenFlight()
        flight.adopt(token)
        return flight
    }

    /// Starts a flight, which must be possible, and gives its epoch.
    private func takeOff(_ flight: inout TokenFlight, at now: UTCInstant = start) throws -> Int {
        guard case .start(let epoch, _) = flight.request(at: now) else { throw NoFlight() }
        return epoch
    }

    private struct NoFlight: Error {}

    @Test func withoutAnAthleteThereIsNoToken() {
        var flight = TokenFlight()
        #expect(flight.request(at: start) == .fail(.notConnected))
        #expect(flight.landed(.success(token(left: 10)), epoch: 0, at: start) == .ignore)
        flight.rejected(Secret("a"))
        #expect(flight.request(at: start) == .fail(.notConnected))
        #expect(flight.athleteID == nil)
    }

    @Test func aTokenIsServedWhileMoreThanAnHourIsLeftAndRefreshedAfter() {
        let fresh = token(left: 3601)
        var flight = flight(fresh)
        #expect(flight.request(at: start) == .serve(fresh))
        #expect(flight.request(at: start + .milliseconds(999)) == .serve(fresh))
        #expect(flight.request(at: start + .seconds(1)) == .start(epoch: 2, fresh))
    }

    @Test func everybodyElseJoinsTheFlight() throws {
        var flight = flight(token(left: 10))
        let epoch = try takeOff(&flight)
        #expect(flight.request(at: start) == .join)
        #expect(flight.request(at: start + .seconds(10_000)) == .join)
        #expect(flight.isCurrent(epoch))
        #expect(!flight.isCurrent(epoch - 1))
        let new = token("b", left: 21_600)
        #expect(flight.landed(.success(new), epoch: epoch, at: start) == .serve(new))
        #expect(flight.request(at: start) == .serve(new))
        #expect(flight.landed(.success(token("c", left: 21_600)), epoch: epoch, at: start) == .ignore)
        #expect(flight.request(at: start) == .serve(new))
    }

    @Test(arguments: [3600, 30, -7200])
    func anUnchangedTokenIsAcceptedAndAskedForAgainOnlyAfterAPause(left: Int) throws {
        // 30 and -7200: our clock runs far ahead of Strava's, which has just said that this token is good.
        let old = token(left: left)
        var flight = flight(old)
        let epoch = try takeOff(&flight)
        #expect(flight.landed(.success(old), epoch: epoch, at: start) == .serve(old))
        #expect(flight.request(at: start + .seconds(59)) == .serve(old))
        #expect(flight.request(at: start + .seconds(60)) == .start(epoch: epoch + 1, old))
    }

    @Test func aFailedRefreshServesTheOldTokenWhileItIsValid() throws {
        let old = token(left: 200)
        var flight = flight(old)
        let epoch = try takeOff(&flight)
        #expect(flight.landed(.failure(outage), epoch: epoch, at: start) == .serve(old))
        #expect(flight.request(at: start + .seconds(4)) == .serve(old))
        #expect(flight.request(at: start + .seconds(5)) == .start(epoch: epoch + 1, old))
        #expect(
            flight.landed(.failure(outage), epoch: epoch + 1, at: start + .seconds(139)) == .serve(old))
        #expect(flight.request(at: start + .seconds(140)) == .fail(outage))
    }

    @Test func failuresBackOffToAQuarterOfAnHourAndAreForgottenBySuccess() throws {
        var flight = flight(token(left: -1))
        var now = start
        for wait in [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900] {
            let epoch = try takeOff(&flight, at: now)
            #expect(flight.landed(.failure(outage), epoch: epoch, at: now) == .fail(outage))
            #expect(flight.request(at: now + .seconds(wait) - .milliseconds(1)) == .fail(outage))
            now = now + .seconds(wait)
        }
        let epoch = try takeOff(&flight, at: now)
        #expect(flight.landed(.success(token("b", left: 10, at: now)), epoch: epoch, at: now) != .ignore)
        now = now + .seconds(60)
        let next = try takeOff(&flight, at: now)
        _ = flight.landed(.failure(outage), epoch: next, at: now)
        #expect(
            flight.request(at: now + .seconds(5))
                == .start(epoch: next + 1, token("b", left: 10, at: now - .seconds(60))))
    }

    @Test func aSpentBudgetIsWaitedForExactly() throws {
        var flight = flight(token(left: -1))
        let until = start + .seconds(777)
        let epoch = try takeOff(&flight)
        #expect(flight.landed(.failure(.budget(until: until)), epoch: epoch, at: start) == .fail(.budget(until: until)))
        #expect(flight.request(at: until - .milliseconds(1)) == .fail(.budget(until: until)))
        _ = try takeOff(&flight, at: until)
    }

    @Test func aRejectedTokenForcesExactlyOneFlight() throws {
        let old = token(left: 20_000)
        var flight = flight(old)
        flight.rejected(Secret("somebody else's"))
        #expect(flight.request(at: start) == .serve(old))
        flight.rejected(old.accessToken)
        let epoch = try takeOff(&flight)
        #expect(flight.request(at: start) == .join)
        let new = token("b", left: 21_600)
        #expect(flight.landed(.success(new), epoch: epoch, at: start) == .serve(new))
        flight.rejected(old.accessToken)
        #expect(flight.request(at: start) == .serve(new))
    }

    @Test func aRejectedTokenIsNotServedWhenItsRefreshFails() throws {
        let old = token(left: 20_000)
        var flight = flight(old)
        flight.rejected(old.accessToken)
        let epoch = try takeOff(&flight)
        #expect(flight.landed(.failure(outage), epoch: epoch, at: start) == .fail(outage))
        #expect(flight.request(at: start) == .fail(outage))
        #expect(flight.request(at: start + .seconds(5)) == .start(epoch: epoch + 1, old))
    }

    @Test func aTokenRejectedDuringItsFlightIsNotServedWhenThatFails() throws {
        let old = token(left: 3000)
        var flight = flight(old)
        let epoch = try takeOff(&flight)
        flight.rejected(old.accessToken)
        #expect(flight.landed(.failure(outage), epoch: epoch, at: start) == .fail(outage))
    }

    @Test func aFlightThatAConnectionOvertookIsVoid() throws {
        var flight = flight(token(left: 10))
        let epoch = try takeOff(&flight)
        let connection = token("c", left: 21_600)
        flight.adopt(connection)
        #expect(!flight.isCurrent(epoch))
        #expect(flight.landed(.success(token("b", left: 21_600)), epoch: epoch, at: start) == .ignore)
        #expect(flight.landed(.failure(.needsAuthorization), epoch: epoch, at: start) == .ignore)
        #expect(flight.request(at: start) == .serve(connection))
    }

    @Test func aDeadRefreshTokenStaysDeadUntilTheAthleteConnectsAgain() throws {
        var flight = flight(token(left: 200))
        let epoch = try takeOff(&flight)
        #expect(
            flight.landed(.failure(.needsAuthorization), epoch: epoch, at: start) == .fail(.needsAuthorization))
        #expect(flight.request(at: start + .seconds(1_000_000)) == .fail(.needsAuthorization))
        flight.rejected(Secret("a"))
        #expect(flight.request(at: start) == .fail(.needsAuthorization))
        #expect(flight.athleteID == nil)
        flight.adopt(token("b", left: 21_600))
        #expect(flight.request(at: start) == .serve(token("b", left: 21_600)))
        #expect(flight.athleteID == 7)
    }

    @Test func tokensThatTheKeyDoesNotOpenAreNeverSent() {
        var flight = TokenFlight()
        flight.foundSealed()
        #expect(flight.request(at: start) == .fail(.wrongKey))
        flight.rejected(Secret("a"))
        #expect(flight.request(at: start) == .fail(.wrongKey))
        #expect(flight.landed(.success(token(left: 21_600)), epoch: 1, at: start) == .ignore)
        flight.adopt(token("b", left: 21_600))
        #expect(flight.request(at: start) == .serve(token("b", left: 21_600)))
    }
}
