import Reactor

/// An `http` or `https` address from the configuration, taken apart and checked.
///
/// Only what a base address needs: no user name, no query, no fragment. Scheme and host are lower-cased and a port that the
/// scheme implies is dropped, since browsers write the `Origin` header that way.
struct WebURL: Sendable, Hashable, CustomStringConvertible {
    var scheme: String
    /// A name, an IPv4 address, or an IPv6 address in brackets.
    var host: String
    /// Nil when it is the scheme's own.
    var port: Int?
    /// Empty, or beginning with a slash and not ending in one.
    var path: String

    /// Why a text is no such address, in words that follow its name: "… has no host".
    struct Malformed: Error, Equatable {
        var reason: String
    }

    /// Takes an address apart.
    init(parsing text: String) throws(Malformed) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Malformed(reason: "holds a blank or a character that an address cannot hold")
        }
        guard let separator = text.firstRange(of: "://") else {
            throw Malformed(reason: "does not begin with https:// or http://")
        }
        scheme = text[..<separator.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else {
            throw Malformed(reason: "does not begin with https:// or http://")
        }
        let rest = text[separator.upperBound...]
        guard !rest.contains("?"), !rest.contains("#") else {
            throw Malformed(reason: "has a query or a fragment, and none is allowed there")
        }
        let authority = rest.prefix { $0 != "/" }
        guard !authority.contains("@") else {
            throw Malformed(reason: "has a user name or password, and none is allowed there")
        }
        let endpoint = try HostAndPort(parsing: authority)
        host = endpoint.host
        port = endpoint.port == (scheme == "https" ? 443 : 80) ? nil : endpoint.port
        var path = rest[authority.endIndex...]
        while path.last == "/" { path.removeLast() }
        self.path = String(path)
    }

    private init(scheme: String, host: String, path: String) {
        self.scheme = scheme
        self.host = host
        self.path = path
    }

    /// Strava's data, until it moves to a host of its own in 2027.
    static let stravaAPI = WebURL(scheme: "https", host: "www.strava.com", path: "/api/v3")
    static let stravaOAuth = WebURL(scheme: "https", host: "www.strava.com", path: "/oauth")

    /// Scheme, host and port: what a browser sends as `Origin`.
    var origin: String { "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "") }

    /// The whole address, without a slash at its end.
    var description: String { origin + path }

    var isSecure: Bool { scheme == "https" }

    /// Whether the host is this very machine, where nobody listens in and https is not needed.
    var isLoopback: Bool {
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        return IPAddress(host.trimmingBrackets)?.isLoopback ?? false
    }
}

/// `host`, `host:port`, `[::1]` or `[::1]:port`.
struct HostAndPort: Equatable {
    var host: String
    var port: Int?

    init(parsing text: some StringProtocol) throws(WebURL.Malformed) {
        let host: Substring
        let rest: Substring
        let text = Substring(text)
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]"),
                IPAddress(String(text[..<text.index(after: end)]).trimmingBrackets) != nil
            else { throw WebURL.Malformed(reason: "has square brackets without an IPv6 address in them") }
            host = text[...end]
            rest = text[text.index(after: end)...]
        } else {
            host = text.prefix { $0 != ":" }
            rest = text[host.endIndex...]
        }
        guard !host.isEmpty else { throw WebURL.Malformed(reason: "has no host") }
        guard host.first == "[" || host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) })
        else { throw WebURL.Malformed(reason: "has a host with characters that a host cannot have") }
        self.host = host.lowercased()
        if rest.isEmpty { return }
        guard rest.first == ":", let port = Int(rest.dropFirst()), (1...65_535).contains(port),
            rest.dropFirst().first != "+"
        else { throw WebURL.Malformed(reason: "has a port that is not a number from 1 to 65535") }
        self.port = port
    }
}

extension String {
    /// `::1` for `[::1]`; anything else as it is.
    var trimmingBrackets: String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
    }
}
