import HTTP
import HTTPTypes

/// `/metrics`, for Prometheus.
struct MetricsRoute: Sendable {
    let report: MetricsReport

    func add(to router: inout Router) {
        router.on(.get, "/metrics") { _ in
            Response(
                status: .ok,
                fields: [.contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store"],
                body: Array(await report.text().utf8))
        }
    }
}
