import TestSupport
import Testing

/// Clients that keep answers and ask whether they are still right, and clients that unpack.
@Suite(.sharedMirror, .timeLimit(.minutes(15))) struct CachingClientTests {
    @Test func curlUnpacksAndAsksAgainWithTheTagItKept() async throws {
        let server = try Mirror.shared().server
        let target = server.address + "/strava/activities?limit=100"
        let plain = try await server.get("/strava/activities?limit=100")
        let folder = try TemporaryFolder()
        let tag = folder.path + "/tag"
        let common = ["--disable", "--silent", "--show-error", "--max-time", "30", "--compressed"]
        let first = try await Tool.run(
            "curl", common + ["--etag-save", tag, "-w", "\n%{http_code} %header{content-encoding}", target])
        #expect(first.output == plain.text + "\n200 gzip")
        let second = try await Tool.run(
            "curl", common + ["--etag-compare", tag, "-w", "%{http_code} %{size_download}", target])
        #expect(second.output == "304 0")
    }

    @Test func requestsUnpacksAndAsksAgainOnOneConnection() async throws {
        let program = """
            import requests, sys

            address = sys.argv[1]
            session = requests.Session()
            session.trust_env = False
            for target in ("/strava/stats/yearly", "/strava/activities?limit=1000", "/"):
                for _ in range(5):
                    first = session.get(address + target, timeout=20)
                    assert (first.status_code, first.headers["Content-Encoding"]) == (200, "gzip")
                    plain = session.get(address + target, headers={"Accept-Encoding": "identity"}, timeout=20)
                    assert "Content-Encoding" not in plain.headers and plain.content == first.content
                    tag = {"If-None-Match": first.headers["ETag"]}
                    again = session.get(address + target, headers=tag, timeout=20)
                    assert (again.status_code, again.content) == (304, b"")
            pools = session.get_adapter(address).poolmanager.pools
            assert [pools[key].num_connections for key in pools.keys()] == [1]
            print("done")
            """
        let outcome = try await Python.run(program, [try Mirror.shared().server.address], importing: "requests")
        #expect(outcome.output == "done\n", "\(outcome.errors)")
    }
}
