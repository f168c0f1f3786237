import HTTP
import HTTPTypes
import TestSupport
import Testing

@testable import Sandbox

@Suite struct AccessTests {
    @Test func aCallWithoutAGoodTokenIsRefused() async throws {
        let lab = Lab()
        for token in [nil, "", "0123456789012345678901234567890123456789"] {
            #expect(
                try await lab.get("/api/v3/athlete/activities", token: token).refusal
                    == "401 Authorization Error: Athlete/access_token/invalid")
        }
    }

    @Test func anExpiredTokenIsRefused() async throws {
        let lab = Lab()
        let token = try await lab.signIn().access_token
        lab.clock.advance(seconds: 21_599)
        #expect(await lab.get("/athlete", token: token).status.code == 200)
        lab.clock.advance(seconds: 1)
        #expect(await lab.get("/athlete", token: token).status.code == 401)
    }

    @Test func aTokenInTheQueryWorksOnlyWhenAllowed() async throws {
        let lab = Lab()
        let token = try await lab.signIn().access_token
        #expect(await lab.get("/athlete?access_token=\(token)").status.code == 401)
        await lab.sandbox.configure { $0.acceptsQueryTokens = true }
        #expect(await lab.get("/athlete?access_token=\(token)").status.code == 200)
    }

    @Test func activitiesNeedAnActivityScope() async throws {
        let lab = Lab()
        let token = try await lab.signIn([.read, .profileReadAll]).access_token
        #expect(
            try await lab.get("/api/v3/athlete/activities", token: token).refusal
                == "401 Authorization Error: AccessToken/activity:read_permission/missing")
        #expect(await lab.get("/athlete", token: token).status.code == 200)
    }

    @Test func oneActivityIsThereForThoseWhoMaySeeIt() async throws {
        let lab = Lab()
        let token = try await lab.signIn().access_token
        let narrow = try await lab.signIn([.read, .activityRead]).access_token
        await lab.sandbox.apply(.setVisibility(5, .onlyMe))
        await lab.sandbox.apply(.delete(6))
        #expect(try await lab.get("/api/v3/activities/4", token: narrow).decoded(AnyJSON.self)["id"] == .number(4))
        #expect(try await lab.get("/activities/5", token: token).decoded(AnyJSON.self)["id"] == .number(5))
        for (id, token) in [(5, narrow), (6, token), (999, token)] {
            #expect(try await lab.get("/api/v3/activities/\(id)", token: token).refusal == "404 Resource Not Found:")
        }
        let blind = try await lab.signIn([.read]).access_token
        #expect(
            try await lab.get("/activities/4", token: blind).refusal
                == "401 Authorization Error: AccessToken/activity:read_permission/missing")
        #expect(await lab.sandbox.requests(to: .activity).count == 6)
    }

    @Test func anInactiveApplicationGetsNothing() async throws {
        let lab = Lab()
        let token = try await lab.signIn().access_token
        await lab.sandbox.configure { $0.isAppInactive = true }
        for target in ["/athlete/activities", "/athlete", "/athletes/7/stats"] {
            #expect(
                try await lab.get(target, token: token).refusal == "403 Forbidden: Application/Status/Inactive")
        }
    }

    @Test func anUnknownPathAndAWrongMethodSaySo() async throws {
        let lab = Lab()
        #expect(try await lab.get("/api/v3/nothing").refusal == "404 Resource Not Found:")
        let wrong = await lab.post("/athlete/activities", [])
        #expect(wrong.status.code == 405)
        #expect(wrong.fields[.allow] == "GET")
    }

    @Test func theLogHoldsEveryRequestAndNoSecret() async throws {
        let lab = Lab()
        let tokens = try await lab.signIn()
        _ = await lab.get("/api/v3/athlete/activities?page=2&per_page=5", token: tokens.access_token)
        _ = await lab.get("/athlete?access%5Ftoken=\(tokens.access_token)&x=1")
        _ = await lab.get("/oauth/authorize?client_id=1&state=hidden")
        let log = await lab.sandbox.requests
        #expect(log.map(\.method) == ["POST", "GET", "GET", "GET"])
        #expect(log.map(\.status) == [200, 200, 401, 400])
        #expect(log[1].path == "/api/v3/athlete/activities")
        #expect(log[1].query == "page=2&per_page=5")
        #expect(log[1].time == HandClock.start)
        #expect(log[2].query == "access%5Ftoken=-&x=1")
        let text = "\(log)"
        for secret in [tokens.access_token, tokens.refresh_token, Sandbox.clientSecret, "hidden"] {
            #expect(!text.contains(secret))
        }
        #expect(await lab.sandbox.requests(to: .activities).count == 1)
        await lab.sandbox.clearLog()
        #expect(await lab.sandbox.requests.isEmpty)
    }

    @Test func theAthleteIsASummary() async throws {
        let lab = Lab()
        let token = try await lab.signIn().access_token
        let athlete = try await lab.get("/api/v3/athlete", token: token).decoded(AnyJSON.self)
        #expect(athlete["id"] == .number(7))
        #expect(athlete["resource_state"] == .number(2))
        #expect(athlete["firstname"] == .text("Plain"))
        #expect(athlete["bikes"] == nil)
    }
}
