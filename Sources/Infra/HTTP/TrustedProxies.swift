import HTTPTypes
package import Reactor

/// Who a request really comes from, and over what, as far as the proxies in between may be believed.
///
/// Anybody can send `X-Forwarded-For`. What the nearest machine added stands at its end, so it is read from there, and only for as
/// long as the machine that added an entry is one of ours.
package struct TrustedProxies: Sendable {
    private static let forwardedFor = HTTPField.Name("X-Forwarded-For")
    private static let forwardedProto = HTTPField.Name("X-Forwarded-Proto")

    /// Entries are taken apart byte by byte: as text, a comma can be one character with a mark that stands beside it, and then the entry
    /// behind it, which a proxy of ours has written, would disappear into the one before it, which anybody may write.
    private static let comma = UInt8(ascii: ",")

    private let blocks: [AddressBlock]

    /// The machine itself, where a proxy usually runs.
    package static let loopback = TrustedProxies(blocks: AddressBlock.loopback)

    package init(blocks: [AddressBlock]) {
        self.blocks = blocks
    }

    /// The client's address: the first from the near end that is not a trusted proxy's.
    ///
    /// Always the text of an address, whatever the field holds.
    package func clientAddress(of request: Request) -> String {
        var client = request.peerAddress
        guard isTrusted(client), let name = Self.forwardedFor, let field = request.header(name) else { return client }
        // RFC 9110 §5.6.1: an empty element of a list is none.
        for entry in field.utf8.split(separator: Self.comma).map(Self.trimmed).reversed() where !entry.isEmpty {
            guard let address = Self.address(entry) else { break }
            client = address
            if !isTrusted(client) { break }
        }
        return client
    }

    /// Whether a trusted proxy says that the browser came over TLS.
    ///
    /// Of several values the first is the browser's own hop.
    package func isSecure(_ request: Request) -> Bool {
        guard isTrusted(request.peerAddress), let name = Self.forwardedProto, let field = request.header(name) else {
            return false
        }
        return Self.trimmed(field.utf8.prefix { $0 != Self.comma }).lowercased() == "https"
    }

    /// Whether the text is the address of a trusted proxy.
    package func isTrusted(_ text: String) -> Bool {
        guard let address = IPAddress(text) else { return false }
        return blocks.contains { $0.contains(address) }
    }

    /// The address of an entry: `192.0.2.1`, `2001:db8::1`, and with the ports that some proxies add.
    private static func address(_ text: String) -> String? {
        if IPAddress(text) != nil { return text }
        guard let colon = text.lastIndex(of: ":"), isPort(text[text.index(after: colon)...]) else {
            return bracketed(text[...])
        }
        let host = text[..<colon]
        // An IPv6 address stands in brackets before a port.
        return host.contains(":") ? bracketed(host) : IPAddress(String(host)).map { _ in String(host) }
    }

    private static func trimmed(_ text: Substring.UTF8View) -> String {
        let bytes = Array(text)
        return String(decoding: bytes[ASCII.trimmed(bytes.span, 0..<bytes.count)], as: UTF8.self)
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.utf8.allSatisfy(ASCII.isDigit) && UInt16(text) != nil
    }

    private static func bracketed(_ text: Substring) -> String? {
        guard text.hasPrefix("["), text.hasSuffix("]") else { return nil }
        let inner = String(text.dropFirst().dropLast())
        return inner.contains(":") && IPAddress(inner) != nil ? inner : nil
    }
}
