import HTTP
import HTTPTypes
import TestSupport
import Testing

@testable import Sandbox

@Suite struct OwnPageTests {
    @Test func theFrontPageSaysWhatThisIsAndWhatCanBeSet() async {
        let page = await Lab().get("/")
        #expect(page.status.code == 200)
        for words in ["This is not Strava", "STRAVA_API_URL", Sandbox.clientID, "/sandbox/faults", "Plain Person"] {
            #expect(page.text.contains(words))
        }
    }

    @Test func aFaultCanBeQueuedByHand() async throws {
        let lab = Lab()
        let token = try await lab.signIn().access_token
        let reply = await lab.post("/sandbox/faults", [("fault", "503"), ("endpoint", "athlete"), ("times", "1")])
        #expect(reply.status.code == 303)
        #expect(await lab.get("/athlete", token: token).status.code == 503)
        #expect(await lab.get("/athlete", token: token).status.code == 200)
    }

    @Test(arguments: [
        ("fault", "nonsense", "fault must be one of 503"), ("endpoint", "nowhere", "endpoint must be one of authorize"),
        ("times", "-1", "times must be a number from 1 to 1000"),
    ])
    func aWrongFaultIsToldWhatWouldBeRight(name: String, value: String, message: String) async {
        var form = [("fault", "503"), ("endpoint", "athlete"), ("times", "1")]
        form.removeAll { $0.0 == name }
        form.append((name, value))
        let reply = await Lab().post("/sandbox/faults", form)
        #expect(reply.status.code == 400)
        #expect(reply.text.contains(message))
    }

    @Test func theSwitchesShowTheWholeState() async {
        let lab = Lab()
        _ = await lab.post("/sandbox/switches", [("inactive", "on"), ("short_pages", "on")])
        var settings = await lab.sandbox.settings
        #expect(settings.isAppInactive)
        #expect(!settings.sendsRateHeaders)
        #expect(settings.shortPages != nil)
        _ = await lab.post("/sandbox/switches", [("rate_headers", "on")])
        settings = await lab.sandbox.settings
        #expect(!settings.isAppInactive)
        #expect(settings.sendsRateHeaders)
        #expect(settings.shortPages == nil)
    }

    @Test func aRunCanBeUploadedByHand() async throws {
        let lab = Lab()
        let token = try await lab.signIn().access_token
        _ = await lab.post("/sandbox/activities", [])
        #expect(try await lab.ids("?per_page=2", token: token) == [450, 451].reversed())
    }

    @Test func theNewestRequestsCanBeRead() async throws {
        let lab = Lab()
        let token = try await lab.signIn().access_token
        _ = await lab.get("/athlete?x=1", token: token)
        let log = try await lab.get("/sandbox/requests").decoded([AnyJSON].self)
        #expect(log.map { $0["path"]?.text } == ["/oauth/token", "/athlete"])
        #expect(log.last?["time"]?.text == "2026-11-23T03:00:00Z")
        #expect(await lab.sandbox.counts.requests == 2)
    }
}
