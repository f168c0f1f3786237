/// What is known of the budget, as the store keeps it across restarts.
package struct BudgetLedger: Sendable, Hashable {
    /// One window of one family.
    package struct Window: Sendable, Hashable {
        /// When the window began, on Strava's clock; a later window starts from zero.
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
    /// Requests beyond `used`, in each window, that were sent and not dated by a reply, or may be sent before the ledger is written
    /// again, by whichever process.
    ///
    /// Whoever reads the ledger counts those of the others as used, since they may have been sent, and a process that died is no different; and
    /// since nobody knows when they come to Strava, in the following window too.
    package var reserved: Int

    package init(
        overallQuarter: Window, overallDay: Window, readQuarter: Window, readDay: Window, reserved: Int = 0
    ) {
        self.overallQuarter = overallQuarter
        self.overallDay = overallDay
        self.readQuarter = readQuarter
        self.readDay = readDay
        self.reserved = reserved
    }
}
