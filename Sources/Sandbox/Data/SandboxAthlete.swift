internal import JSON

/// An invented person and everything that person ever recorded.
package struct SandboxAthlete: Sendable, Identifiable {
    package var id: Int64
    package var firstName: String
    package var lastName: String
    package var activities: ActivityList

    package init(id: Int64, firstName: String, lastName: String, activities: [SandboxActivity]) {
        self.id = id
        self.firstName = firstName
        self.lastName = lastName
        self.activities = ActivityList(activities)
    }

    /// First and last name.
    package var name: String { "\(firstName) \(lastName)" }

    /// The id of ``standard(count:endingAt:)``.
    package static let standardID: Int64 = 41_000_001

    /// The id of ``other(endingAt:)``.
    package static let otherID: Int64 = 41_000_002

    /// The athlete of every example: about twelve years of history, oddities included, up to the last midnight in UTC.
    ///
    /// The data hangs on the day alone: a later day gives the same activities and the days between.
    ///
    /// - Parameters:
    ///   - count: how many activities, exactly; up to 40,000. Beyond 700 they spread over twelve years; fewer reach back less far.
    ///   - now: milliseconds since the epoch.
    package static func standard(count: Int = 3000, endingAt now: Int64) -> SandboxAthlete {
        // 4383 days are twelve years; oddities and occasions bring about 115,000 activities per million days by themselves.
        let rate = max(50_000, count * 1_000_000 / 4383 - 115_000)
        let history = History(athleteID: standardID, series: 0, ratePerMillion: rate)
        return SandboxAthlete(
            id: standardID, firstName: "Signe", lastName: "Sandkasse",
            activities: history.newest(count, before: midnight(before: now)))
    }

    /// Three years with every oddity and nothing ordinary: a small history for tests that want the strange only.
    package static func oddities(endingAt now: Int64) -> SandboxAthlete {
        let history = History(athleteID: standardID, series: 0, ratePerMillion: 0)
        let end = midnight(before: now)
        let today = end.floored(by: CivilTime.secondsPerDay)
        let days = Int64(11 * (Oddity.all.count + 1))
        let activities = (today - days...today + 1).flatMap { history.activities(onDay: $0) }.filter { $0.start < end }
        return SandboxAthlete(id: standardID, firstName: "Signe", lastName: "Sandkasse", activities: activities)
    }

    /// Somebody else, with 40 activities: the one who must not connect to the first one's mirror.
    package static func other(endingAt now: Int64) -> SandboxAthlete {
        let history = History(athleteID: otherID, series: 1, ratePerMillion: 400_000)
        return SandboxAthlete(
            id: otherID, firstName: "Truls", lastName: "Tester",
            activities: history.newest(40, before: midnight(before: now)))
    }

    private static func midnight(before milliseconds: Int64) -> Int64 {
        milliseconds.floored(by: CivilTime.secondsPerDay * 1000) * CivilTime.secondsPerDay
    }

    // MARK: As Strava shows it

    /// The summary athlete, as the code exchange and `GET /athlete` carry it.
    var summary: JSON {
        .object([
            .init("id", .int(id)),
            .init("username", nil),
            .init("resource_state", 2),
            .init("firstname", .string(firstName)),
            .init("lastname", .string(lastName)),
            .init("bio", nil),
            .init("city", "Oslo"),
            .init("state", nil),
            .init("country", "Norway"),
            .init("sex", nil),
            .init("premium", true),
            .init("summit", true),
            .init("created_at", "2012-05-01T10:00:00Z"),
            .init("updated_at", "2026-01-01T10:00:00Z"),
            .init("badge_type_id", 1),
            .init("profile_medium", "avatar/athlete/medium.png"),
            .init("profile", "avatar/athlete/large.png"),
            .init("friend", nil),
            .init("follower", nil),
        ])
    }
}
