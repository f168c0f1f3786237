package import Actors
package import Logging

/// Where the program's own words go: one line per event, to standard error.
package enum Telemetry {
    /// What a line looks like.
    package enum Format: String, Sendable, CaseIterable {
        /// For people.
        case text
        /// One object a line, for machines.
        case json
    }

    /// Takes one line, its newline included, as UTF-8.
    package typealias Sink = @Sendable ([UInt8]) -> Void

    /// Sends every `Logger` of the process to standard error.
    ///
    /// Call it once, before the first logger is made; swift-log traps on a second call.
    package static func bootstrap(format: Format, level: Logger.Level) {
        let make = handlers(format: format, level: level)
        LoggingSystem.bootstrap(make, metadataProvider: nil)
    }

    /// Makes the log handler for a label, as `Logger(label:factory:)` and ``bootstrap(format:level:)`` want it.
    ///
    /// - Parameters:
    /// - level: what is below it is dropped.
    /// - isColoured: whether text lines may carry terminal colours; by default, whether a person is looking.
    /// - clock: stamps the lines.
    /// - sink: takes the lines.
    package static func handlers(
        format: Format, level: Logger.Level, isColoured: Bool = StandardError.isColourTerminal,
        clock: any WallClock = SystemClock(), sink: @escaping Sink = StandardError.write
    ) -> @Sendable (String, Logger.MetadataProvider?) -> any LogHandler {
        { label, provider in
            let form: any LineForm =
                switch format {
                case .text: TextLine(isColoured: isColoured)
                case .json: JSONLine(label: label)
                }
            return LineLogHandler(
                logLevel: level, metadataProvider: provider, form: form, clock: clock, sink: sink)
        }
    }
}
