/// A set of Strava's OAuth scopes.
package struct Scopes: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let read = Scopes(rawValue: 1)
    package static let readAll = Scopes(rawValue: 2)
    package static let profileReadAll = Scopes(rawValue: 4)
    package static let profileWrite = Scopes(rawValue: 8)
    package static let activityRead = Scopes(rawValue: 16)
    package static let activityReadAll = Scopes(rawValue: 32)
    package static let activityWrite = Scopes(rawValue: 64)

    /// Each scope with its name on the wire and what the consent page says of it.
    static let known: [(scope: Scopes, name: String, meaning: String)] = [
        (.read, "read", "See your public profile"),
        (.readAll, "read_all", "See your private routes, segments and events"),
        (.profileReadAll, "profile:read_all", "See your whole profile"),
        (.profileWrite, "profile:write", "Change your weight and starred segments"),
        (.activityRead, "activity:read", "See your activities, except those for your eyes only"),
        (.activityReadAll, "activity:read_all", "See all your activities, also those for your eyes only"),
        (.activityWrite, "activity:write", "Record and change activities for you"),
    ]

    /// Reads a comma-separated list.
    ///
    /// - Returns: nil when the list is empty or holds a name that Strava does not know.
    package init?(parsing text: String) {
        var found: Scopes = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let match = Self.known.first(where: { $0.name == name }) else { return nil }
            found.insert(match.scope)
        }
        self = found
    }

    /// Comma-separated, in a fixed order.
    package var text: String {
        Self.known.filter { contains($0.scope) }.map(\.name).joined(separator: ",")
    }

    /// Whether activities may be listed at all.
    var seesActivities: Bool { !isDisjoint(with: [.activityRead, .activityReadAll]) }
}
