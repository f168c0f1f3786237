/// What happens on fixed days of every year: the turns of the year and of the clocks, and a half-hour zone in both seasons.
enum Occasion {
    /// The activities of `maker`'s day that no year goes without.
    static func activities(_ maker: inout DayMaker) -> [SandboxActivity] {
        let date = CivilTime.date(ofDay: maker.day)
        var found: [SandboxActivity] = []
        if date.month == 1, date.day == 1 {
            // The year is new here and old in UTC.
            var early = maker.outing(.run, at: .auckland, second: 25_200)
            early.name = "First of the year"
            early.visibility = .everyone
            found.append(early)
        }
        if date.month == 12, date.day == 31 {
            // The year is old here and new in UTC.
            var late = maker.outing(.run, at: .denver, second: 73_800)
            late.name = "Last of the year"
            late.visibility = .everyone
            found.append(late)
        }
        if date.day == 15, date.month == 1 || date.month == 7 {
            // Nine and a half hours ahead of UTC in July, ten and a half in January.
            found.append(maker.outing(.run, at: .adelaide, second: 22_500))
        }
        if maker.day == CivilTime.sunday(5, month: 3, year: date.year) {
            // Begins before the clocks go forward and ends after.
            found.append(maker.outing(.run, at: .oslo, second: 6_300))
        }
        if maker.day == CivilTime.sunday(5, month: 10, year: date.year) {
            // 02:30 comes twice this night: once in summer time, once an hour later.
            let first = maker.outing(.run, at: .oslo, second: 9_000, lengthPercent: 50)
            var second = maker.outing(.run, at: .oslo, second: 9_000, lengthPercent: 50)
            second.start += 3600
            found += [first, second]
        }
        return found
    }
}
