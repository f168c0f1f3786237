/// A point on the world's clock, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Arithmetic is in `Duration`; calendar questions go through ``LocalDateTime`` so that every conversion between the two
/// passes through one place.
package struct UTCInstant: Sendable, Hashable, Comparable {
    /// Milliseconds since the Unix epoch; negative before it.
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Whole seconds since the Unix epoch, as Strava's `expires_at`, `before` and `after` count them.
    package init(seconds: Int64) {
        self.milliseconds = seconds * 1000
    }

    /// Seconds since the Unix epoch, rounded towards the past.
    package var seconds: Int64 { milliseconds.flooredDivision(by: 1000) }

    package static func < (left: UTCInstant, right: UTCInstant) -> Bool { left.milliseconds < right.milliseconds }

    package static func + (instant: UTCInstant, duration: Duration) -> UTCInstant {
        UTCInstant(milliseconds: instant.milliseconds + duration.wholeMilliseconds)
    }

    package static func - (instant: UTCInstant, duration: Duration) -> UTCInstant {
        UTCInstant(milliseconds: instant.milliseconds - duration.wholeMilliseconds)
    }

    /// The time from `earlier` to `later`; negative when they stand the other way round.
    package static func - (later: UTCInstant, earlier: UTCInstant) -> Duration {
        .milliseconds(later.milliseconds - earlier.milliseconds)
    }
}

extension Duration {
    /// The duration in milliseconds; what is finer is cut off.
    package var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}

extension Int64 {
    /// Division that rounds towards negative infinity, so that times before 1970 fall into the right day.
    func flooredDivision(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
