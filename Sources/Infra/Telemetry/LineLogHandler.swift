import Actors
import Logging

/// What an event looks like as one line.
protocol LineForm: Sendable {
    /// The line, its newline included, as UTF-8.
    ///
    /// - Parameters:
    ///   - metadata: all that belongs to the event; its own is in it.
    ///   - time: when it was logged.
    func line(_ event: LogEvent, _ metadata: Logger.Metadata, at time: UTCInstant) -> [UInt8]
}

/// One logger's settings; what reaches it goes to the sink as a line.
struct LineLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    let form: any LineForm
    let clock: any WallClock
    let sink: Telemetry.Sink

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = Logger.Metadata(event, over: metadata, metadataProvider)
        sink(form.line(event, all, at: clock.now()))
    }
}
