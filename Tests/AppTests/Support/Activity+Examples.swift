import Actors
import Testing

/// Four activities made by hand, with what makes answers differ: summer time, New Year, missing values, text to escape.
enum Examples {
    static func activities() throws -> [Activity] {
        [
            try make(
                16_843_219_876, "Morning Run", "Run", "TrailRun", (10012.3, 3000, 3120, 85), "2026-11-20T07:30:00",
                offset: 3600
            ) {
                $0.timezone = "Europe/Oslo"
                ($0.averageSpeed, $0.maxSpeed, $0.kudosCount) = (3.337, 5.1, 12)
                ($0.averageHeartrate, $0.maxHeartrate) = (148.2, 176)
            },
            // November by the athlete's clock, October by UTC.
            try make(
                2, #"Åse "&" <b>"#, "Ride", "GravelRide", (40000.2, 5400, 5500, 400.1), "2026-10-31T23:30:00",
                offset: 3600),
            // 2026 by the athlete's clock, 2025 by UTC.
            try make(3, "", "VirtualRun", "VirtualRun", (5000.1, 1500, 1500, 0), "2025-12-31T23:30:00", offset: 3600),
            try make(4, "Lake", "Swim", "Swim", (1500, 1800, 1900, 0), "2025-06-01T08:00:00", offset: 7200),
        ]
    }

    static func make(
        _ id: Int64, _ name: String, _ type: String, _ sportType: String,
        _ figures: (distance: Double, moving: Int, elapsed: Int, climb: Double), _ start: String, offset: Int64,
        _ more: (inout Activity) -> Void = { _ in }
    ) throws -> Activity {
        let instant = try #require(ISO8601.instant(start))
        var activity = Activity(
            id: id, name: name, type: type, sportType: sportType, distance: figures.distance,
            movingTime: figures.moving, elapsedTime: figures.elapsed, totalElevationGain: figures.climb,
            startDate: instant, startDateLocal: LocalDateTime(instant, offset: offset))
        more(&activity)
        return activity
    }

    static func snapshot(_ activities: [Activity], isComplete: Bool = true) -> Snapshot {
        Snapshot(
            version: 1, activities: activities, isComplete: isComplete,
            fetchedAt: ISO8601.instant("2026-11-23T02:59:00Z"))
    }
}
