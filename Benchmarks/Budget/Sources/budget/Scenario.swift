/// What happens in a run besides the schedule, the token refreshes and a backfill that begins anew whenever it is done.
struct Scenario: Sendable {
    /// What replies tell.
    struct Telling: Sendable {
        /// The four rate headers.
        var hasUsage = true
        /// The `Date`.
        var hasDate = true
    }

    var name: String
    /// Two to four times a day an admin refreshes, two to six times in a row.
    var hasAdmin = false
    /// Four times a day the process stops, every other time by `kill -9`, and starts again within a minute.
    var restarts = false
    /// The machine's clock is out by up to two minutes, otherwise after each start, and is set three times a day.
    var hasSkew = false
    /// Another program sends ten to fifty requests in a row, six times a day.
    var hasStranger = false
    var telling = Telling()

    static let all = [
        Scenario(name: "schedule and backfill"),
        Scenario(name: "admin bursts", hasAdmin: true),
        Scenario(name: "restarts", restarts: true),
        Scenario(name: "clock ±2 minutes", restarts: true, hasSkew: true),
        Scenario(name: "no rate headers", telling: Telling(hasUsage: false)),
        Scenario(
            name: "no rate headers, no Date", restarts: true, hasSkew: true,
            telling: Telling(hasUsage: false, hasDate: false)),
        Scenario(
            name: "all of these", hasAdmin: true, restarts: true, hasSkew: true, telling: Telling(hasUsage: false)),
        Scenario(name: "another program", hasStranger: true),
        Scenario(name: "another program, no rate headers", hasStranger: true, telling: Telling(hasUsage: false)),
        Scenario(name: "everything at once", hasAdmin: true, restarts: true, hasSkew: true, hasStranger: true),
    ]
}
