/// What Paceline knows of Strava's sport names.
package enum SportType {
    /// The legacy `type` of an activity that came without one.
    ///
    /// Strava documents that MountainBikeRide falls back to Ride and EMountainBikeRide to EBikeRide; TrailRun and GravelRide
    /// follow the same sense. Every other name stands for itself.
    package static func legacyType(of sportType: String) -> String {
        switch sportType {
        case "TrailRun": "Run"
        case "GravelRide", "MountainBikeRide": "Ride"
        case "EMountainBikeRide": "EBikeRide"
        default: sportType
        }
    }

    /// Whether the year-to-date figure `run` counts this legacy type.
    package static func isRunForYearToDate(_ type: String) -> Bool { type == "Run" || type == "VirtualRun" }

    /// Whether the year-to-date figure `ride` counts this legacy type.
    package static func isRideForYearToDate(_ type: String) -> Bool { type == "Ride" || type == "VirtualRide" }
}
