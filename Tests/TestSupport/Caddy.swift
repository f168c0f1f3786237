import FoundationEssentials
import Glibc

/// Caddy as people put it in front of Paceline: TLS towards the client, kept connections towards the server.
///
/// Everything it writes, its authority's key too, stays in a folder that goes with it.
package final class Caddy: Sendable {
    /// It did not come to serve.
    package struct DidNotStart: Error, CustomStringConvertible {
        package let description: String
    }

    /// Where it serves, by https on 127.0.0.1.
    package let port: Int
    private let process: RunningProcess
    private let folder: TemporaryFolder

    package var address: String { "https://127.0.0.1:\(port)" }
    /// The certificate of the authority that it made for itself, for a client to trust.
    package var authority: String { Self.authority(folder) }

    /// Starts one, and returns when it serves.
    ///
    /// - Parameter upstream: the port on 127.0.0.1 that it passes everything on to.
    /// - Throws: `Tool.Missing`, or `DidNotStart` with what it said.
    package init(upstream: Int) async throws {
        folder = try TemporaryFolder()
        var said = ""
        // It cannot be told to choose a port itself, and another program may take the free one that we found; rarely twice.
        for _ in 0..<5 {
            let port = try FreePort.find()
            let file = folder.path + "/Caddyfile"
            try Data(Self.configuration(folder.path, port: port, upstream: upstream).utf8).write(
                to: URL(filePath: file))
            let process = try Tool.start(
                "caddy", ["run", "--config", file, "--adapter", "caddyfile"], ["HOME": folder.path])
            for await line in process.errorLines {
                said += line + "\n"
                guard line.contains("certificate obtained successfully") else { continue }
                try await Self.untilTrusted(port, Self.authority(folder))
                (self.port, self.process) = (port, process)
                return
            }
        }
        throw DidNotStart(description: "caddy did not start:\n\(said)")
    }

    /// Asks until a client is let in: Caddy says that it has a certificate a moment before it uses it.
    private static func untilTrusted(_ port: Int, _ authority: String) async throws {
        var last = ""
        for _ in 0..<100 {
            let outcome = try await Tool.run(
                "curl", ["--disable", "--silent", "--show-error", "--cacert", authority, "https://127.0.0.1:\(port)/"])
            if outcome.status == .exited(0) { return }
            last = outcome.errors
        }
        throw DidNotStart(description: "caddy lets nobody in: \(last)")
    }

    private static func authority(_ folder: TemporaryFolder) -> String {
        folder.path + "/data/pki/authorities/local/root.crt"
    }

    private static func configuration(_ folder: String, port: Int, upstream: Int) -> String {
        """
        {
            admin off
            auto_https disable_redirects
            skip_install_trust
            storage file_system \(folder)/data
            servers {
                protocols h1 h2
            }
        }
        https://127.0.0.1:\(port) {
            bind 127.0.0.1
            tls internal
            reverse_proxy 127.0.0.1:\(upstream)
        }
        """
    }

    /// Stops it as an operator would.
    package func stop() async {
        process.terminate()
        _ = await process.wait()
    }
}
