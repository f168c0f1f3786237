import HTTP
import HTTPTypes
import TestSupport
import Testing

/// slowhttptest, which holds connections by being slow in every way it can.
@Suite(.timeLimit(.minutes(15))) struct SlowClientTests {
    enum Mode: String, CaseIterable {
        case headers = "-H"
        case body = "-B"
        case read = "-X"
    }

    @Test(arguments: Mode.allCases)
    func theServerStaysAvailable(mode: Mode) async throws {
        let large = [UInt8](repeating: 1, count: 4_000_000)
        try await withServer(
            configure: {
                $0.headerTimeout = .milliseconds(500)
                $0.bodyTimeout = .milliseconds(500)
                $0.writeTimeout = .milliseconds(500)
                $0.lingerTimeout = .milliseconds(500)
            },
            respond: { request in
                Response(status: .ok, body: request.path == "/large" ? large : Array("hello".utf8))
            }
        ) { port, _ async throws in
            let process = try Tool.start(
                "slowhttptest",
                [mode.rawValue, "-c", "200", "-r", "200", "-i", "1", "-l", "6", "-p", "5"]
                    + ["-u", "http://127.0.0.1:\(port)\(mode == .read ? "/large" : "/")"])
            var said = ""
            for await line in process.lines {
                said += line + "\n"
                // At each of its reports, somebody else is served.
                guard line.contains("service available:") else { continue }
                for _ in 0..<20 { #expect(try await TestClient.get("/", port: port).status == 200) }
            }
            _ = await process.wait()
            #expect(said.contains("YES"))
            #expect(!said.contains("NO"), "\(said)")
            // What it does not read for it still has to read when the server has left, so it alone cannot tell of that.
            #expect(mode == .read || said.contains("No open connections left"), "\(said)")
        }
    }
}
