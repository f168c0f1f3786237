import Locking
import Logging

/// A log that tests read: each line with its metadata.
final class LogBook: Sendable {
    struct Line: Sendable {
        var level: Logger.Level
        var message: String
        var metadata: [String: String]

        /// All of it, to look for what must not be there.
        var text: String { "\(level) \(message) \(metadata)" }
    }

    private let state = Lock([Line]())

    var lines: [Line] { state.withLock { $0 } }

    /// The lines with this message.
    func lines(_ message: String) -> [Line] { lines.filter { $0.message == message } }

    func logger(_ level: Logger.Level = .trace) -> Logger {
        var logger = Logger(label: "test", factory: { _ in Handler(book: self) })
        logger.logLevel = level
        return logger
    }

    private struct Handler: LogHandler {
        let book: LogBook
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let line = Line(
                level: event.level, message: "\(event.message)", metadata: all.mapValues { "\($0)" })
            book.state.withLock { $0.append(line) }
        }
    }
}
