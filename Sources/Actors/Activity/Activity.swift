/// One activity as the mirror keeps it: what Strava's list sends, made whole.
///
/// Units are Strava's: metres, seconds, metres per second, beats per minute. What Strava may leave out and a sum needs is zero;
/// what it may leave out and nobody sums is optional.
package struct Activity: Sendable, Hashable, Identifiable {
    /// Strava's id; larger than 32 bits.
    package var id: Int64
    /// May be empty: Strava lets an athlete clear it.
    package var name: String
    /// The legacy sport, such as `Run`; unknown values are kept as they came.
    package var type: String
    /// The finer sport, such as `TrailRun`; unknown values are kept as they came.
    package var sportType: String
    package var distance: Double
    package var movingTime: Int
    package var elapsedTime: Int
    package var totalElevationGain: Double
    package var startDate: UTCInstant
    /// The athlete's wall clock at the start; days, months and years are grouped by it.
    package var startDateLocal: LocalDateTime
    /// IANA name such as `Europe/Oslo`, nil when Strava sent none.
    package var timezone: String?
    package var averageSpeed: Double?
    package var maxSpeed: Double?
    package var averageHeartrate: Double?
    package var maxHeartrate: Double?
    package var kudosCount: Int
    /// `everyone`, `followers_only` or `only_me` as Strava sends it; nil when it sent none.
    package var visibility: String?

    package init(
        id: Int64, name: String, type: String, sportType: String, distance: Double = 0, movingTime: Int = 0,
        elapsedTime: Int = 0, totalElevationGain: Double = 0, startDate: UTCInstant, startDateLocal: LocalDateTime,
        timezone: String? = nil, averageSpeed: Double? = nil, maxSpeed: Double? = nil, averageHeartrate: Double? = nil,
        maxHeartrate: Double? = nil, kudosCount: Int = 0, visibility: String? = nil
    ) {
        self.id = id
        self.name = name
        self.type = type
        self.sportType = sportType
        self.distance = distance
        self.movingTime = movingTime
        self.elapsedTime = elapsedTime
        self.totalElevationGain = totalElevationGain
        self.startDate = startDate
        self.startDateLocal = startDateLocal
        self.timezone = timezone
        self.averageSpeed = averageSpeed
        self.maxSpeed = maxSpeed
        self.averageHeartrate = averageHeartrate
        self.maxHeartrate = maxHeartrate
        self.kudosCount = kudosCount
        self.visibility = visibility
    }

    /// Seconds that the athlete's wall clock was ahead of UTC; the safest source, since Strava's zone text ignores summer time.
    package var utcOffset: Int64 { startDateLocal.seconds - startDate.seconds }

    /// Newest first, ties by the larger id: the order of every list that Paceline answers.
    package static func newestFirst(_ left: Activity, _ right: Activity) -> Bool {
        (left.startDate, left.id) > (right.startDate, right.id)
    }
}
