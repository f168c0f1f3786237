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
        func envelope(_ type: String, _ data: JSON) -> Content {
            .found(["type": .string(type), "data": data, "fetched_at": .string(fetchedAt.iso8601WithOffset)])
        }
        func statistics() -> Statistics { Statistics(of: snapshot.activities, at: local) }
        return switch key {
        case .yearToDate: envelope("ytd", yearToDate(statistics()))
        case .recentActivities:
            envelope("recent_activities", .array(snapshot.activities.prefix(30).map(JSON.recentActivity)))
        case .monthly: envelope("monthly", monthly(statistics()))
        case .totals: envelope("all_time_totals", .totalsByType(statistics().totalsByType))
        case .yearly: envelope("yearly_stats", yearly(statistics()))
        case .longest(let record, let year): longest(record, year ?? local.date.year, snapshot)
        case .activities(let query): .found(page(query, snapshot))
        }
    }

    private static func yearToDate(_ statistics: Statistics) -> JSON {
        ["run": .totals(statistics.runYearToDate), "ride": .totals(statistics.rideYearToDate)]
    }

    private static func monthly(_ statistics: Statistics) -> JSON {
        .object(statistics.months.map { JSON.Member("\($0.month)", .totals($0.totals)) })
    }

    /// Years newest first.
    private static func yearly(_ statistics: Statistics) -> JSON {
        .object(
            statistics.totalsByYear.sorted { $0.key > $1.key }
                .map { JSON.Member(String($0.key), .totalsByType($0.value)) })
    }

    private static func longest(_ record: AnswerKey.Record, _ year: Int, _ snapshot: Snapshot) -> Content {
        let filter = ActivityFilter(year: year, type: record.rawValue)
        guard let activity = snapshot.activities.longest(filter) else { return .missing(record.notFound(year)) }
        return .found(.activity(activity))
    }

    private static func page(_ query: ActivityPageQuery, _ snapshot: Snapshot) -> JSON {
        let all = snapshot.activities
        guard query.filter != ActivityFilter() else { return page(query, all) }
        return page(query, all.filter(query.filter.matches))
    }

    private static func page(_ query: ActivityPageQuery, _ matching: some RandomAccessCollection<Activity>) -> JSON {
        [
            "total": .int(matching.count), "limit": .int(query.limit), "offset": .int(query.offset),
            "data": .array(matching.dropFirst(query.offset).prefix(query.limit).map(JSON.activity)),
        ]
    }
}

extension AnswerKey {
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
