/// What one look at the installation found.
struct Finding: Equatable, Sendable {
    enum Verdict: String, Sendable {
        case good = "ok"
        /// Worth knowing, and no reason why something would not work.
        case note
        case problem = "PROBLEM"
    }

    /// What was looked at.
    var subject: String
    var verdict: Verdict
    var text: String
    /// What to do next; every problem has one.
    var cure: String?

    static func good(_ subject: String, _ text: String) -> Finding {
        Finding(subject: subject, verdict: .good, text: text)
    }

    static func note(_ subject: String, _ text: String, cure: String? = nil) -> Finding {
        Finding(subject: subject, verdict: .note, text: text, cure: cure)
    }

    static func problem(_ subject: String, _ text: String, cure: String) -> Finding {
        Finding(subject: subject, verdict: .problem, text: text, cure: cure)
    }

    /// As it is printed: a line, and below it the cure.
    var lines: String {
        func padded(_ text: String, to width: Int) -> String {
            text + String(repeating: " ", count: max(1, width - text.count))
        }
        let line = padded(verdict.rawValue, to: 9) + padded(subject, to: 15) + text
        return cure.map { "\(line)\n\(padded("", to: 24))→ \($0)" } ?? line
    }
}
