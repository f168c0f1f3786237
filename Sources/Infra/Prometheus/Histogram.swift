import CoreMetrics
import Synchronization

/// How often values fell below each of some bounds, and their sum.
///
/// Durations are kept in nanoseconds, so that recording is whole arithmetic; what is shown is seconds.
package final class Histogram: TimerHandler, RecorderHandler, ShownMetric {
    /// From half a millisecond, which no ready answer should take, to the ten seconds a drain waits; in seconds.
    package static let usualBuckets = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    private static let unit = 1e9

    static let kind = MetricKind.histogram

    private final class Bucket: Sendable {
        let count = Atomic<Int64>(0)
    }

    private let bounds: [Double]
    /// The same in nanoseconds.
    private let limits: [Int64]
    /// One for each bound, and one for what is above all of them.
    private let buckets: [Bucket]
    private let sum = Atomic<Int64>(0)

    /// - Parameter buckets: upper bounds, ascending.
    init(buckets bounds: [Double]) {
        self.bounds = bounds
        limits = bounds.map { Self.nanoseconds($0) }
        buckets = (0...bounds.count).map { _ in Bucket() }
    }

    package func recordNanoseconds(_ duration: Int64) {
        var index = 0
        while index < limits.count, duration > limits[index] { index += 1 }
        buckets[index].count.wrappingAdd(1, ordering: .relaxed)
        sum.wrappingAdd(duration, ordering: .relaxed)
    }

    package func record(_ value: Int64) { record(Double(value)) }
    package func record(_ value: Double) { recordNanoseconds(Self.nanoseconds(value)) }

    private static func nanoseconds(_ value: Double) -> Int64 {
        let scaled = value * unit
        return scaled >= Double(Int64.max) ? .max : scaled <= Double(Int64.min) || scaled.isNaN ? .min : Int64(scaled)
    }

    /// Prometheus counts what is at or below a bound, so each bucket holds those before it, too; their number is the last one's, and so
    /// agrees with them whoever records meanwhile.
    func write(to text: inout ExpositionText, _ name: String, _ labels: String) {
        var total: Int64 = 0
        for (index, bucket) in buckets.enumerated() {
            total += bucket.count.load(ordering: .relaxed)
            let bound = index < bounds.count ? ExpositionText.number(bounds[index]) : "+Inf"
            text.line("\(name)_bucket", ExpositionText.adding("le", bound, to: labels), "\(total)")
        }
        text.line("\(name)_sum", labels, ExpositionText.number(Double(sum.load(ordering: .relaxed)) / Self.unit))
        text.line("\(name)_count", labels, "\(total)")
    }
}
