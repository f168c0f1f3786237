/// A calendar month of a certain year.
package struct Month: Sendable, Hashable {
    /// Months since year 0, January being 0.
    let ordinal: Int

    private init(ordinal: Int) {
        self.ordinal = ordinal
    }

    /// The month that `date` lies in.
    package init(_ date: LocalDate) {
        ordinal = date.year * 12 + date.month - 1
    }

    /// The month that lies `count` months later, or earlier when negative.
    package func advanced(by count: Int) -> Month { Month(ordinal: ordinal + count) }

    /// How many months later `other` is; negative when it is earlier.
    package func distance(to other: Month) -> Int { other.ordinal - ordinal }

    /// The year it lies in.
    package var year: Int { Int(Int64(ordinal).flooredDivision(by: 12)) }

    /// The first day.
    package var firstDay: LocalDate {
        let year = Int64(ordinal).flooredDivision(by: 12)
        return LocalDate(year: Int(year), month: ordinal - Int(year) * 12 + 1, day: 1)
    }
}

extension Month: CustomStringConvertible {
    /// `2025-12`.
    package var description: String { String("\(firstDay)".dropLast(3)) }
}
