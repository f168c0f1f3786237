import Testing

@testable import paceline

@Suite("An address in the configuration")
struct WebURLTests {
    @Test func itIsWrittenAsABrowserWritesAnOrigin() throws {
        #expect(try WebURL(parsing: "HTTPS://Example.ORG:443/").description == "https://example.org")
        #expect(try WebURL(parsing: "http://example.org:80/a/b/").description == "http://example.org/a/b")
        #expect(try WebURL(parsing: "https://example.org:80").origin == "https://example.org:80")
        #expect(try WebURL(parsing: "http://[::1]:5001/x").origin == "http://[::1]:5001")
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", "example.org", "ftp://example.org", "https://", "https:///path", "https://example.org:0",
            "https://example.org:65536", "https://example.org:+80", "https://example.org:80a", "https://exa mple.org",
            "https://user:pw@example.org", "https://example.org/?a=b", "https://example.org/#a", "https://[::1",
            "https://[example]", "https://exämple.org", "https://exa<mple",
        ])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(throws: WebURL.Malformed.self) { try WebURL(parsing: text) }
    }

    @Test func loopbackIsKnownByNameAndByNumber() throws {
        for host in ["localhost", "127.0.0.1", "127.9.8.7", "[::1]", "app.localhost"] {
            #expect(try WebURL(parsing: "http://\(host)/").isLoopback, "\(host)")
        }
        for host in ["example.org", "localhost.example.org", "128.0.0.1", "[::2]", "127.0.0.1.example.org"] {
            #expect(try !WebURL(parsing: "http://\(host)/").isLoopback, "\(host)")
        }
    }
}
