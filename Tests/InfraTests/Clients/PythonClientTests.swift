import TestSupport
import Testing

/// The two HTTP clients that Python programs use: each program asserts for itself, and ends with what was wrong.
@Suite(.timeLimit(.minutes(15))) struct PythonClientTests {
    @Test func theStandardLibraryKeepsOneConnection() async throws {
        let program = """
            import http.client, sys

            connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=20)
            connection.connect()
            socket = connection.sock

            def ask(method, target="/", body=None, headers={}, **options):
                connection.request(method, target, body, headers, **options)
                answer = connection.getresponse()
                return answer, answer.read()

            def expect(got, wanted):
                if got != wanted:
                    sys.exit(f"{got!r} instead of {wanted!r}")

            for _ in range(50):
                answer, body = ask("GET")
                expect((answer.status, body), (200, b"hello"))
                answer, body = ask("HEAD")
                expect((answer.status, answer.length, answer.headers["Content-Length"], body), (200, 0, "5", b""))
                answer, body = ask("POST", body=b"x" * 10_000)
                expect((answer.headers["X-Saw"], body), ("POST / 10000", b"x" * 10_000))
                chunks = [b"a" * 5_000, b"b", b"c" * 70_000]
                answer, body = ask("PUT", body=iter(chunks), encode_chunked=True)
                expect((answer.headers["X-Saw"], body), ("PUT / chunked", b"".join(chunks)))
                answer, body = ask("POST", body=b"now", headers={"Expect": "100-continue"})
                expect((answer.status, body), (200, b"now"))
                expect(connection.sock is socket, True)

            answer, body = ask("GET", headers={"Connection": "close"})
            expect((answer.status, answer.will_close, connection.sock), (200, True, None))
            print("done")
            """
        try await withEchoServer { port in
            let outcome = try await Python.run(program, ["\(port)"])
            #expect(outcome.output == "done\n", "\(outcome.errors)")
        }
    }

    @Test func requestsKeepsOneConnectionAndReadsRefusals() async throws {
        let program = """
            import requests, sys

            address = f"http://127.0.0.1:{sys.argv[1]}/"
            session = requests.Session()
            session.trust_env = False
            session.request = lambda *a, ask=session.request, **k: ask(*a, timeout=20, **k)

            def connections():
                pools = session.get_adapter(address).poolmanager.pools
                return sum(pools[key].num_connections for key in pools.keys())

            def generate():
                for number in range(100):
                    yield bytes([number]) * number * 97

            for _ in range(20):
                assert session.get(address).text == "hello"
                assert session.head(address).headers["Content-Length"] == "5"
                answer = session.post(address, data=b"x" * 200_000)
                assert (answer.headers["X-Saw"], len(answer.content)) == ("POST / 200000", 200_000)
                # An empty piece would be the last chunk; requests leaves it out, as it must.
                answer = session.put(address, data=generate())
                assert (answer.headers["X-Saw"], answer.content) == ("PUT / chunked", b"".join(generate()))
            assert connections() == 1, connections()

            answer = session.post(address, data=b"x" * 20_000_000)
            assert (answer.status_code, answer.headers["Connection"]) == (413, "close")
            assert answer.json() == {"detail": "The request body is too large"}
            assert session.get(address).text == "hello"
            print("done")
            """
        try await withEchoServer { port in
            let outcome = try await Python.run(program, ["\(port)"], importing: "requests")
            #expect(outcome.output == "done\n", "\(outcome.errors)")
        }
    }
}
