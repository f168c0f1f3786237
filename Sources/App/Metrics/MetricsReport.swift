import Actors
import CoreMetrics
import Postgres
import Prometheus
import Reactor

/// What `/metrics` shows: what was recorded meanwhile, and what is asked of the actors when somebody looks.
struct MetricsReport: Sendable {
    let registry: PrometheusRegistry
    let engine: Engine
    let loops: [EventLoop]
    /// When the process began.
    let started: UTCInstant

    /// All metrics in Prometheus' text format.
    func text() async -> String {
        set(MetricNames.buildInfo, 1, [("version", Paceline.version)])
        await setSync()
        await setBudget()
        await setDatabase()
        await setProcess()
        return registry.text()
    }

    private func setSync() async {
        let sync = await engine.coordinator.status()
        set(MetricNames.activities, Double(sync.activities))
        set(MetricNames.historyComplete, sync.isComplete ? 1 : 0)
        set(MetricNames.pages, Double(sync.pages))
        set(MetricNames.pagesLeft, sync.pagesLeft.map(Double.init))
        set(MetricNames.lastSuccess, sync.lastSuccessAt?.unixTime)
        for state in ConnectionState.allCases {
            set(MetricNames.state, state == sync.state ? 1 : 0, [("state", state.rawValue)])
        }
        set(MetricNames.tokenExpiry, await engine.vault.expiresAt?.unixTime)
    }

    private func setBudget() async {
        let budget = await engine.limiter.status()
        for (name, window) in [("quarter", budget.quarter), ("day", budget.day)] {
            let label = [("window", name)]
            set(MetricNames.budgetUsed, Double(window.used), label)
            set(MetricNames.budgetLimit, Double(window.limit), label)
            set(MetricNames.budgetReset, window.resetsAt.unixTime, label)
        }
    }

    private func setDatabase() async {
        set(MetricNames.databaseUp, await engine.store.failure() == nil ? 1 : 0)
        guard let postgres = engine.store as? PostgresStore else { return }
        let load = await postgres.load
        set(MetricNames.poolInUse, Double(load.inUse))
        set(MetricNames.poolWaiting, Double(load.waiting))
    }

    private func setProcess() async {
        for (index, loop) in loops.enumerated() {
            set(MetricNames.loopLag, await loop.lag().map { Double($0) / 1e9 }, [("loop", "\(index)")])
        }
        set(MetricNames.residentMemory, ProcessFacts.residentBytes.map(Double.init))
        set(MetricNames.openDescriptors, ProcessFacts.openDescriptors.map(Double.init))
        set(MetricNames.startTime, started.unixTime)
    }

    /// What is not known is not shown, and what is known no more is not shown any more.
    private func set(_ metric: MetricNames.Metric, _ value: Double?, _ labels: [(String, String)] = []) {
        let gauge = Gauge(label: metric.name, dimensions: labels, factory: registry)
        // A gauge keeps its last value, which would be shown as today's for ever.
        if let value { gauge.record(value) } else { gauge.destroy() }
    }
}

extension UTCInstant {
    /// Seconds since 1970 with their fraction, as Prometheus has times.
    fileprivate var unixTime: Double { Double(milliseconds) / 1000 }
}
