import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// A real browser without a window, steered over the W3C's WebDriver protocol (w3.org/TR/webdriver2).
final class WebDriver: Sendable {
    /// Where the two programs are that it takes; nil when one is missing.
    static let programs: (driver: String, browser: String)? = {
        let folders = ["/usr/bin/", "/usr/local/bin/", "/opt/google/chrome/"]
        func find(_ names: [String]) -> String? {
            names.flatMap { name in folders.map { $0 + name } }.first { access($0, X_OK) == 0 }
        }
        guard let driver = find(["chromedriver"]),
            let browser = find(["chromium", "chromium-browser", "google-chrome", "chrome"])
        else { return nil }
        return (driver, browser)
    }()

    private let process: RunningProcess
    private let port: Int
    private let session: String

    /// - Parameter folder: where the browser keeps its profile.
    init(folder: String) async throws {
        guard let programs = Self.programs else { throw SetupFailure("no browser") }
        (process, port) = try await Self.start(programs.driver, folder: folder)
        let flags = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1100,1250",
            "--no-first-run", "--disable-background-networking", "--user-data-dir=\(folder)/browser",
        ]
        let arguments = flags.map { "\"\($0)\"" }.joined(separator: ",")
        let options = #"{"binary":"\#(programs.browser)","args":[\#(arguments)]}"#
        // What a press leads to may take a moment to come; whoever looks for something waits so many milliseconds for it.
        let wanted =
            #"{"goog:chromeOptions":\#(options),"goog:loggingPrefs":{"browser":"ALL"},"timeouts":{"implicit":10000}}"#
        let answer = try await Self.ask(port, "POST", "/session", #"{"capabilities":{"alwaysMatch":\#(wanted)}}"#)
        guard let session = answer["sessionId"]?.text else { throw SetupFailure("no session: \(answer)") }
        self.session = session
    }

    /// Starts the driver on a port that the kernel chooses.
    ///
    /// The driver wants the port that it gets for IPv6 on IPv4 as well, where another program may have it; then it gives up,
    /// and its next start gets another one.
    private static func start(_ driver: String, folder: String) async throws -> (RunningProcess, port: Int) {
        var said: [String] = []
        while said.count < 5 {
            let process = try Subprocess.start(
                driver, ["--port=0"],
                environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder, "TMPDIR": folder])
            let transcript = Transcript(of: process)
            let line = await transcript.line(containing: "started successfully on port")
            if let port = line?.firstMatch(of: /on port (\d+)/).flatMap({ Int($0.1) }) { return (process, port) }
            said.append(transcript.text)
        }
        throw SetupFailure("chromedriver did not start:\n\(said.joined(separator: "\n"))")
    }

    /// Opens a browser for the length of `body`, and closes it whatever happens.
    ///
    /// - Parameter folder: where the browser keeps its profile.
    static func use(folder: String, _ body: (WebDriver) async throws -> Void) async throws {
        let browser = try await WebDriver(folder: folder)
        do { try await body(browser) } catch {
            await browser.quit()
            throw error
        }
        await browser.quit()
    }

    /// Closes the browser and ends its driver.
    func quit() async {
        _ = try? await ask("DELETE", "")
        process.terminate()
        _ = await process.wait()
    }

    // MARK: What a person does

    func open(_ address: String) async throws {
        _ = try await ask("POST", "/url", #"{"url":"\#(address)"}"#)
    }

    /// The address in the bar.
    func address() async throws -> String {
        try await ask("GET", "/url").text ?? ""
    }

    /// Presses what a CSS selector finds.
    func press(_ selector: String) async throws {
        _ = try await ask("POST", "/element/\(try await find(selector))/click", "{}")
    }

    /// The text that can be seen of what a CSS selector finds.
    func text(_ selector: String) async throws -> String {
        try await ask("GET", "/element/\(try await find(selector))/text").text ?? ""
    }

    /// What is seen, as a PNG.
    func screenshot() async throws -> Data {
        guard let image = Data(base64Encoded: try await ask("GET", "/screenshot").text ?? "") else {
            throw SetupFailure("the screenshot is not base64")
        }
        return image
    }

    private func find(_ selector: String) async throws -> String {
        let element = try await ask("POST", "/element", #"{"using":"css selector","value":"\#(selector)"}"#)
        // The name that the standard gives to references, so that no page can mistake its own data for one.
        guard let id = element["element-6066-11e4-a52e-4f735466cecf"]?.text else {
            throw SetupFailure("nothing on the page fits \(selector)")
        }
        return id
    }

    // MARK: What a developer does

    /// Runs a script in the page; its value is what it gives to the function `done`.
    func run(_ script: String) async throws -> AnyJSON {
        let body = try JSONEncoder().encode(["script": "const done = arguments[0];\n" + script])
        // The protocol wants a list of arguments beside it.
        let object = String(decoding: body, as: UTF8.self).dropLast()
        return try await ask("POST", "/execute/async", #"\#(object),"args":[]}"#)
    }

    /// What the browser has written to its console since the last time it was asked, problems with loading included.
    func console() async throws -> [String] {
        let entries = try await ask("POST", "/se/log", #"{"type":"browser"}"#)
        return (0..<(entries.count ?? 0)).compactMap { entries[$0]?["message"]?.text }
    }

    // MARK: The protocol

    private func ask(_ method: String, _ command: String, _ body: String = "") async throws -> AnyJSON {
        try await Self.ask(port, method, "/session/\(session)\(command)", body)
    }

    private static func ask(_ port: Int, _ method: String, _ path: String, _ body: String) async throws -> AnyJSON {
        let answer = try await TestClient(port: port).exchange(
            method, path, headers: ["Content-Type": "application/json"], body: body)
        guard answer.status == 200, let value = try answer.decoded(AnyJSON.self)["value"] else {
            throw SetupFailure("\(method) \(path): \(answer.status) \(answer.text.prefix(500))")
        }
        return value
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips, with the cure, where there is no browser.
    static var needsBrowser: Self {
        .enabled(
            if: WebDriver.programs != nil,
            "no Chromium or Chrome with its chromedriver here; on Debian: apt-get install chromium chromium-driver")
    }
}
