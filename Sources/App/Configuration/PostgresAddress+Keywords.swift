import Postgres

extension PostgresAddress {
    /// Refuses what libpq would not take, so that a slip of the pen is told at the start and is not waited for like a server.
    ///
    /// - Parameter hidesNames: whether what seems to be a keyword may be the rest of a password, which is not printed.
    static func check(_ parameters: [String: String], hidesNames: Bool) throws(DatabaseURL.Malformed) {
        let known = ConnectKeywords.known
        guard !known.isEmpty else { return }
        let unknown = parameters.keys.filter { !known.contains($0) }.sorted()
        if !unknown.isEmpty {
            throw DatabaseURL.Malformed(
                reason: hidesNames ? hidden : complaint(unknown, known))
        }
        if let words = ConnectKeywords.complaint(about: parameters) {
            throw DatabaseURL.Malformed(
                reason: "has a value behind the question mark that libpq does not take"
                    + (hidesNames ? " (write & in a password as %26)" : ": \(words)"))
        }
    }

    private static let hidden =
        "has something behind the question mark that libpq does not know (write & in a password as %26)"

    private static func complaint(_ names: [String], _ known: Set<String>) -> String {
        let quoted = names.map { "\"\($0.prefix(30))\"" }.joined(separator: " and ")
        let meant = names.compactMap { name in
            known.sorted().first { Misspelling.distance(name.lowercased(), $0, atMost: 2) }
        }
        return "has \(quoted) behind the question mark, which libpq \(ConnectKeywords.version) does not know"
            + (meant.isEmpty ? "" : " (was \(meant.joined(separator: " and ")) meant?)")
    }
}
