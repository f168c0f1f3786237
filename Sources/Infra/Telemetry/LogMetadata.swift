import Logging

extension Logger.Metadata {
    /// All that belongs to one event: the logger's own values, then the provider's, then the event's, each over the one before.
    ///
    /// An error travels as `error.message` and `error.type`, the names that swift-log's own handlers use.
    init(_ event: LogEvent, over base: Logger.Metadata, _ provider: Logger.MetadataProvider?) {
        self = base
        if let provider { merge(provider.get()) { _, new in new } }
        if let own = event.metadata { merge(own) { _, new in new } }
        if let error = event.error {
            self["error.message"] = "\(error)"
            self["error.type"] = "\(String(reflecting: type(of: error)))"
        }
    }
}
