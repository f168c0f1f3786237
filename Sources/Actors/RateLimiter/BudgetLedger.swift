/// What is known of the budget, as the store keeps it across restarts.
package struct BudgetLedger: Sendable, Hashable {
    /// One window of one family.
    package struct Window: Sendable, Hashable {
        /// When the window began; a later window starts from zero.
        package var start: UTCInstant
        package var used: Int
        package var limit: Int

        package init(start: UTCInstant, used: Int, limit: Int) {
            self.start = start
            self.used = used
            self.limit = limit
        }
    }

    package var overallQuarter: Window
    package var overallDay: Window
    package var readQuarter: Window
    package var readDay: Window

    package init(overallQuarter: Window, overallDay: Window, readQuarter: Window, readDay: Window) {
        self.overallQuarter = overallQuarter
        self.overallDay = overallDay
        self.readQuarter = readQuarter
        self.readDay = readDay
    }
}
