/// A sport as Strava lists it, and what an outing in it looks like.
struct Sport: Sendable {
    /// The value of `sport_type`.
    var name: String
    /// Metres per hour, slowest to fastest; zero for sports without distance.
    var pace: ClosedRange<Int>
    /// Usual minutes, without the long day.
    var minutes: ClosedRange<Int>
    /// Metres climbed per ten kilometres, at most.
    var climb: Int
    /// Whether it happens on a map.
    var isOutdoors: Bool

    /// The legacy `type`: sports added since 2022 have none of their own.
    var legacyType: String {
        switch name {
        case "TrailRun": "Run"
        case "GravelRide", "MountainBikeRide": "Ride"
        case "EMountainBikeRide": "EBikeRide"
        case "VirtualRow": "Rowing"
        case _ where Self.withoutLegacyName.contains(name): "Workout"
        default: name
        }
    }

    static let run = Sport(name: "Run", pace: 9_600...13_200, minutes: 28...75, climb: 140, isOutdoors: true)
    static let ride = Sport(name: "Ride", pace: 23_000...32_000, minutes: 50...170, climb: 160, isOutdoors: true)

    /// Every value of `sport_type` as of 2026-05-30 (Strava's own API description).
    static let all: [Sport] =
        [run, ride]
        + named("TrailRun", "Wheelchair", pace: 7_500...11_000, minutes: 35...120, climb: 420)
        + named(
            "GravelRide", "MountainBikeRide", "EBikeRide", "EMountainBikeRide", "Handcycle", "Velomobile",
            pace: 16_000...26_000, minutes: 45...180, climb: 220)
        + named("VirtualRide", pace: 26_000...36_000, minutes: 35...90, climb: 120, isOutdoors: false)
        + named("VirtualRun", pace: 10_000...12_500, minutes: 25...50, climb: 20, isOutdoors: false)
        + named("VirtualRow", pace: 10_500...13_500, minutes: 15...45, climb: 0, isOutdoors: false)
        + named("Walk", "Hike", "Snowshoe", pace: 3_900...5_600, minutes: 30...200, climb: 300)
        + named("NordicSki", "BackcountrySki", "RollerSki", pace: 8_000...15_500, minutes: 45...150, climb: 260)
        + named("AlpineSki", "Snowboard", pace: 11_000...19_000, minutes: 90...240, climb: 900)
        + named("IceSkate", "InlineSkate", "Skateboard", pace: 10_000...18_000, minutes: 25...80, climb: 30)
        + named("Swim", pace: 2_200...3_100, minutes: 25...60, climb: 0, isOutdoors: false)
        + named("Canoeing", "Kayaking", "Rowing", "StandUpPaddling", pace: 4_000...8_500, minutes: 35...120, climb: 0)
        + named("Kitesurf", "Sail", "Surfing", "Windsurf", pace: 3_000...14_000, minutes: 45...180, climb: 0)
        + named("Golf", "Soccer", pace: 2_800...6_500, minutes: 60...200, climb: 20)
        + named(
            "Badminton", "Basketball", "Cricket", "Crossfit", "Dance", "Elliptical",
            "HighIntensityIntervalTraining", "Padel", "PhysicalTherapy", "Pickleball", "Pilates", "Racquetball",
            "RockClimbing", "Squash", "StairStepper", "TableTennis", "Tennis", "Volleyball", "WeightTraining",
            "Workout", "Yoga", pace: 0...0, minutes: 20...95, climb: 0, isOutdoors: false)

    static func named(_ name: String) -> Sport { byName[name] ?? run }

    private static let byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    private static let withoutLegacyName: Set<String> = [
        "Badminton", "Basketball", "Cricket", "Dance", "HighIntensityIntervalTraining", "Padel", "PhysicalTherapy",
        "Pickleball", "Pilates", "Racquetball", "Squash", "TableTennis", "Tennis", "Volleyball",
    ]

    private static func named(
        _ names: String..., pace: ClosedRange<Int>, minutes: ClosedRange<Int>, climb: Int, isOutdoors: Bool = true
    ) -> [Sport] {
        names.map { Sport(name: $0, pace: pace, minutes: minutes, climb: climb, isOutdoors: isOutdoors) }
    }
}
