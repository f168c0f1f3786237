import TestSupport
import Testing

/// curl, used as people use it.
@Suite(.timeLimit(.minutes(15))) struct CurlCommandTests {
    /// What curl wrote; without `-o` that is the body, and with `-w` what was asked of it.
    ///
    /// A curl that waits for something that never comes ends as a failure.
    private func curl(_ arguments: [String], stdin: [UInt8] = []) async throws -> Subprocess.Outcome {
        // The first argument keeps the machine's .curlrc out.
        let outcome = try await Tool.run(
            "curl", ["--disable", "--silent", "--show-error", "--max-time", "30"] + arguments, stdin: stdin)
        try #require(outcome.status == .exited(0), "\(outcome.errors)")
        return outcome
    }

    /// Leaves bodies out and tells of each transfer whether it made a connection, and the status.
    private static let brief = ["-o", "/dev/null", "-w", "%{num_connects} %{http_code}\n"]

    @Test func twoAddressesTakeOneConnection() async throws {
        try await withEchoServer { port in
            let outcome = try await curl(
                Self.brief + ["-o", "/dev/null", "http://127.0.0.1:\(port)/a", "http://127.0.0.1:\(port)/b"])
            #expect(outcome.output == "1 200\n0 200\n")
        }
    }

    @Test func headHasTheHeaderOfGetAndLeavesTheConnectionInStep() async throws {
        try await withEchoServer { port in
            let outcome = try await curl(
                ["--head", "http://127.0.0.1:\(port)/", "--next", "--silent", "-w", " %{num_connects}"]
                    + ["http://127.0.0.1:\(port)/"])
            #expect(outcome.output.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(outcome.output.contains("\r\nContent-Length: 5\r\n"))
            #expect(outcome.output.hasSuffix("\r\n\r\nhello 0"))
        }
    }

    @Test func http10IsAnsweredAndClosedUnlessItAsksToStay() async throws {
        try await withEchoServer { port in
            let addresses = ["-o", "/dev/null", "http://127.0.0.1:\(port)/", "http://127.0.0.1:\(port)/"]
            #expect(try await curl(["--http1.0"] + Self.brief + addresses).output == "1 200\n1 200\n")
            let staying = try await curl(["--http1.0", "-H", "Connection: keep-alive"] + Self.brief + addresses)
            #expect(staying.output == "1 200\n0 200\n")
        }
    }

    @Test(arguments: [
        (["--upload-file", "-"], "PUT / chunked"),
        (["--data-binary", "@-", "-H", "Transfer-Encoding: chunked"], "POST / chunked"),
        (["--data-binary", "@-"], "POST / 700001"),
    ])
    func anUploadArrivesWholeAndTheNextRequestIsInStep(how: [String], saw: String) async throws {
        try await withEchoServer { port in
            let body = noise(700_001)
            let outcome = try await curl(
                how + ["-w", "\n%header{x-saw}\n", "http://127.0.0.1:\(port)/", "--next", "--silent"]
                    + ["-w", " %{num_connects}", "http://127.0.0.1:\(port)/"],
                stdin: body)
            #expect(outcome.stdout == body + Array("\n\(saw)\nhello 0".utf8))
        }
    }

    @Test func aBodyThatWaitsForContinueIsAskedFor() async throws {
        try await withEchoServer { port in
            // curl would wait longer than it may take in all: only the interim answer makes it send.
            let outcome = try await curl(
                ["--verbose", "--expect100-timeout", "60", "-H", "Expect: 100-continue", "--data-binary", "@-"]
                    + ["http://127.0.0.1:\(port)/"], stdin: Array("body".utf8))
            #expect(outcome.errors.contains("< HTTP/1.1 100 Continue"))
            #expect(outcome.output == "body")
        }
    }

    @Test func aBodyThatIsTooLargeAndWaitsIsNeverSent() async throws {
        try await withEchoServer { port in
            let outcome = try await curl(
                ["--expect100-timeout", "60", "-H", "Expect: 100-continue", "--data-binary", "@-"]
                    + ["-w", " %{http_code} %{size_upload}", "http://127.0.0.1:\(port)/"],
                stdin: [UInt8](repeating: 0, count: 2_000_000))
            #expect(outcome.output == #"{"detail":"The request body is too large"} 413 0"#)
        }
    }

    @Test(arguments: [["-H", "Expect:"], ["-H", "Expect:", "-H", "Transfer-Encoding: chunked"]])
    func aLargeUploadIsRefusedAndTheAnswerIsRead(how: [String]) async throws {
        try await withEchoServer { port in
            // Far more than all buffers in between: curl is sending when the answer comes.
            let outcome = try await curl(
                how + ["--data-binary", "@-", "-w", " %{http_code}", "http://127.0.0.1:\(port)/"],
                stdin: [UInt8](repeating: 0, count: 30_000_000))
            #expect(outcome.output == #"{"detail":"The request body is too large"} 413"#)
        }
    }

    @Test func theFormsOfATargetThatProxiesAndOptionsUseAreUnderstood() async throws {
        try await withEchoServer { port in
            let saw = ["-o", "/dev/null", "-w", "%{http_code} %header{x-saw}"]
            let proxied = try await curl(
                saw + ["--proxy", "http://127.0.0.1:\(port)", "http://stats.example.org/a?b=c"])
            #expect(proxied.output == "200 GET /a?b=c none")
            let options = try await curl(
                saw + ["-X", "OPTIONS", "--request-target", "*", "http://127.0.0.1:\(port)/"])
            #expect(options.output == "200 OPTIONS * none")
        }
    }

    @Test func manyTransfersAtOnceAreAllAnswered() async throws {
        try await withEchoServer { port in
            let outcome = try await curl(
                ["--parallel", "--parallel-immediate", "--parallel-max", "20", "-w", "%{http_code}\n"]
                    + ["-o", "/dev/null", "http://127.0.0.1:\(port)/[1-100]"])
            #expect(outcome.output == String(repeating: "200\n", count: 100))
        }
    }
}
