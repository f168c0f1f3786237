import Actors
import JSON

/// The shapes of the contract, §3.1.
extension JSON {
    /// The activity object of `/strava/activities` and the records.
    static func activity(_ activity: Activity) -> JSON {
        [
            "id": .int(activity.id),
            "name": .string(activity.name),
            "type": .string(activity.type),
            "sport_type": .string(activity.sportType),
            "distance": .double(activity.distance),
            "moving_time": .int(activity.movingTime),
            "elapsed_time": .int(activity.elapsedTime),
            "total_elevation_gain": .double(activity.totalElevationGain),
            "start_date": .string(activity.startDate.iso8601),
            "start_date_local": .string("\(activity.startDateLocal)"),
            "timezone": .optional(activity.timezone),
            "average_speed": .optional(activity.averageSpeed),
            "max_speed": .optional(activity.maxSpeed),
            "kudos_count": .int(activity.kudosCount),
            "heart_rate": [
                "average": .optional(activity.averageHeartrate),
                "max": .optional(activity.maxHeartrate),
            ],
        ]
    }

    /// One of the thirty of `recent_activities`, in the original's shape.
    static func recentActivity(_ activity: Activity) -> JSON {
        [
            "id": .int(activity.id),
            "name": .string(activity.name),
            "type": .string(activity.type),
            "distance": .double(activity.distance),
            "moving_time": .int(activity.movingTime),
            "elevation_gain": .double(activity.totalElevationGain),
            "start_date": .string(activity.startDate.iso8601),
        ]
    }

    /// `{"count","distance","moving_time","elevation_gain"}`; sums to 0.1 m.
    static func totals(_ totals: Totals) -> JSON {
        [
            "count": .int(totals.count),
            "distance": .double(totals.distance.roundedToTenth),
            "moving_time": .int(totals.movingTime),
            "elevation_gain": .double(totals.elevationGain.roundedToTenth),
        ]
    }

    /// Totals by type, in alphabetical order.
    static func totalsByType(_ totals: [String: Totals]) -> JSON {
        .object(totals.sorted { $0.key < $1.key }.map { Member($0.key, .totals($0.value)) })
    }
}
