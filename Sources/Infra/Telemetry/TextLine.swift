import Actors
import Logging

/// Log lines for people: `2026-11-23T03:00:00Z info  Synced activities=200`.
struct TextLine: LineForm {
    let isColoured: Bool

    func line(_ event: LogEvent, _ metadata: Logger.Metadata, at time: UTCInstant) -> [UInt8] {
        var line = "\(time.iso8601) \(tag(event.level)) \(LogText.escaped(event.message.description))"
        for (key, value) in Self.flattened(metadata) {
            line += " \(LogText.word(key))=\(LogText.word(value))"
        }
        return Array((line + "\n").utf8)
    }

    /// The level's name, filled up so that most messages begin in the same column.
    private func tag(_ level: Logger.Level) -> String {
        let name = level.rawValue
        let padded = name + String(repeating: " ", count: max(0, 5 - name.count))
        guard isColoured else { return padded }
        let colour =
            switch level {
            case .trace, .debug: "2"
            case .info: "32"
            case .notice: "36"
            case .warning: "33"
            case .error, .critical: "1;31"
            }
        return "\u{1B}[\(colour)m\(padded)\u{1B}[0m"
    }

    /// Pairs in the order of their keys; the members of a dictionary become `outer.inner`.
    private static func flattened(_ metadata: Logger.Metadata, prefix: String = "") -> [(String, String)] {
        metadata.sorted { $0.key < $1.key }.flatMap { key, value in
            if case .dictionary(let members) = value { return flattened(members, prefix: "\(prefix)\(key).") }
            return [(prefix + key, value.description)]
        }
    }
}
