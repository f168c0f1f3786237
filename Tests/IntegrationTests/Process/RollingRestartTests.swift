import Glibc
import TestSupport
import Testing

/// A new process takes the port over while clients go on asking.
@Suite(.timeLimit(.minutes(15))) struct RollingRestartTests {
    /// Lets a further process listen on the port; without the debug log, which would have a line for each of very many requests.
    private static func settings(port: Int = 0) -> [String: String?] {
        ["REUSE_PORT": "true", "PORT": "\(port)", "LOG_LEVEL": "info"]
    }

    @Test func noRequestFailsWhileThreeProcessesFollowEachOther() async throws {
        try await withStage(activities: 30) { stage in
            var current = try await stage.serveMirror(Self.settings())
            let clients = try StrictClients(port: current.port)
            let loads = [try Wrk(port: current.port), try Wrk(port: current.port, ["-H", "Connection: close"])]
            for _ in 0..<3 {
                try await clients.goOn()
                let next = try await stage.serve(Self.settings(port: current.port))
                try await clients.goOn()
                #expect(await current.stop() == .exited(0))
                try await clients.goOn()
                current = next
            }
            for load in loads {
                let report = await load.stop()
                #expect(report.isFlawless, "\(report)")
                #expect(try #require(report.answers, "\(report)") > 100)
            }
            let report = await clients.stop()
            #expect(report.hasPrefix("no failures"), "\(report)")
            #expect(await current.stop() == .exited(0))
        }
    }
}

/// Clients that are stricter than wrk: a kept connection may end behind an answer that said so, and in no other way.
private struct StrictClients {
    private let process: RunningProcess
    private let transcript: Transcript

    init(port: Int) throws {
        process = try Tool.start("python3", ["-c", Self.program, "\(port)"])
        transcript = Transcript(of: process)
    }

    /// Waits until they have had some hundred answers more.
    func goOn() async throws {
        let before = hundreds
        // One of them may have been nearly full.
        try await eventually("the clients go on: \(transcript.text)") {
            hundreds
        } until: {
            $0 >= before + 2
        }
    }

    private var hundreds: Int { transcript.lines(containing: "hundred").count }

    func stop() async -> String {
        process.terminate()
        _ = await process.wait()
        await transcript.end()
        return transcript.lines(containing: "failures").last ?? transcript.text
    }

    private static let program = """
        import collections, signal, socket, sys, threading

        port, going, seen, lock = int(sys.argv[1]), True, collections.Counter(), threading.Lock()

        def count(what):
            with lock:
                seen[what] += 1
                if what == "answers" and seen[what] % 100 == 0:
                    print("a hundred", flush=True)

        def ask(connection, fields):
            connection.sendall(b"GET /strava/stats/ytd HTTP/1.1\\r\\nHost: a\\r\\n" + fields + b"\\r\\n")
            answer = b""
            while b"\\r\\n\\r\\n" not in answer:
                part = connection.recv(65536)
                if not part:
                    raise OSError(f"ended after {len(answer)} bytes")
                answer += part
            head, _, body = answer.partition(b"\\r\\n\\r\\n")
            if not head.startswith(b"HTTP/1.1 200 "):
                raise OSError(head.splitlines()[0].decode())
            length = int(head.lower().partition(b"content-length:")[2].split()[0])
            while len(body) < length:
                part = connection.recv(65536)
                if not part:
                    raise OSError("ended inside a body")
                body += part
            count("answers")
            return b"connection: close" not in head.lower()

        def work(fields):
            while going:
                stage = "connecting"
                try:
                    with socket.create_connection(("127.0.0.1", port), 10) as connection:
                        stage = "first request"
                        while ask(connection, fields) and going:
                            stage = "further request"
                except OSError as error:
                    count(f"{stage}: {error}")

        def end(*_):
            global going
            going = False

        signal.signal(signal.SIGTERM, end)
        workers = [threading.Thread(target=work, args=(fields,)) for fields in [b"", b"Connection: close\\r\\n"] * 4]
        for worker in workers: worker.start()
        for worker in workers: worker.join()
        failures = {what: times for what, times in seen.items() if what != "answers"}
        print(f"failures {failures}" if failures else "no failures", "of", seen["answers"], flush=True)
        """
}
