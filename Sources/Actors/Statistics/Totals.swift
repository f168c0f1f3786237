/// Sums over some activities: how many, how far, how long, how high.
package struct Totals: Sendable, Hashable {
    package private(set) var count = 0
    /// Metres.
    package private(set) var distance = 0.0
    /// Seconds.
    package private(set) var movingTime = 0
    /// Metres.
    package private(set) var elevationGain = 0.0

    package init() {}

    /// Adds one activity.
    package mutating func add(_ activity: Activity) {
        count += 1
        distance += activity.distance
        movingTime += activity.movingTime
        elevationGain += activity.totalElevationGain
    }

    /// Adds what others have added up.
    mutating func add(_ other: Totals) {
        count += other.count
        distance += other.distance
        movingTime += other.movingTime
        elevationGain += other.elevationGain
    }
}

extension Double {
    /// The number to 0.1, so that a sum of tenths reads `0.3` and not `0.30000000000000004`.
    package var roundedToTenth: Double { (self * 10).rounded() / 10 }
}
