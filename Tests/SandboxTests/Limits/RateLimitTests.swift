import HTTP
import HTTPTypes
import Testing

@testable import Sandbox

@Suite struct RateLimitTests {
    private func lab(quarter: Int, day: Int, readQuarter: Int = 1000, readDay: Int = 1000) -> Lab {
        Lab([Lab.plain(3)]) {
            $0.limits = RateLimits(
                overall: .init(quarter: quarter, day: day), read: .init(quarter: readQuarter, day: readDay))
        }
    }

    @Test func everyDataReplyCarriesTheFourHeadersInTheirExactForm() async throws {
        let lab = Lab()
        let token = try await lab.signIn().access_token
        for (number, target) in ["/api/v3/athlete/activities", "/athlete", "/athletes/7/stats"].enumerated() {
            let reply = await lab.get(target, token: token)
            #expect(reply.status.code == 200)
            #expect(reply.field("X-RateLimit-Limit") == "200,2000")
            #expect(reply.field("X-RateLimit-Usage") == "\(number + 1),\(number + 1)")
            #expect(reply.field("X-ReadRateLimit-Limit") == "100,1000")
            #expect(reply.field("X-ReadRateLimit-Usage") == "\(number + 1),\(number + 1)")
        }
    }

    @Test func theHeadersCanBeDropped() async throws {
        let lab = Lab()
        let token = try await lab.signIn().access_token
        await lab.sandbox.configure { $0.sendsRateHeaders = false }
        let reply = await lab.get("/athlete", token: token)
        #expect(reply.field("X-RateLimit-Usage") == nil)
        #expect(reply.field("X-ReadRateLimit-Usage") == nil)
    }

    @Test func theCallOverTheQuarterIsRefusedAndStillCountsForTheDay() async throws {
        let lab = lab(quarter: 2, day: 100)
        let token = try await lab.signIn().access_token
        for _ in 0..<2 { #expect(await lab.get("/athlete", token: token).status.code == 200) }
        let refused = await lab.get("/athlete", token: token)
        #expect(try refused.refusal == "429 Rate Limit Exceeded: Application/rate limit/exceeded")
        #expect(refused.field("X-RateLimit-Usage") == "3,3")
        #expect(refused.field("Retry-After") == nil)
    }

    @Test func theReadFamilyHasLimitsOfItsOwn() async throws {
        let lab = lab(quarter: 100, day: 100, readQuarter: 1)
        let token = try await lab.signIn().access_token
        #expect(await lab.get("/athlete", token: token).status.code == 200)
        #expect(await lab.get("/athlete", token: token).status.code == 429)
    }

    @Test func quartersEndOnTheWallClockNotAfterFifteenMinutes() async throws {
        let lab = lab(quarter: 1, day: 100)
        let token = try await lab.signIn().access_token
        lab.clock.advance(seconds: 14 * 60)
        #expect(await lab.get("/athlete", token: token).status.code == 200)
        lab.clock.advance(seconds: 59)
        #expect(await lab.get("/athlete", token: token).status.code == 429)
        lab.clock.advance(seconds: 1)
        let next = await lab.get("/athlete", token: token)
        #expect(next.status.code == 200)
        #expect(next.field("X-RateLimit-Usage") == "1,3")
    }

    @Test func theDayEndsAtMidnightUTC() async throws {
        let lab = lab(quarter: 100, day: 1)
        await lab.sandbox.configure { $0.tokenLifetime = .seconds(200_000) }
        let token = try await lab.signIn().access_token
        #expect(await lab.get("/athlete", token: token).status.code == 200)
        // From 03:00:00 to 23:59:59.
        lab.clock.advance(seconds: 21 * 3600 - 1)
        #expect(await lab.get("/athlete", token: token).status.code == 429)
        lab.clock.advance(seconds: 1)
        #expect(await lab.get("/athlete", token: token).field("X-RateLimit-Usage") == "1,1")
    }

    @Test func otherSoftwareSpendsFromTheSameBudget() async throws {
        let lab = Lab()
        let token = try await lab.signIn().access_token
        await lab.sandbox.spend(overall: 40, read: 30)
        let reply = await lab.get("/athlete", token: token)
        #expect(reply.field("X-RateLimit-Usage") == "41,41")
        #expect(reply.field("X-ReadRateLimit-Usage") == "31,31")
    }

    @Test func anUnknownTokenIsNotCountedAndAMissingScopeIs() async throws {
        let lab = Lab()
        let token = try await lab.signIn([.read]).access_token
        _ = await lab.get("/athlete/activities", token: "unknown")
        #expect(await lab.sandbox.usage.overall.day == 0)
        _ = await lab.get("/athlete/activities", token: token)
        #expect(await lab.sandbox.usage.overall.day == 1)
    }
}
