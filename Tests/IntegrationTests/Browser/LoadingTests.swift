import Sandbox
import TestSupport
import Testing

/// How a real browser loads what Paceline serves: in peace, over few connections, and no byte twice.
@Suite(.serialized, .timeLimit(.minutes(15)), .needsBrowser)
struct LoadingTests {
    private func withBrowser(_ body: (Paceline, WebDriver) async throws -> Void) async throws {
        try await withStage(activities: 300) { stage in
            let server = try await stage.serveMirror()
            try await WebDriver.use(folder: stage.folder) { browser in try await body(server, browser) }
        }
    }

    @Test func theConsoleStaysEmpty() async throws {
        try await withBrowser { server, browser in
            for page in ["/", "/docs", "/openapi.json", "/strava/stats/ytd", "/strava/activities?limit=1000"] {
                try await browser.open(server.address + page)
                #expect(try await browser.text("body").isEmpty == false)
                #expect(try await browser.console() == [], "\(page)")
            }
        }
    }

    @Test func whatTheBrowserHasIsNotSentAgain() async throws {
        try await withBrowser { server, browser in
            try await browser.open(server.address + "/livez")
            // Three times the same, each asking whether what is kept is still right; then what the browser says of the transfers.
            let script = """
                (async () => {
                  const target = "/strava/activities?limit=100";
                  const bodies = [];
                  for (let i = 0; i < 3; i++) bodies.push(await (await fetch(target, {cache: "no-cache"})).text());
                  const loads = performance.getEntriesByType("resource").filter((entry) => entry.name.endsWith(target));
                  done({
                    same: bodies.every((body) => body === bodies[0]),
                    bytes: loads.map((load) => load.transferSize),
                    connected: loads.map((load) => load.connectEnd - load.connectStart),
                  });
                })();
                """
            let seen = try await browser.run(script)
            #expect(seen["same"] == .bool(true))
            // A 304 is shown with the status of what it confirmed, and with the size of its header alone.
            let sizes = (0..<3).compactMap { seen["bytes"]?[$0]?.number }
            #expect(sizes.count == 3)
            #expect(sizes.first.map { $0 > 3000 } == true)
            #expect(sizes.dropFirst().allSatisfy { $0 > 0 && $0 <= 400 }, "\(sizes)")
            // Over the connection of the first one.
            #expect((1..<3).allSatisfy { seen["connected"]?[$0]?.number == 0 }, "\(seen)")
        }
    }
}
