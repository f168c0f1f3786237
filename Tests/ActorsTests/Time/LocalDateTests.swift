import Actors
import Testing

@Suite struct LocalDateTests {
    @Test(
        arguments: [
            (0, 1970, 1, 1), (-1, 1969, 12, 31), (11_016, 2000, 2, 29), (-25_508, 1900, 3, 1), (20_447, 2025, 12, 25),
            (-719_528, 0, 1, 1), (2_932_896, 9999, 12, 31),
        ] as [(Int64, Int, Int, Int)])
    func knownDaysHaveTheirNumber(_ number: Int64, _ year: Int, _ month: Int, _ day: Int) {
        let date = LocalDate(year: year, month: month, day: day)
        #expect(date.daysSinceEpoch == number)
        #expect(LocalDate(daysSinceEpoch: number) == date)
    }

    @Test("every day of 3000 years each way agrees with counting days one by one")
    func countingForwardsAndBackwardsAgrees() {
        var forwards = (year: 1970, month: 1, day: 1)
        var backwards = forwards
        for number in 0...(Int64(3000) * 366) {
            guard agrees(forwards, number), agrees(backwards, -number) else {
                Issue.record("day \(number): counted \(forwards), or \(backwards) backwards")
                return
            }
            step(&forwards)
            stepBack(&backwards)
        }
    }

    @Test func daysCompareByYearThenMonthThenDay() {
        #expect(LocalDate(year: 2024, month: 12, day: 31) < LocalDate(year: 2025, month: 1, day: 1))
        #expect(LocalDate(year: 2025, month: 1, day: 31) < LocalDate(year: 2025, month: 2, day: 1))
        #expect(!(LocalDate(year: 2025, month: 2, day: 1) < LocalDate(year: 2025, month: 2, day: 1)))
    }

    @Test func theTextHasFourDigitsForTheYear() {
        #expect(LocalDate(year: 2025, month: 1, day: 9).description == "2025-01-09")
        #expect(LocalDate(year: 7, month: 11, day: 30).description == "0007-11-30")
    }

    private typealias Counted = (year: Int, month: Int, day: Int)

    private func agrees(_ counted: Counted, _ number: Int64) -> Bool {
        let date = LocalDate(daysSinceEpoch: number)
        return date.year == counted.year && date.month == counted.month && date.day == counted.day
            && date.daysSinceEpoch == number
    }

    private func length(_ year: Int, _ month: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private func step(_ date: inout Counted) {
        date.day += 1
        guard date.day > length(date.year, date.month) else { return }
        date = date.month == 12 ? (date.year + 1, 1, 1) : (date.year, date.month + 1, 1)
    }

    private func stepBack(_ date: inout Counted) {
        date.day -= 1
        guard date.day == 0 else { return }
        date = date.month == 1 ? (date.year - 1, 12, 31) : (date.year, date.month - 1, 0)
        if date.day == 0 { date.day = length(date.year, date.month) }
    }
}
