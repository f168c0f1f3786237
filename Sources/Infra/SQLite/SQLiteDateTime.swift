package import Actors

/// Dates as SQLAlchemy keeps them in SQLite, so that the original can read what is written here: `2025-12-25 08:00:00.000000`.
///
/// The form has a fixed width, so text order is time order. Reading goes by position, since a start reads two dates of every
/// activity and a general parser would take most of its time.
package enum SQLiteDateTime {
    /// An instant as UTC text, to the millisecond.
    package static func text(_ instant: UTCInstant) -> String {
        text(milliseconds: instant.milliseconds)
    }

    /// A wall-clock reading as text.
    package static func text(_ reading: LocalDateTime) -> String {
        let (milliseconds, overflow) = reading.seconds.multipliedReportingOverflow(by: 1000)
        return text(milliseconds: overflow ? (reading.seconds < 0 ? .min : .max) : milliseconds)
    }

    /// Reads `YYYY-MM-DD hh:mm:ss` with an optional fraction, of which milliseconds are kept.
    ///
    /// - Returns: milliseconds since 1970-01-01 on the same clock; nil for anything else.
    package static func milliseconds(_ text: Span<UInt8>) -> Int64? {
        guard text.count >= 19, text[4] == dash, text[7] == dash, text[10] == space || text[10] == letterT,
            text[13] == colon, text[16] == colon,
            let year = number(text, 0, 4), let month = number(text, 5, 2), let day = number(text, 8, 2),
            let hour = number(text, 11, 2), let minute = number(text, 14, 2), let second = number(text, 17, 2),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60,
            let fraction = fraction(text)
        else { return nil }
        let date = LocalDate(year: year, month: month, day: day)
        // 30 February would otherwise pass as 1 or 2 March.
        guard day <= 28 || LocalDate(daysSinceEpoch: date.daysSinceEpoch) == date else { return nil }
        let secondOfDay = Int64(hour * 3600 + minute * 60 + second)
        return (date.daysSinceEpoch * 86_400 + secondOfDay) * 1000 + Int64(fraction)
    }

    private static let dash = UInt8(ascii: "-")
    private static let colon = UInt8(ascii: ":")
    private static let space = UInt8(ascii: " ")
    private static let letterT = UInt8(ascii: "T")
    private static let dot = UInt8(ascii: ".")

    private static let dayLength: Int64 = 86_400_000
    private static let earliest = LocalDate(year: 0, month: 1, day: 1).daysSinceEpoch * dayLength
    private static let latest = LocalDate(year: 10_000, month: 1, day: 1).daysSinceEpoch * dayLength - 1

    /// Four digits hold the years 0 to 9999; what lies outside becomes the nearest date that fits, because a row that could be
    /// written but not read again would lock the whole mirror.
    private static func text(milliseconds unbounded: Int64) -> String {
        let milliseconds = min(max(unbounded, earliest), latest)
        let remainder = milliseconds % dayLength
        let ofDay = remainder < 0 ? remainder + dayLength : remainder
        let date = LocalDate(daysSinceEpoch: (milliseconds - ofDay) / dayLength)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(26)
        append(date.year, 4, to: &bytes)
        for (mark, value) in [
            (dash, date.month), (dash, date.day), (space, Int(ofDay / 3_600_000)), (colon, Int(ofDay / 60_000 % 60)),
            (colon, Int(ofDay / 1000 % 60)),
        ] {
            bytes.append(mark)
            append(value, 2, to: &bytes)
        }
        bytes.append(dot)
        append(Int(ofDay % 1000) * 1000, 6, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func append(_ number: Int, _ width: Int, to bytes: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }

    private static func number(_ text: Span<UInt8>, _ start: Int, _ count: Int) -> Int? {
        var value = 0
        for index in start..<(start + count) {
            guard (48...57).contains(text[index]) else { return nil }
            value = value * 10 + Int(text[index] - 48)
        }
        return value
    }

    /// Milliseconds of the fraction; zero when there is none, nil when something else follows the seconds.
    private static func fraction(_ text: Span<UInt8>) -> Int? {
        guard text.count > 19 else { return 0 }
        let digits = text.count - 20
        guard text[19] == dot, (1...9).contains(digits), let value = number(text, 20, digits) else { return nil }
        var milliseconds = value
        for _ in 0..<max(0, 3 - digits) { milliseconds *= 10 }
        for _ in 0..<max(0, digits - 3) { milliseconds /= 10 }
        return milliseconds
    }
}
