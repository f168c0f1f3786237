/// The budget at one moment, as people see it: the tighter family of each span.
package struct BudgetStatus: Sendable, Hashable {
    /// One span.
    package struct Window: Sendable, Hashable {
        package var used: Int
        package var limit: Int
        /// When requests may go again for certain, on the local clock: the boundary, without the margin after it.
        package var resetsAt: UTCInstant
    }

    package var quarter: Window
    package var day: Window
}
