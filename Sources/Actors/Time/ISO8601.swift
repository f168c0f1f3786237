/// The one form of date that Strava sends and Paceline stores: `YYYY-MM-DDThh:mm:ss`, a fraction and a zone allowed.
///
/// A parser of its own because it runs twice per activity and must tell a wall clock from an instant, which
/// `Date.ISO8601FormatStyle` does not.
package enum ISO8601 {
    /// Reads a wall-clock time; a zone mark at the end is dropped, not applied.
    ///
    /// - Returns: nil when the text is not a date with a time, or a field is out of range.
    package static func localDateTime(_ text: String) -> LocalDateTime? {
        var scanner = Scanner(text)
        return scanner.dateTime()
    }

    /// Reads an instant; the zone (`Z`, `+02:00`, `-0730`) is applied, and a missing one means UTC.
    ///
    /// - Returns: nil when the text is not a date with a time, a field is out of range, or something follows the zone.
    package static func instant(_ text: String) -> UTCInstant? {
        var scanner = Scanner(text)
        guard let wall = scanner.dateTime(), let offset = scanner.zoneOffset(), scanner.isAtEnd else { return nil }
        return UTCInstant(seconds: wall.seconds - offset)
    }

    private struct Scanner {
        private var rest: Substring.UTF8View

        init(_ text: String) {
            rest = Substring(text).utf8
        }

        var isAtEnd: Bool { rest.isEmpty }

        mutating func dateTime() -> LocalDateTime? {
            guard let year = digits(4), skip("-"), let month = digits(2), skip("-"), let day = digits(2),
                (1...12).contains(month), (1...31).contains(day), skip("T") || skip(" "),
                let hour = digits(2), skip(":"), let minute = digits(2), skip(":"), let second = digits(2),
                hour < 24, minute < 60, second < 61
            else { return nil }
            let date = LocalDate(year: year, month: month, day: day)
            guard LocalDate(daysSinceEpoch: date.daysSinceEpoch) == date else { return nil }
            skipFraction()
            return LocalDateTime(seconds: date.daysSinceEpoch * 86_400 + Int64(hour * 3600 + minute * 60 + second))
        }

        mutating func zoneOffset() -> Int64? {
            if isAtEnd || skip("Z") { return 0 }
            let sign: Int
            if skip("+") {
                sign = 1
            } else if skip("-") {
                sign = -1
            } else {
                return nil
            }
            guard let hours = digits(2) else { return nil }
            _ = skip(":")
            guard let minutes = isAtEnd ? 0 : digits(2), hours < 24, minutes < 60 else { return nil }
            return Int64(sign * (hours * 3600 + minutes * 60))
        }

        private mutating func digits(_ count: Int) -> Int? {
            var value = 0
            for _ in 0..<count {
                guard let byte = rest.first, (48...57).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 48)
                rest.removeFirst()
            }
            return value
        }

        private mutating func skip(_ mark: Unicode.Scalar) -> Bool {
            guard let byte = rest.first, byte == UInt8(ascii: mark) else { return false }
            rest.removeFirst()
            return true
        }

        private mutating func skipFraction() {
            guard skip(".") else { return }
            while let byte = rest.first, (48...57).contains(byte) { rest.removeFirst() }
        }
    }
}
