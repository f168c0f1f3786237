import Actors
import HTTP
import HTTPTypes
import JSON
import TestSupport
import Testing

@testable import paceline

@Suite("The pages, served")
struct PageRoutesTests {
    @Test func theFirstPageShowsTheStateOfTheActors() async throws {
        let app = try await TestApp(Examples.activities(), isConnected: true)
        let response = await app.get("/")
        #expect(response.status == .ok)
        #expect(response.field("content-type") == "text/html; charset=utf-8")
        for part in [
            "Up to date.", "2025-06-01", "2026-11-20", "15.0 km", "40.0 km", "Morning Run", "Powered by Strava",
        ] {
            #expect(response.text.contains(part), "\(part)")
        }
    }

    @Test func theIconIsFoundWhereBrowsersLookForIt() async throws {
        let app = try await TestApp(isSandbox: true)
        let icon = await app.get("/favicon.ico")
        #expect(icon.field("content-type") == "image/svg+xml")
        #expect(icon.text == (await app.get("/assets/icon.svg")).text)
    }

    @Test func aFreshServerInvites() async throws {
        let page = try await TestApp(isSandbox: true).get("/").text
        #expect(page.contains("No athlete is connected yet."))
        #expect(page.contains("This is the sandbox."))
    }

    @Test func whatTheActorsSayIsOnThePage() async throws {
        let app = try await TestApp(Examples.activities(), isConnected: true)
        app.strava.failLists(StravaFailure(.scopeMissing, "missing"))
        try await app.whileRunning {
            _ = await app.refresh()
            #expect(await app.get("/").text.contains(HomePage.State.missingScope.sentence))
        }
    }

    /// The page's words are the coordinator's: one that it does not know would show as "up to date".
    @Test(arguments: ConnectionState.allCases)
    func everyStateOfTheCoordinatorHasItsSentence(state: ConnectionState) {
        #expect(HomePage.State(rawValue: state.rawValue) != nil)
    }

    @Test func pageAndScriptShowTheSameNumberOfRows() async throws {
        let app = try await TestApp(Activity.history(20), isConnected: true)
        let rows = await app.get("/").text.split(separator: "<tr><td>").count - 1
        #expect(rows == HomePage.recentCount)
        #expect(await app.get("/assets/home.js").text.contains("strava/activities?limit=\(rows)"))
    }

    @Test func textFromStravaAndFromTheAddressIsEscaped() async throws {
        let app = try await TestApp(Examples.activities(), isConnected: true)
        let page = await app.get("/?strava=%3Cscript%3Ealert(1)%3C/script%3E").text
        #expect(page.contains("Åse &quot;&amp;&quot; &lt;b&gt;"))
        #expect(!page.contains("<b>"))
        #expect(!page.contains("alert(1)"))
    }

    @Test(arguments: HomePage.Message.allCases)
    func theEndOfTheRoundTripIsTold(message: HomePage.Message) async throws {
        let sentence: HTML = "\(message.sentence)"
        let app = try await TestApp()
        #expect(await app.get("/?strava=\(message.rawValue)").text.contains(sentence.text))
        #expect(await !app.get("/").text.contains(sentence.text))
        #expect(await !app.get("/?strava=unknown").text.contains(#"class="message"#))
    }

    @Test(arguments: [
        ("/", HomePage.contentSecurityPolicy), ("/docs", SwaggerUI.contentSecurityPolicy),
        ("/strava/docs", SwaggerUI.contentSecurityPolicy),
    ])
    func pagesCarryTheirPolicyWithEveryAnswer(path: String, policy: String) async throws {
        let app = try await TestApp()
        let page = await app.get(path)
        #expect(page.field("content-security-policy") == policy)
        #expect(page.field("x-content-type-options") == "nosniff")
        #expect(page.field("referrer-policy") == "same-origin")
        #expect(page.field("cache-control") == "no-cache")
        let again = await app.get(path, ["If-None-Match": try #require(page.field("etag"))])
        #expect(again.status == .notModified)
        #expect(again.field("content-security-policy") == policy)
    }

    @Test func everyFileThatThePagesAskForIsServed() async throws {
        let app = try await TestApp()
        for path in ["/", "/docs"] {
            let page = await app.get(path).text
            let files = page.matches(of: try Regex(#"(?:src|href)="(/?(?:assets|docs)/[^"]+)""#)).compactMap {
                $0.output[1].substring.map(String.init)
            }
            #expect(!files.isEmpty)
            for file in files {
                let response = await app.get(file.hasPrefix("/") ? file : "/" + file)
                #expect(response.status == .ok, "\(file)")
                #expect(!response.body.isEmpty)
            }
        }
    }

    @Test func bothDescriptionsAreTheSame() async throws {
        let app = try await TestApp(environment: ["STRAVA_REDIRECT_URI": "https://stats.example.org/strava/callback"])
        let description = await app.get("/openapi.json")
        #expect(description.text == OpenAPI.document(serverURL: "https://stats.example.org").text)
        #expect(await app.get("/strava/openapi.json").body == description.body)
        #expect(await app.get("/strava/docs").body == app.get("/docs").body)
    }
}
