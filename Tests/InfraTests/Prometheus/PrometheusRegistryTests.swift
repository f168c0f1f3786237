import CoreMetrics
import Prometheus
import Testing

@Suite struct PrometheusRegistryTests {
    @Test func everyKindIsShownAsPrometheusReadsIt() {
        let registry = PrometheusRegistry([
            .init("jobs_total", "Jobs that were done."), .init("wait_seconds", "A wait.", buckets: [0.5, 1]),
        ])
        Counter(label: "jobs_total", factory: registry).increment(by: 3)
        Gauge(label: "heat", dimensions: [("room", "b"), ("floor", "1")], factory: registry).record(21.5)
        Gauge(label: "heat", dimensions: [("floor", "1"), ("room", "a")], factory: registry).record(-3)
        let timer = Timer(label: "wait_seconds", factory: registry)
        timer.recordMilliseconds(250)
        timer.recordSeconds(1)
        timer.recordSeconds(4)
        #expect(
            registry.text() == """
                # TYPE heat gauge
                heat{floor="1",room="a"} -3
                heat{floor="1",room="b"} 21.5
                # HELP jobs_total Jobs that were done.
                # TYPE jobs_total counter
                jobs_total 3
                # HELP wait_seconds A wait.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{le="0.5"} 1
                wait_seconds_bucket{le="1"} 2
                wait_seconds_bucket{le="+Inf"} 3
                wait_seconds_sum 5.25
                wait_seconds_count 3

                """)
    }

    @Test func whoAsksForTheSameMetricCountsTogether() {
        let registry = PrometheusRegistry()
        for labels in [[("a", "1"), ("b", "2")], [("b", "2"), ("a", "1")]] {
            Counter(label: "hits", dimensions: labels, factory: registry).increment()
        }
        #expect(registry.text() == "# TYPE hits counter\nhits{a=\"1\",b=\"2\"} 2\n")
    }

    @Test func namesAndValuesAreWrittenSoThatTheyAreRead() {
        let registry = PrometheusRegistry([.init("_3_a_b", "a \\ b\nc")])
        Gauge(label: "3 a.b", dimensions: [("the-path", "/\"x\"\\\n")], factory: registry).record(Double.infinity)
        #expect(
            registry.text() == """
                # HELP _3_a_b a \\\\ b\\nc
                # TYPE _3_a_b gauge
                _3_a_b{the_path="/\\"x\\"\\\\\\n"} +Inf

                """)
    }

    @Test func aMeterGoesUpAndDownAndACounterOnlyUp() {
        let registry = PrometheusRegistry()
        let meter = Meter(label: "m", factory: registry)
        meter.set(5)
        meter.increment(by: 2)
        meter.decrement(by: 0.5)
        let counter = Counter(label: "c", factory: registry)
        counter.increment(by: 2)
        counter.increment(by: -1)
        #expect(registry.text() == "# TYPE c counter\nc 2\n# TYPE m gauge\nm 6.5\n")
        counter.reset()
        #expect(registry.text().contains("c 0\n"))
    }

    @Test func aRecorderThatAggregatesIsAHistogram() {
        let registry = PrometheusRegistry([.init("size", "Sizes.", buckets: [10])])
        let recorder = Recorder(label: "size", factory: registry)
        recorder.record(Int64(7))
        recorder.record(11.5)
        #expect(registry.text().contains("size_bucket{le=\"10\"} 1\nsize_bucket{le=\"+Inf\"} 2\nsize_sum 18.5\n"))
    }

    /// Two kinds under one name would make the whole text unreadable.
    @Test func aSecondKindUnderOneNameIsNotShown() {
        let registry = PrometheusRegistry()
        Counter(label: "x", factory: registry).increment()
        Gauge(label: "x", dimensions: [("a", "b")], factory: registry).record(9)
        #expect(registry.text() == "# TYPE x counter\nx 1\n")
    }

    @Test func whatIsDestroyedIsGone() {
        let registry = PrometheusRegistry()
        let gauge = Gauge(label: "x", factory: registry)
        gauge.record(1)
        gauge.destroy()
        #expect(registry.text() == "")
    }

    @Test func manyAtOnceLoseNothing() async {
        let registry = PrometheusRegistry()
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<500 {
                        Counter(label: "hits", factory: registry).increment()
                        Timer(label: "t", factory: registry).recordNanoseconds(1)
                        Meter(label: "m", factory: registry).increment(by: 1)
                    }
                }
            }
        }
        let text = registry.text()
        #expect(text.contains("hits 4000\n"))
        #expect(text.contains("t_count 4000\n"))
        #expect(text.contains("m 4000\n"))
    }
}
