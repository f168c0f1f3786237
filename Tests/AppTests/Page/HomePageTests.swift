import FoundationEssentials
import Testing

@testable import paceline

@Suite("The page for a person")
struct HomePageTests {
    private var fresh: HomePage.Model {
        HomePage.Model(connected: false, state: .idle, activities: 0, oldest: nil, newest: nil, isSandbox: true)
    }

    private var connected: HomePage.Model {
        HomePage.Model(
            connected: true, state: .idle, activities: 3000, oldest: "2012-06-18", newest: "2026-11-22",
            isSandbox: false,
            yearToDate: HomePage.YearToDate(
                year: 2026, run: HomePage.Sums(count: 42, distance: 312_500, movingTime: 54_000, elevationGain: 1250),
                ride: HomePage.Sums()),
            recent: [
                HomePage.Recent(
                    id: 9_007_199_254_740_993, name: "Hills & <b>bridges</b>", type: "Run", day: "2026-11-22",
                    distance: 10_012.3, movingTime: 3000)
            ])
    }

    private func text(_ model: HomePage.Model) -> String { String(decoding: HomePage.render(model), as: UTF8.self) }

    /// The opening tag of the element with this id.
    private func tag(_ id: String, in page: String) throws -> Substring {
        let mark = try #require(page.firstRange(of: "id=\"\(id)\""))
        let start = try #require(page[..<mark.lowerBound].lastIndex(of: "<"))
        return page[start..<(try #require(page[start...].firstIndex(of: ">")))]
    }

    private func isHidden(_ id: String, _ model: HomePage.Model) throws -> Bool {
        try tag(id, in: text(model)).hasSuffix(" hidden")
    }

    @Test func aFreshServerInvitesToConnectAndShowsNoFigures() throws {
        #expect(text(fresh).contains(#"href="strava/authorize">Connect with Strava</a>"#))
        #expect(try !isHidden("connect", fresh))
        for id in ["state", "mirror", "year", "recent"] { #expect(try isHidden(id, fresh), "\(id)") }
    }

    @Test func aConnectedServerShowsStateRangeSumsAndTheLatest() throws {
        let page = text(connected)
        for part in [
            "Up to date.", "3,000", "2012-06-18", "2026-11-22", "312.5 km", "15 h 0 min", "1,250 m", "10.0 km",
            "50 min",
        ] {
            #expect(page.contains(part), "\(part)")
        }
        #expect(try isHidden("connect", connected))
        for id in ["state", "mirror", "year", "recent"] { #expect(try !isHidden(id, connected), "\(id)") }
    }

    @Test(arguments: HomePage.State.allCases)
    func everyStateHasASentenceAndOnlyALostPermissionInvitesAgain(state: HomePage.State) throws {
        var model = connected
        model.state = state
        #expect(text(model).contains(("\(state.sentence)" as HTML).text))
        #expect(try isHidden("connect", model) == (state != .needsAuthorization && state != .missingScope))
        #expect(try isHidden("invitation", model))
    }

    @Test(arguments: HomePage.Message.allCases)
    func theEndOfTheOAuthFlowIsToldInASentence(message: HomePage.Message) {
        var model = fresh
        let sentence: HTML = "\(message.sentence)"
        #expect(!text(model).contains(sentence.text))
        model.message = message
        #expect(text(model).contains(sentence.text))
    }

    @Test func messagesAreReadFromTheWordsOfTheContract() {
        #expect(
            Set(HomePage.Message.allCases.map(\.rawValue)) == ["success", "denied", "missing_scope", "wrong_athlete"])
        #expect(HomePage.Message(rawValue: "<script>") == nil)
    }

    @Test func theSandboxSaysThatItIsOneAndHowToLeaveIt() {
        #expect(text(fresh).contains("invented"))
        #expect(text(fresh).contains("STRAVA_CLIENT_ID"))
        #expect(!text(fresh).contains("Powered by Strava"))
        #expect(!text(connected).contains("invented"))
        #expect(text(connected).contains("Powered by Strava"))
    }

    @Test func realActivitiesLinkToStravaAndInventedOnesDoNot() {
        #expect(text(connected).contains("https://www.strava.com/activities/9007199254740993"))
        var model = connected
        model.isSandbox = true
        #expect(!text(model).contains("strava.com/activities/"))
    }

    @Test func namesFromStravaCannotBecomeMarkup() {
        #expect(text(connected).contains("Hills &amp; &lt;b&gt;bridges&lt;/b&gt;"))
        #expect(!text(connected).contains("<b>"))
    }

    @Test func anActivityWithoutANameIsUntitled() {
        var model = connected
        model.recent[0].name = ""
        #expect(text(model).contains(">Untitled</a>"))
    }

    @Test func nothingIsInlineSoTheStrictPolicyHolds() {
        for model in [fresh, connected] {
            let page = text(model)
            #expect(!page.contains("style="))
            #expect(!page.contains("<style"))
            for handler in [" onclick=", " onload=", " onerror="] { #expect(!page.contains(handler)) }
            #expect(page.components(separatedBy: "<script").count == 2)
            #expect(page.contains(#"<script src="assets/home.js" defer></script>"#))
        }
        #expect(!HomePage.contentSecurityPolicy.contains("unsafe"))
    }

    @Test func everyIdThatTheScriptAsksForIsOnThePage() throws {
        let script = HomePage.javaScript
        let page = text(connected)
        var ids: Set<String> = []
        for call in ["write(\"", "show(\"", "element(\""] {
            for part in script.components(separatedBy: call).dropFirst() {
                ids.insert(String(part.prefix { $0 != "\"" }))
            }
        }
        #expect(ids.count > 10)
        for id in ids { #expect(page.contains("id=\"\(id)\""), "\(id)") }
        for figure in ["distance", "count", "time", "climb"] {
            for sport in ["run", "ride"] { #expect(page.contains("id=\"\(sport)-\(figure)\"")) }
        }
    }

    @Test func everyAssetThatThePageNamesIsServed() throws {
        #expect(Set(HomePage.assets.keys) == ["home.css", "home.js", "icon.svg"])
        for name in HomePage.assets.keys { #expect(text(fresh).contains("\"assets/\(name)\"")) }
        for asset in HomePage.assets.values { #expect(!asset.bytes.isEmpty) }
        #expect(HomePage.assets["home.js"]?.contentType == "text/javascript; charset=utf-8")
    }

    @Test func theScriptKnowsTheSentencesOfThePage() {
        for state in HomePage.State.allCases { #expect(HomePage.javaScript.contains(state.sentence)) }
    }

    @Test func theScriptNeverWritesMarkup() {
        for danger in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
            #expect(!HomePage.javaScript.contains(danger))
        }
    }
}
