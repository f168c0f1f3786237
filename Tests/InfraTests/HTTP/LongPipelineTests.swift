import HTTP
import HTTPTypes
import TestSupport
import Testing

/// Very many requests in one write.
@Suite struct LongPipelineTests {
    private static let count = 10_000

    /// The last one asks for the end of the connection.
    private static let requests =
        (1..<count).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
        + "GET /\(count) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    @Test func tenThousandRequestsGetTenThousandAnswersInOrder() async throws {
        try await withServer(respond: {
            Response(status: .ok, body: Array("\($0.path)\n".utf8))
        }) { port, _ async throws in
            let client = try TestClient(port: port)
            async let received = client.converse(Self.requests)
            // Its loop is not its own.
            #expect(try await TestClient.get("/", port: port).status == 200)
            // Only bodies end with a line end alone.
            let answers = try await received.split(separator: "\n")
            #expect(answers.count == Self.count)
            let wrong = answers.enumerated().first { index, answer in
                !answer.hasPrefix("HTTP/1.1 200 OK\r\n") || !answer.hasSuffix("\r\n\r\n/\(index + 1)")
            }
            #expect(wrong == nil)
        }
    }

    @Test func aPipelineWhoseAnswersNobodyReadsIsNotAnsweredAhead() async throws {
        let asked = Counter()
        try await withServer(
            configure: {
                $0.writeTimeout = .milliseconds(300)
                $0.sendBufferBytes = 4096
            },
            respond: { request in
                if request.path != "/" { asked.increment() }
                return Response(status: .ok, body: [UInt8](repeating: 1, count: 100))
            }
        ) { port, _ async throws in
            let crowd = try Crowd(1, port: port, receiveBuffer: 4096)
            await crowd.send(Self.requests)
            #expect(try await TestClient.get("/", port: port).status == 200)
            try await crowd.untilReset()
            // One batch of 64 KB, and what the kernel's two buffers took; an answer is some 250 bytes.
            #expect(asked.value > 0 && asked.value < 1000)
        }
    }
}
