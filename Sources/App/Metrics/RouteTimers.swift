import CoreMetrics
import Prometheus

/// A timer for each route and status that was ever answered.
///
/// Asked with every request, so it takes no lock and makes no text: a route's timers are a list that only grows, of as many as the route has statuses,
/// which are few.
final class RouteTimers: Sendable {
    private final class Entry: Sendable {
        let status: Int
        let timer: Timer
        let next = OnceReference<Entry>()

        init(status: Int, timer: Timer) {
            self.status = status
            self.timer = timer
        }
    }

    private final class Row: Sendable {
        let route: String
        let first = OnceReference<Entry>()

        init(route: String) {
            self.route = route
        }
    }

    /// By the route's position; the last row is for what belongs to no route.
    private let rows: [Row]
    private let factory: any MetricsFactory

    /// - Parameter routes: ``Router/paths``; whatever clients invent is counted as `other`, or they could fill the memory.
    init(routes: [String], factory: any MetricsFactory) {
        rows = (routes + ["other"]).map { Row(route: $0) }
        self.factory = factory
    }

    /// Books one answer.
    ///
    /// - Parameter position: of the route; nil for none.
    func record(position: Int?, status: Int, nanoseconds: UInt64) {
        let row = rows[position ?? rows.count - 1]
        var entry = row.first.load() ?? row.first.storeIfNil(make(row, status))
        while entry.status != status { entry = entry.next.load() ?? entry.next.storeIfNil(make(row, status)) }
        entry.timer.recordNanoseconds(Int64(clamping: nanoseconds))
    }

    private func make(_ row: Row, _ status: Int) -> Entry {
        let labels = [("route", row.route), ("status", "\(status)")]
        return Entry(
            status: status,
            timer: Timer(label: MetricNames.requestDuration.name, dimensions: labels, factory: factory))
    }
}
