import Curl
import FoundationEssentials
import TestSupport
import Testing

/// Certificates are checked: against a server of OpenSSL's with a certificate made for the occasion.
@Suite(.timeLimit(.minutes(15))) struct CurlTLSTests {
    /// A server for 127.0.0.1, its port and the certificate to trust; the folder goes with it.
    private final class TLSServer {
        let process: RunningProcess
        let port: String
        let certificate: String
        private let folder: URL

        init() async throws {
            folder = FileManager.default.temporaryDirectory.appending(path: "paceline-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            certificate = folder.appending(path: "cert.pem").path
            let key = folder.appending(path: "key.pem").path
            let made = try await Subprocess.run(
                "openssl",
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
                ])
            try #require(made.status == .exited(0), "\(made.errors)")
            process = try Subprocess.start(
                "openssl", ["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-www"])
            var port: Substring?
            for await line in process.lines where line.hasPrefix("ACCEPT") {
                port = line.split(separator: ":").last
                break
            }
            self.port = String(try #require(port))
        }

        deinit {
            try? FileManager.default.removeItem(at: folder)
        }
    }

    private func send(_ url: String, caFile: String?) async -> Result<Int, CurlFailure> {
        var configuration = CurlConfiguration.patient()
        configuration.caFile = caFile
        let client = CurlClient(configuration)
        do throws(CurlFailure) {
            return .success(try await client.send(CurlRequest(url: url)).status)
        } catch {
            return .failure(error)
        }
    }

    @Test func onlyATrustedCertificateForTheRightHostWillDo() async throws {
        let server = try await TLSServer()
        let url = "https://127.0.0.1:\(server.port)/"
        #expect(await send(url, caFile: server.certificate) == .success(200))
        for (url, caFile) in [(url, nil), ("https://localhost:\(server.port)/", server.certificate)] {
            let result = await send(url, caFile: caFile)
            guard case .failure(let failure) = result else {
                Issue.record("\(url) was trusted")
                continue
            }
            #expect(failure.kind == .tls)
            #expect(!failure.wasSent)
        }
    }

    @Test func aMissingCAFileIsATLSFailure() async throws {
        let server = try await TLSServer()
        let result = await send("https://127.0.0.1:\(server.port)/", caFile: "/nowhere/ca.pem")
        guard case .failure(let failure) = result else {
            Issue.record("a missing CA file was trusted")
            return
        }
        #expect(failure.kind == .tls)
        #expect(failure.message.contains("/nowhere/ca.pem"))
    }
}
