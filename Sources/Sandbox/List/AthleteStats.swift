internal import JSON

/// The totals of `GET /athletes/{id}/stats`, with Strava's own blind spot: only what everyone may see is counted.
struct AthleteStats {
    private struct Total {
        var count = 0
        var distance = 0.0
        var movingTime = 0
        var elapsedTime = 0
        var elevationGain = 0.0
        var achievements = 0
    }

    private static let families: [(name: String, types: Set<String>)] = [
        ("ride", ["Ride", "VirtualRide"]), ("run", ["Run", "VirtualRun"]), ("swim", ["Swim"]),
    ]

    private var totals: [String: Total] = [:]
    private var longestRide = 0.0
    private var biggestClimb = 0.0

    /// - Parameter now: seconds since the epoch; recent is the last four weeks, the year is that of UTC.
    init(_ activities: [SandboxActivity], now: Int64) {
        let year = CivilTime.year(now)
        for activity in activities where activity.visibility == .everyone && activity.start <= now {
            biggestClimb = max(biggestClimb, activity.elevationGain)
            let type = activity.type ?? Sport.named(activity.sportType).legacyType
            guard let family = Self.families.first(where: { $0.types.contains(type) })?.name else { continue }
            if family == "ride" { longestRide = max(longestRide, activity.distance ?? 0) }
            add(activity, to: "all_\(family)")
            if CivilTime.year(activity.startLocal) == year { add(activity, to: "ytd_\(family)") }
            if activity.start > now - 28 * CivilTime.secondsPerDay { add(activity, to: "recent_\(family)") }
        }
    }

    private mutating func add(_ activity: SandboxActivity, to name: String) {
        var total = totals[name] ?? Total()
        total.count += 1
        total.distance += activity.distance ?? 0
        total.movingTime += activity.movingTime
        total.elapsedTime += activity.elapsedTime
        total.elevationGain += activity.elevationGain
        total.achievements += activity.achievementCount
        totals[name] = total
    }

    var json: JSON {
        var members: [JSON.Member] = [
            .init("biggest_ride_distance", .double(longestRide)),
            .init("biggest_climb_elevation_gain", .double(biggestClimb)),
        ]
        for span in ["recent", "ytd", "all"] {
            for family in Self.families {
                let total = totals["\(span)_\(family.name)"] ?? Total()
                members.append(.init("\(span)_\(family.name)_totals", Self.json(total, isRecent: span == "recent")))
            }
        }
        return .object(members)
    }

    /// Recent distances are fractions and come with achievements; the others are whole and come without.
    private static func json(_ total: Total, isRecent: Bool) -> JSON {
        var members: [JSON.Member] = [
            .init("count", .int(total.count)),
            .init("distance", isRecent ? .double(total.distance) : .int(Int64(total.distance.rounded()))),
            .init("moving_time", .int(total.movingTime)),
            .init("elapsed_time", .int(total.elapsedTime)),
            .init(
                "elevation_gain", isRecent ? .double(total.elevationGain) : .int(Int64(total.elevationGain.rounded()))),
        ]
        if isRecent { members.append(.init("achievement_count", .int(total.achievements))) }
        return .object(members)
    }
}
