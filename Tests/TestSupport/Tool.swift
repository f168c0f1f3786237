import Glibc

/// A program of somebody else's that a test drives: curl, h2load, a proxy.
package enum Tool {
    /// It is not on this machine.
    package struct Missing: Error, CustomStringConvertible {
        package let description: String
    }

    /// Beyond `PATH`: where Debian keeps what only root is thought to want, and where `script/setup` puts what apt has no
    /// harmless package of.
    private static let furtherFolders = [
        "/usr/sbin", "/sbin", "var/caddy/usr/bin", "var/prometheus/usr/bin", "var/pgbouncer/usr/sbin",
    ]

    /// Where the program is.
    ///
    /// - Throws: `Missing`, with the cure. A test that passed without its client would say that something had been tried.
    package static func path(_ name: String) throws -> String {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        let folders = path.split(separator: ":").map(String.init) + furtherFolders
        guard let found = folders.map({ "\($0)/\(name)" }).first(where: isExecutable) else {
            throw Missing(description: "\(name) is not installed; script/setup test installs what the tests need")
        }
        return found
    }

    private static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

    /// Runs the program to its end, in an environment that brings no proxy, language or account into it.
    ///
    /// - Throws: `Missing`, or `Subprocess.Failure` when it cannot be started.
    package static func run(
        _ name: String, _ arguments: [String], stdin: [UInt8] = []
    ) async throws -> Subprocess.Outcome {
        try await Subprocess.run(path(name), arguments, stdin: stdin, environment: environment)
    }

    /// Starts the program, in the same environment.
    ///
    /// - Throws: `Missing`, or `Subprocess.Failure` when it cannot be started.
    package static func start(
        _ name: String, _ arguments: [String], _ changes: [String: String] = [:]
    ) throws -> RunningProcess {
        try Subprocess.start(path(name), arguments, environment: environment.merging(changes) { $1 })
    }

    private static let environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"]
}
