import HTTP
import HTTPTypes
import Reactor
import Testing

@Suite("Trusted proxies")
struct TrustedProxiesTests {
    private let proxies = TrustedProxies(
        blocks: ["127.0.0.0/8", "::1", "10.0.0.0/8"].compactMap(AddressBlock.init))

    private func request(_ peer: String, _ named: [String: String]) -> Request {
        var fields = HTTPFields()
        for (name, value) in named {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        return Request(method: .get, target: "/", fields: fields, peerAddress: peer)
    }

    @Test(
        "the client is the first from the near end whom nobody trusts",
        arguments: [
            ("127.0.0.1", nil, "127.0.0.1"),
            ("127.0.0.1", "192.0.2.7", "192.0.2.7"),
            ("::1", "2001:db8::7", "2001:db8::7"),
            ("::ffff:127.0.0.1", "192.0.2.7", "192.0.2.7"),
            // What a stranger says of itself counts for nothing.
            ("192.0.2.1", "192.0.2.7", "192.0.2.1"),
            // Nor what a client wrote before the proxy added its own entry.
            ("127.0.0.1", "203.0.113.9, 192.0.2.7", "192.0.2.7"),
            ("127.0.0.1", "127.0.0.1, 192.0.2.7", "192.0.2.7"),
            // Nor what would join the comma behind it, to hide that entry.
            ("127.0.0.1", "203.0.113.9\u{600}, 192.0.2.7", "192.0.2.7"),
            ("127.0.0.1", "203.0.113.9,\u{301}, 192.0.2.7", "192.0.2.7"),
            // A chain of ours.
            ("127.0.0.1", "192.0.2.7, 10.1.2.3", "192.0.2.7"),
            ("127.0.0.1", "10.9.9.9,10.1.2.3", "10.9.9.9"),
            // With the ports that some proxies add.
            ("127.0.0.1", "192.0.2.7:4711", "192.0.2.7"),
            ("127.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
            ("127.0.0.1", " 192.0.2.7 ", "192.0.2.7"),
            // What is no address ends the search.
            ("127.0.0.1", "unknown", "127.0.0.1"),
            ("127.0.0.1", "192.0.2.7, _hidden, 10.1.2.3", "10.1.2.3"),
            ("127.0.0.1", "evil.example", "127.0.0.1"),
            ("127.0.0.1", "192.0. 2.7", "127.0.0.1"),
            ("127.0.0.1", "", "127.0.0.1"),
            ("127.0.0.1", "192.0.2.7,", "192.0.2.7"),
            ("127.0.0.1", "192.0.2.7, ,", "192.0.2.7"),
            ("not an address", "192.0.2.7", "not an address"),
        ] as [(String, String?, String)])
    func client(peer: String, field: String?, client: String) {
        let fields = field.map { ["X-Forwarded-For": $0] } ?? [:]
        #expect(proxies.clientAddress(of: request(peer, fields)) == client)
    }

    @Test(
        "a trusted proxy says whether the browser came over TLS",
        arguments: [
            ("127.0.0.1", "https", true), ("127.0.0.1", "HTTPS", true), ("10.0.0.1", " https ", true),
            ("127.0.0.1", "https, http", true), ("127.0.0.1", "http", false), ("127.0.0.1", "http, https", false),
            ("127.0.0.1", "", false), ("127.0.0.1", "httpsx", false), ("127.0.0.1", "ht tps", false),
            ("127.0.0.1", nil, false),
            ("192.0.2.1", "https", false),
        ] as [(String, String?, Bool)])
    func security(peer: String, field: String?, isSecure: Bool) {
        let fields = field.map { ["X-Forwarded-Proto": $0] } ?? [:]
        #expect(proxies.isSecure(request(peer, fields)) == isSecure)
    }

    @Test func withoutTrustNothingIsBelieved() {
        let nobody = TrustedProxies(blocks: [])
        let request = request("127.0.0.1", ["X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"])
        #expect(nobody.clientAddress(of: request) == "127.0.0.1")
        #expect(!nobody.isSecure(request))
    }
}
