/// Calendar arithmetic of the stand-in's own, so that checks against the mirror's arithmetic compare two independent sources.
enum CivilTime {
    static let secondsPerDay: Int64 = 86_400

    /// The number of a day of the proleptic Gregorian calendar; 1970-01-01 is day 0.
    static func day(year: Int, month: Int, day: Int) -> Int64 {
        let before = year - 1
        let leapDays = before / 4 - before / 100 + before / 400
        let inYear = (1..<month).reduce(0) { $0 + length(ofMonth: $1, year: year) }
        // 719_162 days lie between 0001-01-01 and 1970-01-01.
        return Int64(before * 365 + leapDays + inYear + day - 1 - 719_162)
    }

    /// The calendar date of a day number.
    static func date(ofDay number: Int64) -> (year: Int, month: Int, day: Int) {
        // The mean year is a little short or long for most days, so the guess is put right by at most one step.
        var year = 1970 + Int((number * 400).floored(by: 146_097))
        while day(year: year + 1, month: 1, day: 1) <= number { year += 1 }
        while day(year: year, month: 1, day: 1) > number { year -= 1 }
        var rest = Int(number - day(year: year, month: 1, day: 1))
        var month = 1
        while rest >= length(ofMonth: month, year: year) {
            rest -= length(ofMonth: month, year: year)
            month += 1
        }
        return (year, month, rest + 1)
    }

    /// 0 is Sunday; 1970-01-01 was a Thursday.
    static func weekday(ofDay number: Int64) -> Int { Int(((number % 7) + 11) % 7) }

    /// The `n`th Sunday of a month, as a day number; 5 means the last one.
    static func sunday(_ nth: Int, month: Int, year: Int) -> Int64 {
        if nth == 5 {
            let last = day(year: year, month: month, day: length(ofMonth: month, year: year))
            return last - Int64(weekday(ofDay: last))
        }
        let first = day(year: year, month: month, day: 1)
        return first + Int64((7 - weekday(ofDay: first)) % 7 + (nth - 1) * 7)
    }

    /// `2025-12-25T08:00:00Z` for seconds since the epoch.
    static func iso8601(_ seconds: Int64) -> String {
        let number = seconds.floored(by: secondsPerDay)
        let date = date(ofDay: number)
        let clock = Int(seconds - number * secondsPerDay)
        let day = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
        return "\(day)T\(padded(clock / 3600, 2)):\(padded(clock / 60 % 60, 2)):\(padded(clock % 60, 2))Z"
    }

    /// The year that a wall clock showed.
    static func year(_ seconds: Int64) -> Int { date(ofDay: seconds.floored(by: secondsPerDay)).year }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Int64 {
    /// Division that rounds towards negative infinity.
    func floored(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
