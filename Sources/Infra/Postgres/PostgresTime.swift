import Actors

/// Times as PostgreSQL reads them: `2025-12-25 08:00:00.250+00`.
enum PostgresTime {
    /// An instant in UTC, to the millisecond.
    ///
    /// PostgreSQL counts years from 4713 BC to 294276 AD. What lies outside the years 1 to 9999, which no activity does, becomes
    /// the nearest date that fits: a row that could be written but not read again would lock the whole mirror.
    static func text(_ instant: UTCInstant) -> String {
        let milliseconds = min(max(instant.milliseconds, earliest), latest)
        let remainder = milliseconds % dayLength
        let ofDay = remainder < 0 ? remainder + dayLength : remainder
        let date = LocalDate(daysSinceEpoch: (milliseconds - ofDay) / dayLength)
        let day = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
        let hour = padded(Int(ofDay / 3_600_000), 2)
        let minute = padded(Int(ofDay / 60_000 % 60), 2)
        let second = padded(Int(ofDay / 1000 % 60), 2)
        return "\(day) \(hour):\(minute):\(second).\(padded(Int(ofDay % 1000), 3))+00"
    }

    private static let dayLength: Int64 = 86_400_000
    private static let earliest = LocalDate(year: 1, month: 1, day: 1).daysSinceEpoch * dayLength
    private static let latest = LocalDate(year: 10_000, month: 1, day: 1).daysSinceEpoch * dayLength - 1

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
