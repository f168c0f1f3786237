/// One request as the sandbox answered it.
///
/// Values of tokens, codes and secrets in the query are left out; bodies and headers are not kept at all.
package struct LoggedRequest: Sendable, Hashable {
    package var method: String
    package var path: String
    /// As it came, still percent-encoded; nil without one.
    package var query: String?
    /// Milliseconds since the epoch on the sandbox's clock.
    package var time: Int64
    package var status: Int
    package var endpoint: Endpoint?
    /// The fault that was played, if any.
    package var fault: String?
}

/// What was done so far.
package struct SandboxCounts: Sendable, Hashable {
    /// Answered exchanges of a code for tokens.
    package var codeExchanges = 0
    /// Answered refreshes, whether they minted or not.
    package var refreshes = 0
    /// Access tokens that were new.
    package var mintedTokens = 0
    /// Requests of every kind, the sandbox's own pages left out.
    package var requests = 0

    package init() {}
}

/// The newest requests, bounded so that a sandbox may run for weeks.
struct RequestLog: Sendable {
    private static let capacity = 20_000
    private static let secretNames: Set<String> = [
        "access_token", "client_secret", "code", "refresh_token", "state", "token",
    ]

    private(set) var entries: [LoggedRequest] = []

    mutating func append(_ entry: LoggedRequest) {
        if entries.count >= Self.capacity { entries.removeFirst(Self.capacity / 2) }
        var entry = entry
        entry.query = entry.query.map(Self.redacted)
        entries.append(entry)
    }

    mutating func clear() { entries = [] }

    private static func redacted(_ query: String) -> String {
        query.split(separator: "&", omittingEmptySubsequences: false).map { part in
            let name = part.prefix { $0 != "=" }
            let plain = Parameters(encoded: name).items.first?.name ?? String(name)
            return secretNames.contains(plain) ? "\(name)=-" : String(part)
        }.joined(separator: "&")
    }
}
