import ServiceLifecycle

/// Asks for a refresh at a steady interval, beginning one interval after the last one that ended well.
///
/// Replicas on one database each have a schedule, and keep one: a beat shortly before which another has refreshed is left out.
package actor Scheduler: Service {
    private let interval: Duration
    private let clock: any WallClock
    private let lastSuccess: @Sendable () async -> UTCInstant?
    private let refresh: @Sendable () async -> Void

    /// When the next refresh is due; nil when the schedule is off or not running.
    package private(set) var nextRefreshAt: UTCInstant?

    /// - Parameters:
    ///   - interval: the time between refreshes; zero turns the schedule off.
    ///   - clock: the local clock.
    ///   - lastSuccess: when the newest activities were last looked at, by whichever process, so that a restart does not refresh early and a long absence refreshes at
    ///     once.
    ///   - refresh: asks for a refresh without waiting for it.
    package init(
        interval: Duration, clock: any WallClock, lastSuccess: @escaping @Sendable () async -> UTCInstant?,
        refresh: @escaping @Sendable () async -> Void
    ) {
        self.interval = interval
        self.clock = clock
        self.lastSuccess = lastSuccess
        self.refresh = refresh
    }

    /// Keeps the schedule until the service shuts down.
    package func run() async {
        if interval > .zero {
            await cancelWhenGracefulShutdown { await self.keepSchedule() }
        } else {
            try? await gracefulShutdown()
        }
    }

    private func keepSchedule() async {
        var due = Self.firstRefresh(after: await lastSuccess(), interval: interval, at: clock.now())
        while !Task.isCancelled {
            nextRefreshAt = due
            do { try await clock.sleep(until: due) } catch { break }
            if let later = Self.postponed(by: await lastSuccess(), interval: interval, at: clock.now()) {
                due = later
                continue
            }
            await refresh()
            due = Self.refresh(after: due, interval: interval, at: clock.now())
        }
        nextRefreshAt = nil
    }

    /// When the first refresh is due.
    ///
    /// One interval after the last success, at once when that has passed, and never further ahead than one interval: a clock that
    /// went back must not silence the schedule.
    package static func firstRefresh(after last: UTCInstant?, interval: Duration, at now: UTCInstant) -> UTCInstant {
        guard let last else { return now }
        return min(max(last + interval, now), now + interval)
    }

    /// When the beat that has come is due instead; nil when it is due now.
    ///
    /// Somebody has refreshed less than nine tenths of an interval ago: an hourly schedule does not mind six minutes, and beats of
    /// replicas that lie apart draw together.
    static func postponed(by last: UTCInstant?, interval: Duration, at now: UTCInstant) -> UTCInstant? {
        guard let last, last <= now, now - last < interval * 9 / 10 else { return nil }
        return last + interval
    }

    /// The next beat of the schedule that lies ahead; beats that were slept through are not made up for.
    ///
    /// Never further ahead than one interval, for the same reason as ``firstRefresh(after:interval:at:)``.
    static func refresh(after due: UTCInstant, interval: Duration, at now: UTCInstant) -> UTCInstant {
        let missed = max(0, (now - due).wholeMilliseconds) / interval.wholeMilliseconds
        return min(due + interval * (missed + 1), now + interval)
    }
}
