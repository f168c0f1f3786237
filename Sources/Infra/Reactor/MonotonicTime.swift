import Glibc

/// A point on the machine's monotonic clock, which nobody can set.
///
/// Nanoseconds in one word, so that a connection can move its deadline on every request for the price of an addition.
package struct MonotonicTime: Comparable, Hashable, Sendable {
    let nanoseconds: UInt64

    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// What the clock shows.
    package static func now() -> MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The point `duration` later; a negative duration counts as none, and one beyond five hundred years as the end of time.
    package static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime {
        time.advanced(nanoseconds: duration.wholeNanoseconds)
    }

    /// The same with a duration that was converted before: a `Duration` counts attoseconds in 128 bits, which is slow to divide.
    package func advanced(nanoseconds: UInt64) -> MonotonicTime {
        let (sum, carry) = self.nanoseconds.addingReportingOverflow(nanoseconds)
        return MonotonicTime(nanoseconds: carry ? .max : sum)
    }

    /// Nanoseconds from `earlier` to here; 0 when it is later.
    package func nanoseconds(since earlier: MonotonicTime) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
    }

    /// Milliseconds from `earlier` to here, rounded up so that whoever sleeps them does not wake too early; 0 when past.
    func milliseconds(since earlier: MonotonicTime) -> Int32 {
        let rest = nanoseconds(since: earlier)
        let milliseconds = rest / 1_000_000 + (rest % 1_000_000 == 0 ? 0 : 1)
        return Int32(clamping: milliseconds)
    }
}

extension Duration {
    /// Its nanoseconds, rounded down; 0 when negative, the largest number when there are more.
    package var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = whole.addingReportingOverflow(UInt64(attoseconds / 1_000_000_000))
        return overflow || carry ? .max : sum
    }
}
