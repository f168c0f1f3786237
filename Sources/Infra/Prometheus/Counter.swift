import CoreMetrics
import Synchronization

/// Counts up; whole numbers.
final class Counter: CounterHandler, ShownMetric {
    static let kind = MetricKind.counter

    private let count = Atomic<Int64>(0)

    /// Negative amounts are left out: a counter that falls is read as a restart.
    func increment(by amount: Int64) {
        if amount > 0 { count.wrappingAdd(amount, ordering: .relaxed) }
    }

    func reset() { count.store(0, ordering: .relaxed) }

    func write(to text: inout ExpositionText, _ name: String, _ labels: String) {
        text.line(name, labels, "\(count.load(ordering: .relaxed))")
    }
}
