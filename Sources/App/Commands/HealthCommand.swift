import ArgumentParser
import Curl

/// `paceline health`.
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask the running server whether it is alive; for health checks in containers.",
        discussion: """
            Asks /livez at HOST and PORT, as they are configured. Exit codes: 0 the server is well, 69 it does not answer \
            or says that it is not, 78 the configuration has problems.
            """)

    @OptionGroup var listening: ListeningOptions

    @Flag(help: "Ask /readyz instead, which also wants data to serve and no stop under way.")
    var ready = false

    func run() async throws {
        let configuration = try CommandSupport.configuration(overrides: listening.overrides)
        let url = configuration.localURL(port: configuration.port) + (ready ? "/readyz" : "/livez")
        var limits = CurlConfiguration(version: Paceline.version)
        // Whoever asks asks again soon, and would rather have no answer than a late one.
        limits.connectTimeout = .seconds(2)
        limits.totalTimeout = .seconds(4)
        let curl = CurlClient(limits)
        let problem = await Self.problem(at: url, curl)
        await curl.shutdown()
        if let problem {
            CommandSupport.complain("paceline: \(problem)\n")
            throw ExitCode(69)
        }
    }

    /// What is wrong with the server, in words; nil when it answers 200.
    private static func problem(at url: String, _ curl: CurlClient) async -> String? {
        do throws(CurlFailure) {
            let response = try await curl.send(CurlRequest(url: url))
            if response.status == 200 { return nil }
            return "\(url) answers \(response.status): \(String(decoding: response.body, as: UTF8.self))"
        } catch {
            return "\(url) does not answer: \(error)"
        }
    }
}
