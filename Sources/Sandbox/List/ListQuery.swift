/// What a caller asked of `GET /athlete/activities`.
struct ListQuery: Sendable, Hashable {
    static let largestPage = 200

    /// Seconds since the epoch.
    var before: Int64?
    var after: Int64?
    /// From 1.
    var page: Int
    /// From 1 to 200; more is cut to 200, since nobody has seen what Strava does.
    var perPage: Int

    /// Newest first, except when only `after` is given.
    ///
    /// Strava documents neither; clients rely on both.
    var isOldestFirst: Bool { after != nil && before == nil }

    /// - Parameter now: seconds since the epoch; a later `after` is refused, as Strava does.
    init(_ parameters: Parameters, now: Int64) throws(Refusal) {
        before = try Self.number("before", parameters)
        after = try Self.number("after", parameters)
        if let after, after > now { throw .badRequest("Application", "after", "future") }
        page = Int(clamping: try Self.number("page", parameters) ?? 1)
        guard page >= 1 else { throw .badRequest("Application", "page", "invalid") }
        let asked = try Self.number("per_page", parameters) ?? 30
        guard asked >= 1 else { throw .badRequest("Application", "per_page", "invalid") }
        perPage = Int(min(asked, Int64(Self.largestPage)))
    }

    private static func number(_ name: String, _ parameters: Parameters) throws(Refusal) -> Int64? {
        guard let text = parameters[name], !text.isEmpty else { return nil }
        guard let value = Int64(text) else { throw .badRequest("Application", name, "invalid") }
        return value
    }
}
