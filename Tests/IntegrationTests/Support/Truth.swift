import FoundationEssentials
import Sandbox

/// What the endpoints should say, computed from the JSON that the sandbox sends and from nothing of Paceline's.
struct Truth {
    /// A list item as Strava writes it, in the loosest types.
    struct Raw: Decodable {
        var id: Int64
        var name: String?
        var type: String?
        var sport_type: String
        var distance: Double?
        var moving_time: Double
        var elapsed_time: Double
        var total_elevation_gain: Double
        var start_date: String
        var start_date_local: String
        var timezone: String?
        var average_speed: Double
        var max_speed: Double
        var kudos_count: Double
        var average_heartrate: Double?
        var max_heartrate: Double?
    }

    struct Totals: Decodable, Hashable {
        var count = 0
        var distance = 0.0
        var moving_time = 0
        var elevation_gain = 0.0

        init() {}

        init(_ activities: [ServedActivity]) {
            count = activities.count
            distance = (activities.reduce(0) { $0 + $1.distance } * 10).rounded() / 10
            moving_time = activities.reduce(0) { $0 + $1.moving_time }
            elevation_gain = (activities.reduce(0) { $0 + $1.total_elevation_gain } * 10).rounded() / 10
        }
    }

    /// Newest first by (start_date, id).
    let activities: [ServedActivity]
    /// The athlete's wall clock when this was made, as `2026-11-23T03:00:00Z`.
    let localNow: String

    init(_ items: [SandboxActivity]) throws {
        let decoder = JSONDecoder()
        activities = try items.map { try Self.served(try decoder.decode(Raw.self, from: Data($0.json))) }
            .sorted { ($0.start_date, $0.id) > ($1.start_date, $1.id) }
        var offset = 0.0
        if let newest = activities.first {
            let local = try Date(newest.start_date_local + "Z", strategy: .iso8601)
            offset = local.timeIntervalSince(try Date(newest.start_date, strategy: .iso8601))
        }
        localNow = Date().addingTimeInterval(offset).formatted(.iso8601)
    }

    private static func served(_ raw: Raw) throws -> ServedActivity {
        // The sports whose items come without the legacy type.
        let legacy = ["TrailRun": "Run", "GravelRide": "Ride"]
        guard let type = raw.type ?? legacy[raw.sport_type] else {
            throw SetupFailure("what type has \(raw.sport_type)?")
        }
        let zone = raw.timezone?.split(separator: " ", maxSplits: 1).last.map(String.init)
        return ServedActivity(
            id: raw.id, name: raw.name ?? "", type: type, sport_type: raw.sport_type, distance: raw.distance ?? 0,
            moving_time: Int(raw.moving_time), elapsed_time: Int(raw.elapsed_time),
            total_elevation_gain: raw.total_elevation_gain, start_date: raw.start_date,
            start_date_local: String(raw.start_date_local.dropLast()), timezone: zone,
            average_speed: raw.average_speed, max_speed: raw.max_speed, kudos_count: Int(raw.kudos_count),
            heart_rate: .init(average: raw.average_heartrate, max: raw.max_heartrate))
    }

    // MARK: Answers

    var year: String { String(localNow.prefix(4)) }

    func inYear(_ year: String) -> [ServedActivity] { activities.filter { $0.start_date_local.hasPrefix(year + "-") } }

    var yearToDate: [String: Totals] {
        let current = inYear(year)
        return [
            "run": Totals(current.filter { ["Run", "VirtualRun"].contains($0.type) }),
            "ride": Totals(current.filter { ["Ride", "VirtualRide"].contains($0.type) }),
        ]
    }

    /// The last twelve months, the current one first.
    var monthNames: [String] {
        var year = Int(localNow.prefix(4)) ?? 0
        var month = Int(localNow.dropFirst(5).prefix(2)) ?? 0
        return (0..<12).map { _ in
            defer { (year, month) = month == 1 ? (year - 1, 12) : (year, month - 1) }
            return "\(year)-\(month < 10 ? "0" : "")\(month)"
        }
    }

    var monthly: [String: Totals] {
        Dictionary(
            uniqueKeysWithValues: monthNames.map { month in
                (month, Totals(activities.filter { $0.start_date_local.hasPrefix(month) }))
            })
    }

    static func byType(_ activities: [ServedActivity]) -> [String: Totals] {
        Dictionary(grouping: activities, by: \.type).mapValues { Totals($0) }
    }

    var totals: [String: Totals] { Self.byType(activities) }

    var years: [String] { Set(activities.map { String($0.start_date_local.prefix(4)) }).sorted(by: >) }

    var yearly: [String: [String: Totals]] {
        Dictionary(uniqueKeysWithValues: years.map { ($0, Self.byType(inYear($0))) })
    }

    /// The greatest distance; of equals the older one.
    func longest(_ type: String, year: String) -> ServedActivity? {
        inYear(year).filter { $0.type == type }
            .max { ($0.distance, $1.start_date, $1.id) < ($1.distance, $0.start_date, $0.id) }
    }
}
