import Glibc

/// The time of day, and waiting for it.
///
/// Budgets, tokens and schedules all hang on the wall clock, so one port serves both; tests hand in a clock that moves by hand.
package protocol WallClock: Sendable {
    /// The time now.
    func now() -> UTCInstant

    /// The time that has passed since some moment before, whatever was done to the clock since; it never goes back.
    func uptime() -> Duration

    /// Returns when `deadline` has come, at once when it has passed.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    func sleep(until deadline: UTCInstant) async throws
}

/// The machine's own clock.
package struct SystemClock: WallClock {
    package init() {}

    package func now() -> UTCInstant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UTCInstant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// The time since the machine was started, sleep included.
    package func uptime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }

    /// Sleeps in steps of at most a minute, so that a clock that was set while asleep is noticed.
    package func sleep(until deadline: UTCInstant) async throws {
        while true {
            let left = deadline - now()
            guard left > .zero else { return }
            try await Task.sleep(for: min(left, .seconds(60)))
        }
    }
}
