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

@Suite("A block of trusted addresses")
struct AddressBlockTests {
    private func contains(_ block: String, _ address: String) throws -> Bool {
        try #require(AddressBlock(block)).contains(try #require(IPAddress(address)))
    }

    @Test func itHoldsTheAddressesThatShareItsBits() throws {
        #expect(try contains("10.0.0.0/8", "10.255.3.4"))
        #expect(try !contains("10.0.0.0/8", "11.0.0.1"))
        #expect(try contains("192.168.1.128/25", "192.168.1.200"))
        #expect(try !contains("192.168.1.128/25", "192.168.1.100"))
        #expect(try contains("0.0.0.0/0", "8.8.8.8"))
        #expect(try contains("fd00::/9", "fd7f::1"))
        #expect(try !contains("fd00::/9", "fd80::1"))
    }

    @Test func aSingleAddressHoldsItselfOnly() throws {
        #expect(try contains("10.1.2.3", "10.1.2.3"))
        #expect(try !contains("10.1.2.3", "10.1.2.4"))
    }

    @Test func anIPv4AddressOnADualStackSocketIsTheSameAddress() throws {
        #expect(try contains("127.0.0.0/8", "::ffff:127.0.0.1"))
        #expect(try !contains("0.0.0.0/0", "::1"))
    }

    @Test(
        "what is no block is refused",
        arguments: ["", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0/8", "localhost", "::1/129", "1.2.3.4/8/8"])
    func whatIsNoBlockIsRefused(text: String) {
        #expect(AddressBlock(text) == nil)
    }
}
