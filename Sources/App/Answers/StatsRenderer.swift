import Actors
import HTTPTypes
import JSON

/// Turns a snapshot into answers: what the cache keeps ready.
enum StatsRenderer {
    /// Renders one answer, with its weight in bytes.
    @Sendable
    static func render(_ key: AnswerKey, _ snapshot: Snapshot, at now: UTCInstant) -> (
        answer: Representation, cost: Int
    ) {
        let answer: Representation =
            switch json(key, snapshot, now) {
            case .found(let json): Representation(json: json)
            case .missing(let detail): Representation(json: ["detail": .string(detail)], status: .notFound)
            }
        return (answer, answer.weight + key.weight)
    }

    private enum Content {
        case found(JSON)
        case missing(String)
    }

    private static func json(_ key: AnswerKey, _ snapshot: Snapshot, _ now: UTCInstant) -> Content {
        guard let fetchedAt = snapshot.fetchedAt, !snapshot.activities.isEmpty || snapshot.isComplete else {
            return .missing(key.nothingStored(year: snapshot.localTime(at: now).date.year))
        }
        let local = snapshot.localTime(at: now)
        switch key {
        case .longest(let record, let year): return longest(record, year ?? local.date.year, snapshot)
        case .activities(let query): return .found(page(query, snapshot))
        case .yearToDate, .recentActivities, .monthly, .totals, .yearly:
            return .found([
                "type": .string(key.envelopeType), "data": data(key, snapshot, local),
                "fetched_at": .string(fetchedAt.iso8601WithOffset),
            ])
        }
    }

    private static func data(_ key: AnswerKey, _ snapshot: Snapshot, _ local: LocalDateTime) -> JSON {
        if key == .recentActivities { return .array(snapshot.activities.prefix(30).map(JSON.recentActivity)) }
        let statistics = Statistics(of: snapshot.activities, at: local)
        return switch key {
        case .yearToDate:
            ["run": .totals(statistics.runYearToDate), "ride": .totals(statistics.rideYearToDate)]
        case .monthly:
            .object(statistics.months.map { JSON.Member("\($0.month)", .totals($0.totals)) })
        case .totals: .totalsByType(statistics.totalsByType)
        default:
            .object(
                statistics.totalsByYear.sorted { $0.key > $1.key }
                    .map { JSON.Member(String($0.key), .totalsByType($0.value)) })
        }
    }

    private static func longest(_ record: AnswerKey.Record, _ year: Int, _ snapshot: Snapshot) -> Content {
        let filter = ActivityFilter(year: year, type: record.rawValue)
        guard let activity = snapshot.activities.longest(filter) else { return .missing(record.notFound(year)) }
        return .found(.activity(activity))
    }

    private static func page(_ query: ActivityPageQuery, _ snapshot: Snapshot) -> JSON {
        let all = snapshot.activities
        let matching = query.filter == ActivityFilter() ? all : all.filter(query.filter.matches)
        return [
            "total": .int(matching.count), "limit": .int(query.limit), "offset": .int(query.offset),
            "data": .array(matching.dropFirst(query.offset).prefix(query.limit).map(JSON.activity)),
        ]
    }
}

extension AnswerKey {
    /// The `type` of the envelope.
    fileprivate var envelopeType: String {
        switch self {
        case .yearToDate: "ytd"
        case .recentActivities, .longest, .activities: "recent_activities"
        case .monthly: "monthly"
        case .totals: "all_time_totals"
        case .yearly: "yearly_stats"
        }
    }

    /// The original's words for a store that holds nothing yet.
    fileprivate func nothingStored(year: Int) -> String {
        switch self {
        case .yearToDate: "YTD stats not cached yet. Try /strava/refresh-data"
        case .recentActivities, .activities: "Activities not cached yet. Try /strava/refresh-data"
        case .monthly: "Monthly stats not cached yet. Try /strava/refresh-data"
        case .totals: "Totals not cached yet. Try /strava/refresh-data"
        case .yearly: "Yearly stats not cached yet. Try /strava/refresh-data"
        case .longest(let record, let asked): record.notFound(asked ?? year)
        }
    }
}

extension AnswerKey.Record {
    fileprivate func notFound(_ year: Int) -> String { "No \(plural) found for year \(year). Try /strava/refresh-data" }
}
