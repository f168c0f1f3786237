import FoundationEssentials
import Glibc
import Locking
import Logging
import Reactor
import Sandbox
import TestSupport
import Testing

/// One test's world: a stand-in for Strava in this process, a folder, and the Pacelines that are started in it.
final class Stage: Sendable {
    static let apiKey = "integration-api-key-9f8e7d6c5b4a39281706"
    static let stateSecret = "integration-state-secret-1a2b3c4d5e6f708192"
    static let encryptionKey = "integration-encryption-key-00112233445566"

    let sandbox: Sandbox
    let clock: StageClock
    /// The working directory of every program here.
    let folder: String
    /// What every program here gets for an environment, unless a test says otherwise.
    let environment: [String: String]
    private let servers = Lock<[(process: RunningProcess, transcript: Transcript)]>([])

    fileprivate init(_ sandbox: Sandbox, _ clock: StageClock, apiURL: String, oauthURL: String) throws {
        self.sandbox = sandbox
        self.clock = clock
        var template = Array("/tmp/paceline-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SetupFailure("mkdtemp: errno \(errno)") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder, "PORT": "0", "REFRESH_INTERVAL": "0",
            "LOG_LEVEL": "debug", "INTERNAL_API_KEY": Self.apiKey, "STATE_SECRET": Self.stateSecret,
            "ENCRYPTION_KEY": Self.encryptionKey, "STRAVA_CLIENT_ID": Sandbox.clientID,
            "STRAVA_CLIENT_SECRET": Sandbox.clientSecret, "STRAVA_API_URL": apiURL, "STRAVA_OAUTH_URL": oauthURL,
        ]
    }

    // MARK: Programs

    /// Starts `paceline serve` in the folder.
    ///
    /// - Parameters:
    ///   - changes: over ``environment``; nil takes a variable away.
    ///   - files: how many it may have open, by `ulimit -n`; nil leaves that as it is.
    ///   - launcher: what its command line begins with; it must become the program.
    func serve(
        _ changes: [String: String?] = [:], files: Int? = nil, by launcher: [String] = []
    ) async throws -> Paceline {
        let line = launcher + ["/usr/bin/env"] + (try command(["serve"], files: files))
        let process = try Subprocess.start(line[0], Array(line.dropFirst()), environment: variables(changes))
        let transcript = Transcript(of: process)
        servers.withLock { $0.append((process, transcript)) }
        return try await Paceline(process, transcript)
    }

    /// The same, where it has to wait for its database.
    func serveWaiting(_ changes: [String: String?]) async throws -> Paceline {
        let process = try Subprocess.start("/usr/bin/env", try command(["serve"]), environment: variables(changes))
        let transcript = Transcript(of: process)
        servers.withLock { $0.append((process, transcript)) }
        return try await Paceline(process, transcript, isWaiting: true)
    }

    /// Runs `paceline` with these arguments in the folder, to its end.
    func run(_ arguments: [String], _ changes: [String: String?] = [:]) async throws -> Subprocess.Outcome {
        try await Subprocess.run("/usr/bin/env", try command(arguments), environment: variables(changes))
    }

    /// A Paceline whose athlete is connected.
    func serveConnected(_ changes: [String: String?] = [:], files: Int? = nil) async throws -> Paceline {
        let server = try await serve(changes, files: files)
        let answer = try await Browser().connect(to: server)
        guard answer["location"]?.hasSuffix("/?strava=success") == true else {
            throw SetupFailure("connecting ended with \(answer.status) \(answer.text)")
        }
        return server
    }

    /// A Paceline that has the whole history.
    func serveMirror(_ changes: [String: String?] = [:], files: Int? = nil) async throws -> Paceline {
        let server = try await serveConnected(changes, files: files)
        try await server.untilComplete()
        return server
    }

    /// All that the servers here have written so far.
    var said: String { servers.withLock { $0.map(\.transcript.text).joined(separator: "\n") } }

    /// How many list requests have reached the sandbox.
    func listRequests() async -> Int { await sandbox.requests(to: .activities).count }

    /// The ids that the sandbox has, smallest first.
    func sandboxIDs() async -> [Int64] { await sandbox.activities().map(\.id).sorted() }

    /// Points Paceline at the discard port of this machine, where nobody listens: Strava is down.
    static let withoutStrava: [String: String?] = [
        "STRAVA_API_URL": "http://127.0.0.1:9/api/v3", "STRAVA_OAUTH_URL": "http://127.0.0.1:9/oauth",
    ]

    private func variables(_ changes: [String: String?]) -> [String: String] {
        environment.merging(changes.mapValues { $0 ?? "" }) { _, new in new }.filter { !$0.value.isEmpty }
    }

    /// `env` changes into the folder and becomes the program, under the same process id; so does the shell that sets a limit.
    private func command(_ arguments: [String], files: Int? = nil) throws -> [String] {
        let limiting = files.map { ["/bin/sh", "-c", "ulimit -n \($0); exec \"$0\" \"$@\""] } ?? []
        return ["--chdir=\(folder)"] + limiting + [try Self.executable()] + arguments
    }

    /// The program that was built together with these tests.
    static func executable() throws -> String {
        let link = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        for candidate in [link] + CommandLine.arguments where candidate.contains("/") {
            let path = String(candidate[..<(candidate.lastIndex(of: "/") ?? candidate.startIndex)]) + "/paceline"
            if access(path, X_OK) == 0 { return path }
        }
        throw SetupFailure("there is no executable named paceline beside \(link); build it with: swift build")
    }

    /// Ends everything, and looks for secrets in all that was written: no test may make a program give one away.
    fileprivate func clear() async {
        for (process, transcript) in servers.withLock({ $0 }) {
            process.kill()
            _ = await process.wait()
            await transcript.end()
            #expect(Secrets.found(in: transcript.text) == [])
        }
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// The stage could not be set.
struct SetupFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The sandbox's clock: the real one, and what a test adds to it.
final class StageClock: Sendable {
    private let added = Lock<Int64>(0)

    /// Milliseconds since the epoch.
    var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) + added.withLock { $0 } }

    func advance(seconds: Int64) { added.withLock { $0 += seconds * 1000 } }
}

/// Sets a stage, plays `body` on it, and clears it whatever happens.
func withStage(
    _ athletes: [SandboxAthlete], settings change: (inout SandboxSettings) -> Void = { _ in },
    _ body: (Stage) async throws -> Void
) async throws {
    var settings = SandboxSettings()
    change(&settings)
    let clock = StageClock()
    let sandbox = Sandbox(athletes: athletes, settings: settings, clock: { clock.now })
    let loops = try EventLoopGroup(count: 1)
    let server = SandboxServer(
        sandbox, loops: loops, logger: Logger(label: "sandbox", factory: { _ in SwiftLogNoOpLogHandler() }))
    do {
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Whatever the body does, the server must end, or the group waits for ever.
            defer { group.cancelAll() }
            group.addTask { try await server.run() }
            let stage = try Stage(
                sandbox, clock, apiURL: try await server.apiURL(), oauthURL: try await server.oauthURL())
            let result: Result<Void, any Error>
            do { result = .success(try await body(stage)) } catch { result = .failure(error) }
            await stage.clear()
            try result.get()
        }
    } catch {
        await loops.shutdown()
        throw error
    }
    await loops.shutdown()
}

/// Sets a stage with the standard athlete.
func withStage(
    activities count: Int, settings change: (inout SandboxSettings) -> Void = { _ in },
    _ body: (Stage) async throws -> Void
) async throws {
    let now = StageClock().now
    try await withStage([.standard(count: count, endingAt: now)], settings: change, body)
}
