import CoreMetrics
import Synchronization

/// A value that goes up and down; the last one counts.
final class Gauge: RecorderHandler, MeterHandler, ShownMetric {
    static let kind = MetricKind.gauge

    /// The bits of a `Double`, which itself cannot be atomic.
    private let bits = Atomic<UInt64>(0)

    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }
    func decrement(by amount: Double) { increment(by: -amount) }

    func increment(by amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let (exchanged, seen) = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            guard !exchanged else { return }
            old = seen
        }
    }

    func write(to text: inout ExpositionText, _ name: String, _ labels: String) {
        text.line(name, labels, ExpositionText.number(Double(bitPattern: bits.load(ordering: .relaxed))))
    }
}
