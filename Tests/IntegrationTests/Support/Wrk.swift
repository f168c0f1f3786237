import Glibc
import TestSupport

/// wrk, asking for one path until it is told to stop.
struct Wrk {
    let process: RunningProcess

    init(port: Int, _ options: [String] = [], path: String = "/strava/stats/ytd") throws {
        // Its own two seconds of patience are less than a busy machine may stand still.
        let usual = ["-t", "1", "-c", "8", "-d", "300s", "--timeout", "20s"]
        process = try Tool.start("wrk", usual + options + ["http://127.0.0.1:\(port)\(path)"])
    }

    /// Its report; wrk counts an answer that does not come, or not whole, as an error.
    func stop() async -> Report {
        process.kill(signal: SIGINT)
        var text = ""
        for await line in process.lines { text += line + "\n" }
        return Report(text: text)
    }

    /// What it says at its end.
    struct Report: CustomStringConvertible {
        let text: String

        var description: String { text }

        /// Whether every request was answered, whole and with a 2xx or 3xx.
        var isFlawless: Bool { !text.contains("Socket errors") && !text.contains("Non-2xx") }

        /// How many answers came; nil when it does not say.
        var answers: Int? { text.firstMatch(of: /(\d+) requests in/).flatMap { Int($0.1) } }
    }
}
