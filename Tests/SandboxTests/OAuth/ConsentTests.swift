import HTTP
import HTTPTypes
import Testing

@testable import Sandbox

@Suite struct ConsentTests {
    private let base =
        "/oauth/authorize?client_id=\(Sandbox.clientID)&response_type=code&redirect_uri=http%3A%2F%2Flocalhost%3A5001%2Fback"
    private let scope = "&scope=read,activity:read_all&state=a%2Bb%26c"

    @Test(arguments: [
        ("?response_type=code", "400 Bad Request: Application/client_id/invalid"),
        ("?client_id=1&response_type=code", "400 Bad Request: Application/client_id/invalid"),
    ])
    func aForeignClientIsRefused(query: String, refusal: String) async throws {
        #expect(try await Lab().get("/oauth/authorize" + query).refusal == refusal)
    }

    @Test(arguments: [
        "http://localhost/x", "https://localhost:8443/a?b=c", "http://127.0.0.1:5001/back", "http://[::1]:5001/",
        "https://example.org/cb", "https://api.example.org/cb", "HTTP://LOCALHOST/",
    ])
    func aCallbackMayLieOnThisMachineOrInTheRegisteredDomain(uri: String) {
        #expect(AuthorizeRequest.mayRedirect(to: uri, domain: "example.org"))
    }

    @Test(arguments: [
        "", "localhost", "ftp://localhost/", "javascript:alert(1)", "https://elsewhere.org/", "https://badexample.org/",
        "http://localhost@elsewhere.org/", "http://localhost.elsewhere.org/", "http://localhost/\r\nX: y",
        "http://elsewhere.org\\@localhost/", "http://localhost/#part",
    ])
    func anyOtherCallbackIsRefused(uri: String) {
        #expect(!AuthorizeRequest.mayRedirect(to: uri, domain: "example.org"))
    }

    @Test func aCallbackElsewhereIsAnsweredWithAnErrorAndNoRedirect() async throws {
        let target =
            "/oauth/authorize?client_id=\(Sandbox.clientID)&response_type=code&scope=read&redirect_uri=https://elsewhere.org/"
        let response = await Lab().get(target)
        #expect(try response.refusal == "400 Bad Request: Application/redirect_uri/invalid")
        #expect(response.fields[.location] == nil)
    }

    @Test(arguments: [
        "", "&scope=", "&scope=write", "&scope=read,view_private", "&scope=read%20activity:read", "&scope=read,",
    ])
    func anUnknownScopeIsRefused(scope: String) async throws {
        #expect(try await Lab().get(base + scope).refusal == "400 Bad Request: Authorize/scope/invalid")
    }

    @Test func anUnknownResponseTypeOrPromptIsRefused() async throws {
        let lab = Lab()
        let token = base.replacing("response_type=code", with: "response_type=token") + scope
        #expect(try await lab.get(token).refusal == "400 Bad Request: Authorize/response_type/invalid")
        let prompt = base + scope + "&approval_prompt=always"
        #expect(try await lab.get(prompt).refusal == "400 Bad Request: Authorize/approval_prompt/invalid")
    }

    @Test(arguments: ["/oauth/authorize", "/oauth/mobile/authorize"])
    func thePageSaysThatThisIsNotStravaAndShowsABoxPerScope(path: String) async {
        let page = await Lab().get(base.replacing("/oauth/authorize", with: path) + scope)
        #expect(page.status.code == 200)
        #expect(page.fields[.contentType] == "text/html; charset=utf-8")
        #expect(page.text.contains("This is Paceline's sandbox, not Strava."))
        #expect(page.text.contains("Plain Person"))
        #expect(page.text.contains(#"value="activity:read_all" checked>"#))
        #expect(page.text.contains(#"value="read" checked disabled>"#))
        #expect(!page.text.contains(#"value="activity:write""#))
    }

    @Test func thePageEscapesWhatTheRequestBrings() async {
        let page = await Lab().get(base + scope + "&x=\"><script>")
        #expect(!page.text.contains("<script>"))
    }

    @Test func approvalSendsCodeScopeAndStateBack() async throws {
        let lab = Lab()
        let reply = await lab.post(
            base + scope, [("decision", "approve"), ("scope", "activity:read_all")])
        #expect(reply.status.code == 302)
        let location = try #require(reply.fields[.location])
        #expect(location.hasPrefix("http://localhost:5001/back?state=a%2Bb%26c&code="))
        #expect(location.hasSuffix("&scope=read,activity:read_all"))
        let code = try #require(location.split(separator: "&").first { $0.hasPrefix("code=") }).dropFirst(5)
        #expect(code.count == 40)
        #expect(await lab.exchange(String(code)).status.code == 200)
    }

    @Test func anUntickedScopeIsNotGrantedAndReadAlwaysIs() async throws {
        let reply = await Lab().post(base + scope, [("decision", "approve")])
        #expect(try #require(reply.fields[.location]).hasSuffix("&scope=read"))
    }

    @Test func aScopeThatWasNotAskedForIsNotGranted() async throws {
        let reply = await Lab().post(base + scope, [("decision", "approve"), ("scope", "activity:write")])
        #expect(try #require(reply.fields[.location]).hasSuffix("&scope=read"))
    }

    @Test func cancelSendsAccessDeniedAndStateBack() async {
        let lab = Lab()
        let reply = await lab.post(base + scope, [("decision", "cancel")])
        #expect(reply.status.code == 302)
        #expect(reply.fields[.location] == "http://localhost:5001/back?state=a%2Bb%26c&error=access_denied")
        let stateless = await lab.post(base + "&scope=read", [("decision", "cancel")])
        #expect(stateless.fields[.location] == "http://localhost:5001/back?state=&error=access_denied")
    }

    @Test func anEarlierGrantIsBouncedStraightBackUnlessForced() async throws {
        let lab = Lab()
        _ = try await lab.signIn([.read, .activityRead])
        let bounced = await lab.get(base + scope)
        #expect(bounced.status.code == 302)
        // The old grant comes back, not the wider one that was asked for.
        #expect(try #require(bounced.fields[.location]).hasSuffix("&scope=read,activity:read"))
        #expect(await lab.get(base + scope + "&approval_prompt=force").status.code == 200)
    }

    @Test func anotherAthleteCanBeChosenOnThePage() async throws {
        let lab = Lab([Lab.plain(3), Lab.plain(4, id: 8)])
        let reply = await lab.post(base + scope, [("decision", "approve"), ("athlete", "8")])
        let location = try #require(reply.fields[.location])
        let code = try #require(location.split(separator: "&").first { $0.hasPrefix("code=") }).dropFirst(5)
        #expect(try await lab.exchange(String(code)).decoded(TokenBody.self).athlete?.id == 8)
    }

    @Test func noRateHeadersComeFromOAuth() async {
        let lab = Lab()
        let code = await lab.sandbox.approve()
        for reply in [await lab.get(base + scope), await lab.exchange(code), await lab.refresh("x")] {
            #expect(reply.field("X-RateLimit-Usage") == nil)
            #expect(reply.field("X-ReadRateLimit-Limit") == nil)
        }
        #expect(await lab.sandbox.usage.overall.day == 0)
    }
}
