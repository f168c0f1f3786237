extension BudgetMachine {
    /// What background work leaves for people: a manual refresh must not wait for a backfill.
    package struct Reserve: Sendable, Hashable {
        /// Requests of each quarter of an hour.
        package var quarter: Int
        /// Requests of each day.
        package var day: Int

        package init(quarter: Int = 10, day: Int = 50) {
            self.quarter = quarter
            self.day = day
        }

        static let none = Reserve(quarter: 0, day: 0)

        /// As much as half of a limit: one that Strava sets lower than the reserve must not stop background work for ever.
        func within(_ limit: Int, _ reserve: KeyPath<Reserve, Int>) -> Int { min(self[keyPath: reserve], limit / 2) }
    }
}
