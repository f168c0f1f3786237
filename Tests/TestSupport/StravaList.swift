package import Actors

/// The list of one athlete as Strava answers it: pure, mutable, newest first.
///
/// What is hidden of a start is hidden from the caller alone: order and bounds go by the true one.
package struct StravaList: Sendable {
    /// How an activity that cannot be decoded comes over the wire.
    package enum Damage: Sendable {
        case withID
        case withoutID
    }

    private var newestFirst: [Activity] = []
    /// Activities that take up a place in the list and are not sent, which makes pages short.
    package var withheld: Set<Int64> = []
    package var damaged: [Int64: Damage] = [:]
    /// Activities whose start time is hidden: the first second of the day is told instead (changelog of 2024-07-03).
    package var hidingStarts: Set<Int64> = []
    /// Whether that is the athlete's day, or that of UTC; Strava does not say.
    package var hidesByLocalDay = true

    package init(_ activities: [Activity] = []) {
        self.activities = activities
    }

    package var activities: [Activity] {
        get { newestFirst }
        set { newestFirst = newValue.sorted(by: Activity.newestFirst) }
    }

    package mutating func insert(_ activity: Activity) { activities.append(activity) }

    package mutating func remove(_ id: Int64) { newestFirst.removeAll { $0.id == id } }

    /// Activities that are told to have begun at quite another time than the one that order and bounds go by.
    package var misdated: [Int64: UTCInstant] = [:]

    /// The activities as the caller is told of them, newest first by what is told.
    package var told: [Activity] {
        newestFirst.filter { !withheld.contains($0.id) }.map(told).sorted(by: Activity.newestFirst)
    }

    /// One activity as the caller is told of it; nil when there is none.
    package func activity(_ id: Int64) -> Activity? {
        newestFirst.first { $0.id == id && !withheld.contains(id) }.map(told)
    }

    private func told(_ activity: Activity) -> Activity {
        var told = activity
        if let date = misdated[activity.id] { told.startDate = date }
        guard hidingStarts.contains(activity.id) else { return told }
        let offset = activity.startDateLocal.seconds - activity.startDate.seconds
        let midnight = LocalDateTime(startOf: activity.startDateLocal.date).seconds
        told.startDateLocal = LocalDateTime(seconds: midnight + 1)
        told.startDate = UTCInstant(seconds: midnight + 1 - (hidesByLocalDay ? offset : 0))
        return told
    }

    /// Moves an activity to another place; its offset stays.
    package mutating func move(_ id: Int64, to start: UTCInstant) {
        guard var moved = newestFirst.first(where: { $0.id == id }) else { return }
        moved.startDateLocal = LocalDateTime(start, offset: moved.utcOffset)
        moved.startDate = start
        remove(id)
        insert(moved)
    }

    /// The page that Strava would answer: `before` is exclusive and in whole seconds.
    package func page(_ query: ActivityQuery) -> ActivityPage {
        let bounded = newestFirst.drop { activity in
            query.before.map { activity.startDate.seconds >= $0.seconds } ?? false
        }
        var page = ActivityPage(activities: [])
        for activity in bounded.dropFirst((query.page - 1) * query.perPage).prefix(query.perPage)
        where !withheld.contains(activity.id) {
            switch damaged[activity.id] {
            case nil: page.activities.append(told(activity))
            case .withID: page.rejected.append(RejectedActivity(id: activity.id, reason: "no date", json: "{}"))
            case .withoutID: page.rejected.append(RejectedActivity(id: nil, reason: "no id", json: "[]"))
            }
        }
        return page
    }
}

extension Activity {
    /// An activity of which a test cares for little: id, start in seconds, and what is named.
    package static func sample(
        _ id: Int64, at seconds: Int64, name: String = "Morning Run", type: String = "Run", distance: Double = 1000,
        movingTime: Int = 300, climb: Double = 10, offset: Int64 = 3600
    ) -> Activity {
        let start = UTCInstant(seconds: seconds)
        return Activity(
            id: id, name: name, type: type, sportType: type, distance: distance, movingTime: movingTime,
            elapsedTime: movingTime, totalElevationGain: climb, startDate: start,
            startDateLocal: LocalDateTime(start, offset: offset))
    }

    /// `count` activities, one every six hours up to 2026-11-22; ids grow with time, from 1.
    package static func history(_ count: Int) -> [Activity] {
        (0..<count).map { sample(Int64(count - $0), at: 1_795_305_600 - Int64($0) * 21_600) }
    }
}

/// A generator without chance: back-offs are as long as they can be.
package struct SteadyGenerator: RandomNumberGenerator, Sendable {
    package init() {}

    package mutating func next() -> UInt64 { 0 }
}

/// A small generator with a seed (the SplitMix64 sequence), so that a failing random test can be run again.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A generator of zeros: after a boundary nobody waits longer than needed.
///
/// It is no use to `random(in:)`, which would ask it for ever.
package struct NoJitter: RandomNumberGenerator, Sendable {
    package init() {}

    package mutating func next() -> UInt64 { 0 }
}
