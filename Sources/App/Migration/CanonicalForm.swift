import Actors

/// A row as bytes that are the same in whichever store it lies, and different from those of every other row.
///
/// Bytes and not `==`: Swift takes an é of one scalar for one of two, and a copy should not. NUL is left out, since PostgreSQL's
/// texts cannot hold it.
struct CanonicalForm: Sendable, Hashable {
    private(set) var bytes: [UInt8] = []

    init(_ activity: Activity) {
        bytes.reserveCapacity(256)
        append(activity.id)
        append(activity.name)
        append(activity.type)
        append(activity.sportType)
        append(activity.distance)
        append(Int64(activity.movingTime))
        append(Int64(activity.elapsedTime))
        append(activity.totalElevationGain)
        append(activity.startDate.milliseconds)
        append(activity.startDateLocal.seconds)
        append(activity.timezone)
        append(activity.averageSpeed)
        append(activity.maxSpeed)
        append(activity.averageHeartrate)
        append(activity.maxHeartrate)
        append(Int64(activity.kudosCount))
        append(activity.visibility)
    }

    init(_ tombstone: Tombstone) {
        self.init(tombstone.activity)
        append(tombstone.deletedAt.milliseconds)
    }

    init(_ item: RejectedActivity) {
        append(item.id)
        append(item.reason)
        append(item.json)
    }

    /// A row of which a store has one, in Swift's own words, which name every field that it has or will have.
    init(single row: some Sendable & Hashable) { append(String(reflecting: row)) }

    // Every value says first whether there is one, and a text how long it is, so that no two rows run into the same bytes.

    private mutating func append(_ number: Int64?) {
        bytes.append(number == nil ? 0 : 1)
        guard let number else { return }
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    private mutating func append(_ number: Double?) {
        // The sum makes zero of minus zero, between which SQLite does not tell.
        append(number.map { Int64(bitPattern: ($0 + 0).bitPattern) })
    }

    private mutating func append(_ text: String?) {
        let utf8 = text.map { text in text.utf8.filter { $0 != 0 } }
        append(utf8.map { Int64($0.count) })
        if let utf8 { bytes += utf8 }
    }
}
