package import CoreMetrics
import Locking

/// Keeps every metric of the process, and shows them as Prometheus reads them.
///
/// The backend of swift-metrics: whoever counts says so to a `Counter`, a `Gauge` or a `Timer`, and knows nothing of Prometheus. Recording costs
/// an atomic addition or two and no lock; the lock here is for metrics that are new, and for showing them.
///
/// Labels become names of metrics, and dimensions their labels, in any order. Both must be what Prometheus allows, letters, digits and `_`: other
/// characters become `_`. A timer is a histogram in seconds.
package final class PrometheusRegistry: MetricsFactory, Sendable {
    /// What is said of a metric before its values.
    package struct Description: Sendable {
        package var name: String
        package var help: String
        /// The upper bounds of a timer's buckets, in seconds, ascending.
        package var buckets: [Double]

        package init(_ name: String, _ help: String, buckets: [Double] = Histogram.usualBuckets) {
            self.name = name
            self.help = help
            self.buckets = buckets
        }
    }

    private let descriptions: [String: Description]
    private let families = Lock<[String: Family]>([:])

    /// - Parameter descriptions: of those metrics that shall be explained; others are shown without a word.
    package init(_ descriptions: [Description] = []) {
        self.descriptions = Dictionary(descriptions.map { ($0.name, $0) }) { _, last in last }
    }

    /// All metrics in the text format, version 0.0.4
    /// (prometheus.io/docs/instrumenting/exposition_formats), ordered by name and labels.
    package func text() -> String {
        let families = families.withLock { $0 }
        var text = ExpositionText()
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text.begin(name, family.kind, help: descriptions[name]?.help)
            for (labels, metric) in family.members.sorted(by: { $0.key < $1.key }) {
                metric.write(to: &text, name, labels)
            }
        }
        return text.text
    }

    /// The metric of a name and labels, made when it is new.
    ///
    /// Two kinds under one name would be no valid text: the later one is kept for whoever asked, and not shown.
    private func metric<Metric: ShownMetric>(
        _ label: String, _ dimensions: [(String, String)], _ make: (Description?) -> Metric
    ) -> Metric {
        let name = ExpositionText.name(label)
        let labels = ExpositionText.labels(dimensions)
        return families.withLock { families in
            if let known = families[name]?.members[labels] as? Metric { return known }
            let metric = make(descriptions[name])
            var family = families[name] ?? Family(kind: Metric.kind)
            if family.kind == Metric.kind { family.members[labels] = metric }
            families[name] = family
            return metric
        }
    }

    private func forget(_ metric: some AnyObject) {
        families.withLock { families in
            for (name, family) in families {
                families[name]?.members = family.members.filter { $0.value !== metric }
            }
            families = families.filter { !$0.value.members.isEmpty }
        }
    }

    // MARK: What swift-metrics asks for

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        metric(label, dimensions) { _ in Counter() }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        metric(label, dimensions) { _ in Gauge() }
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else { return metric(label, dimensions) { _ in Gauge() } }
        return metric(label, dimensions) { Histogram(buckets: $0?.buckets ?? Histogram.usualBuckets) }
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        metric(label, dimensions) { Histogram(buckets: $0?.buckets ?? Histogram.usualBuckets) }
    }

    package func destroyCounter(_ handler: any CounterHandler) { forget(handler) }
    package func destroyMeter(_ handler: any MeterHandler) { forget(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }
    package func destroyTimer(_ handler: any TimerHandler) { forget(handler) }
}

/// The metrics of one name, by their labels as written.
private struct Family: Sendable {
    var kind: MetricKind
    var members: [String: any ShownMetric] = [:]
}

/// What Prometheus calls the type.
enum MetricKind: String, Sendable {
    case counter, gauge, histogram
}

/// A metric that can write its lines.
protocol ShownMetric: AnyObject, Sendable {
    static var kind: MetricKind { get }
    func write(to text: inout ExpositionText, _ name: String, _ labels: String)
}
