/// A wall-clock reading without a zone: what the athlete's watch showed.
///
/// Strava sends `start_date_local` with a `Z` that is not true; the reading is kept here without one and is never converted.
package struct LocalDateTime: Sendable, Hashable, Comparable {
    /// Seconds from 1970-01-01T00:00:00 on the same wall clock.
    package var seconds: Int64

    package init(seconds: Int64) {
        self.seconds = seconds
    }

    /// What a clock that is `offset` seconds ahead of UTC shows at `instant`.
    package init(_ instant: UTCInstant, offset: Int64) {
        self.seconds = instant.seconds + offset
    }

    /// The start of `date`.
    package init(startOf date: LocalDate) {
        self.seconds = date.daysSinceEpoch * 86_400
    }

    /// The calendar day of this reading.
    package var date: LocalDate { LocalDate(daysSinceEpoch: seconds.flooredDivision(by: 86_400)) }

    package static func < (left: LocalDateTime, right: LocalDateTime) -> Bool { left.seconds < right.seconds }
}

extension LocalDateTime: CustomStringConvertible {
    /// ISO 8601 without a zone mark: `2025-12-25T09:00:00`.
    package var description: String {
        let ofDay = seconds - seconds.flooredDivision(by: 86_400) * 86_400
        return "\(date)T\(padded(ofDay / 3600, 2)):\(padded(ofDay / 60 % 60, 2)):\(padded(ofDay % 60, 2))"
    }
}

extension UTCInstant {
    /// ISO 8601 to the second with a `Z`: `2025-12-25T08:00:00Z`.
    package var iso8601: String { "\(LocalDateTime(self, offset: 0))Z" }

    /// ISO 8601 to the second with a numeric offset, as the original wrote `fetched_at`: `2025-12-25T12:00:00+00:00`.
    package var iso8601WithOffset: String { "\(LocalDateTime(self, offset: 0))+00:00" }
}
