package import Actors
package import Logging

/// Log lines for people: `2026-11-23T03:00:00Z info  Synced activities=200`.
package struct TextLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let isColoured: Bool
    private let clock: any WallClock
    private let sink: Telemetry.Sink

    package init(
        logLevel: Logger.Level = .info, metadataProvider: Logger.MetadataProvider? = nil, isColoured: Bool = false,
        clock: any WallClock = SystemClock(), sink: @escaping Telemetry.Sink = StandardError.write
    ) {
        self.logLevel = logLevel
        self.metadataProvider = metadataProvider
        self.isColoured = isColoured
        self.clock = clock
        self.sink = sink
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line = "\(clock.now().iso8601) \(tag(event.level)) \(LogText.escaped(event.message.description))"
        for (key, value) in Self.flattened(Logger.Metadata(event, over: metadata, metadataProvider)) {
            line += " \(LogText.word(key))=\(LogText.word(value))"
        }
        sink(Array((line + "\n").utf8))
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
