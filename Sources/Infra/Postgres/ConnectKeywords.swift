import CPostgres

/// What libpq of this machine takes as `keyword=value`, found out without connecting to anything.
package enum ConnectKeywords {
    /// libpq's main version, such as 15.
    package static var version: Int { Int(PQlibVersion()) / 10_000 }

    /// Every keyword that it knows; empty when it cannot say.
    package static let known: Set<String> = {
        // Of the empty text, it answers all of them without a value, and reads neither the environment nor a file for it.
        guard let options = PQconninfoParse("", nil) else { return [] }
        defer { PQconninfoFree(options) }
        var names: Set<String> = []
        var next = options
        while let keyword = next.pointee.keyword {
            names.insert(String(cString: keyword))
            next += 1
        }
        return names
    }()

    /// What libpq says against the first value that it does not take; nil when all will do.
    ///
    /// It checks values in no other call than the one that connects. So it gets an address that is none: it comes to that after all
    /// else, and goes no further.
    ///
    /// - Parameter parameters: keywords that are ``known``; user, password, database and server are not looked at.
    package static func complaint(about parameters: [String: String]) -> String? {
        if let name = numeric.first(where: { parameters[$0].map { Int32($0) == nil } ?? false }) {
            return "\(name) takes a whole number"
        }
        // One host, one address and one port, whatever a service file has of them; a user, so that none is looked up, and a password,
        // so that no file is opened for it.
        var all = parameters
        all.merge(["host": nowhere, "hostaddr": nowhere, "port": "5432", "user": "-", "password": "-"]) { $1 }
        let keywords = all.map { (name: $0.key, value: $0.value) }
        let names = CStringList(keywords.map(\.name), isTerminated: true)
        let values = CStringList(keywords.map(\.value), isTerminated: true)
        guard let pointer = PQconnectStartParams(names.pointers, values.pointers, 0) else { return nil }
        defer { PQfinish(pointer) }
        let words = PQerrorMessage(pointer).map { String(cString: $0) } ?? ""
        return words.contains(nowhere) ? nil : words.split(whereSeparator: \.isNewline).first.map { String($0) }
    }

    private static let nowhere = "no-address-of-paceline"

    /// What libpq looks at when it is connected already, or not at all.
    private static let numeric = [
        "connect_timeout", "keepalives", "keepalives_count", "keepalives_idle", "keepalives_interval",
        "tcp_user_timeout",
    ]
}
