import Actors

/// What the start says of the schedule.
enum ScheduleInWords {
    /// How often it refreshes, and when it does so first.
    ///
    /// - Parameters:
    ///   - interval: nil when the schedule is off.
    ///   - isConnected: whether there is an athlete whose activities it could ask for.
    ///   - lastLook: when the newest activities were last looked at.
    static func text(_ interval: Duration?, isConnected: Bool, lastLook: UTCInstant?, at now: UTCInstant) -> String {
        guard let interval else { return "off" }
        let often = "every \(interval.components.seconds) s"
        guard isConnected else { return often }
        let first = Scheduler.firstRefresh(after: lastLook, interval: interval, at: now)
        return first > now ? "\(often), next at \(first.iso8601)" : "\(often), next at once"
    }
}
