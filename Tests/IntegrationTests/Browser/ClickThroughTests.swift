import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// What a person does who has just run `script/run`, in a real browser.
@Suite(.serialized, .timeLimit(.minutes(15)), .needsBrowser)
struct ClickThroughTests {
    private func withBrowser(_ body: (Stage, Paceline, WebDriver) async throws -> Void) async throws {
        try await withStage(activities: 1) { stage in
            // Without an account, so that the built-in sandbox plays Strava.
            let server = try await stage.serve([
                "STRAVA_CLIENT_ID": nil, "STRAVA_CLIENT_SECRET": nil, "STRAVA_API_URL": nil, "STRAVA_OAUTH_URL": nil,
            ])
            try await WebDriver.use(folder: stage.folder) { browser in try await body(stage, server, browser) }
        }
    }

    /// Keeps a picture in the folder that `PACELINE_SCREENSHOTS` names, if it names one.
    private func picture(_ name: String, _ browser: WebDriver) async throws {
        guard let folder = ProcessInfo.processInfo.environment["PACELINE_SCREENSHOTS"], !folder.isEmpty else { return }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try #require(
            FileManager.default.createFile(atPath: "\(folder)/\(name).png", contents: try await browser.screenshot()))
    }

    private func number(_ selector: String, _ browser: WebDriver) async throws -> Int? {
        Int(try await browser.text(selector).filter(\.isNumber))
    }

    @Test func twoPressesBringTheYearSoFar() async throws {
        try await withBrowser { stage, server, browser in
            try await browser.open(server.address + "/")
            #expect(try await browser.text("#invitation").contains("No athlete is connected yet."))
            try await picture("1-start", browser)
            try await browser.press("#connect a.button")
            #expect(try await browser.text("h1") == "Let Paceline read your activities?")
            try await picture("2-consent", browser)
            try await browser.press("button[value=approve]")
            #expect(try await browser.text("p.message").contains("Connected."))
            #expect(try await browser.address().hasPrefix(server.address))
            try await eventually("the page has counted to 3000 by itself") {
                try await number("#activities", browser)
            } until: {
                $0 == 3000
            }
            try await eventually("the page says that it is up to date") {
                try await browser.text("#state")
            } until: {
                $0 == "Up to date."
            }
            let year = try await server.get("/strava/stats/ytd").decoded(Envelope<[String: Truth.Totals]>.self).data
            #expect(try await number("#run-count", browser) == year["run"]?.count)
            #expect(try await number("#ride-count", browser) == year["ride"]?.count)
            #expect(try await browser.text("#rows tr:first-child td:first-child") == (try await server.status().newest))
            try await picture("3-connected", browser)
        }
    }

    @Test func cancellingIsToldAndConnectsNobody() async throws {
        try await withBrowser { stage, server, browser in
            try await browser.open(server.address + "/")
            try await browser.press("#connect a.button")
            try await browser.press("button[value=cancel]")
            #expect(try await browser.text("p.message").contains("declined"))
            #expect(try await server.status().athlete_connected == false)
            try await picture("4-cancelled", browser)
        }
    }

    @Test func theDocumentationOpensWithoutTheNetwork() async throws {
        try await withBrowser { stage, server, browser in
            try await browser.open(server.address + "/docs")
            #expect(try await browser.address() == server.address + "/docs")
            #expect(try await browser.text("body").isEmpty == false)
            try await picture("5-docs", browser)
        }
    }
}
