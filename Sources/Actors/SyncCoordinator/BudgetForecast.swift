/// Foretells when so many background requests will have been sent, across the windows of the budget.
///
/// It counts what the tighter family of each window has left above the reserve, and full windows after that. It cannot know what
/// refreshes and other programs will take, so it errs on the early side.
package struct BudgetForecast: Sendable {
    /// What one window allows, and when the next one begins.
    private struct Window: Sendable {
        /// Requests left in the window of now.
        var left: Int
        /// Requests that a new window allows.
        let allowance: Int
        var endsAt: UTCInstant
        let length: Duration

        init(_ window: BudgetStatus.Window, reserve: Int, length: Duration) {
            allowance = max(0, window.limit - reserve)
            left = max(0, window.limit - window.used - reserve)
            endsAt = window.resetsAt
            self.length = length
        }

        /// Begins the windows that `now` lies in.
        mutating func roll(to now: UTCInstant) {
            guard endsAt <= now else { return }
            left = allowance
            let passed = (now - endsAt).wholeMilliseconds / length.wholeMilliseconds
            endsAt = endsAt + length * (passed + 1)
        }
    }

    /// A new window begins some seconds after its boundary.
    static let margin = Duration.seconds(5)
    /// Further ahead nobody plans.
    static let horizon = Duration.seconds(30 * 86_400)

    private var quarter: Window
    private var day: Window

    /// - Parameters:
    ///   - budget: as it is now.
    ///   - reserve: what background requests leave of a quarter and of a day.
    package init(_ budget: BudgetStatus, reserve: BudgetMachine.Reserve = .init()) {
        quarter = Window(budget.quarter, reserve: reserve.quarter, length: .seconds(900))
        day = Window(budget.day, reserve: reserve.day, length: .seconds(86_400))
    }

    /// When the last of `requests` will have been answered; nil when that lies too far ahead, or never comes.
    ///
    /// - Parameter each: how long one takes.
    package func end(of requests: Int, each: Duration, from now: UTCInstant) -> UTCInstant? {
        var (quarter, day, time, left) = (quarter, day, now, requests)
        guard quarter.allowance > 0, day.allowance > 0 else { return nil }
        while true {
            quarter.roll(to: time)
            day.roll(to: time)
            let sent = min(left, quarter.left, day.left)
            left -= sent
            quarter.left -= sent
            day.left -= sent
            time = time + each * sent
            if left == 0 { return time }
            time = max(time, (day.left == 0 ? day.endsAt : quarter.endsAt) + Self.margin)
            if time - now > Self.horizon { return nil }
        }
    }
}
