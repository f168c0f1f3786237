import Actors

/// What the start says of the schedule.
enum ScheduleInWords {
    /// How often it refreshes, and when it does so first.
    ///
    /// - Parameter lastLook: when the newest activities were last looked at; nil when no athlete is connected.
    static func text(_ interval: Duration?, after lastLook: UTCInstant??, at now: UTCInstant) -> String {
        guard let interval else { return "off" }
        let often = "every \(interval.components.seconds) s"
        guard let lastLook else { return often }
        let first = Scheduler.firstRefresh(after: lastLook, interval: interval, at: now)
        return first > now ? "\(often), next at \(first.iso8601)" : "\(often), next at once"
    }
}
