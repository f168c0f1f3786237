import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// What Prometheus' own tool says of the figures, and of the alerts that are made of them.
@Suite(.timeLimit(.minutes(15))) struct PrometheusTests {
    @Test func promtoolHasNothingToSayOfTheMetrics() async throws {
        try await withStage(activities: 30) { stage in
            let server = try await stage.serveMirror()
            for path in ["/", "/strava/stats/ytd", "/nowhere", "/strava/status"] { _ = try await server.get(path) }
            let answer = try await server.get("/metrics")
            #expect(answer.status == 200)
            #expect(answer["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(answer.text.contains("paceline_event_loop_lag_seconds{loop=\"0\"}"))
            #expect(Secrets.found(in: answer.text) == [])
            let outcome = try await Tool.run("promtool", ["check", "metrics"], stdin: Array(answer.text.utf8))
            #expect(outcome.status == .exited(0))
            #expect(outcome.output + outcome.errors == "")
        }
    }

    /// Each alert comes when it should and not before: `deploy/prometheus/alerts.test.yaml` plays the figures that lead there.
    @Test func theAlertsComeWhenTheyShould() async throws {
        let folder = #filePath.components(separatedBy: "/Tests/")[0] + "/deploy/prometheus"
        let check = try await Tool.run("promtool", ["check", "rules", folder + "/alerts.yaml"])
        #expect(check.status == .exited(0), "\(check.output)\(check.errors)")
        let test = try await Tool.run("promtool", ["test", "rules", folder + "/alerts.test.yaml"])
        #expect(test.status == .exited(0), "\(test.output)\(test.errors)")
    }

    /// An alert on a figure that does not exist would never come.
    @Test func theAlertsAskForFiguresThatExist() async throws {
        let path = #filePath.components(separatedBy: "/Tests/")[0] + "/deploy/prometheus/alerts.yaml"
        let rules = String(decoding: try #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
        let names = Set(rules.matches(of: /\b(?:paceline|http|process)_[a-z_]+/).map { String($0.output) })
        #expect(names.count > 4)
        try await withStage(activities: 30) { stage in
            let text = try await stage.serveMirror().get("/metrics").text
            for name in names { #expect(text.contains("\n\(name)"), "\(name)") }
        }
    }
}
