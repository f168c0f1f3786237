package import HTTP

/// The sandbox's clock: milliseconds since the epoch, whenever asked.
package typealias SandboxClock = @Sendable () -> Int64

/// A stand-in for Strava that people, tests and benchmarks share: the machine, a clock, and switches to play with.
///
/// ```swift
/// let sandbox = Sandbox(athletes: [.standard(endingAt: now)], clock: { now })
/// let code = await sandbox.approve(scopes: [.read, .activityReadAll])
/// await sandbox.inject(.serverError(status: 503), on: .activities, times: 2)
/// ```
package actor Sandbox {
    /// The one application that is registered here.
    package static let clientID = "510510"
    /// Its secret, which protects nothing.
    package static let clientSecret = "paceline-sandbox-secret-0a1b2c3d"

    private var strava: SandboxStrava
    private let clock: SandboxClock

    package init(
        athletes: [SandboxAthlete], settings: SandboxSettings = SandboxSettings(), clock: @escaping SandboxClock
    ) {
        strava = SandboxStrava(athletes: athletes, settings: settings)
        self.clock = clock
    }

    /// Answers one request at the clock's time.
    package func reply(to request: Request) -> SandboxReply {
        strava.reply(to: request, now: clock())
    }

    /// The settings now.
    package var settings: SandboxSettings { strava.settings }

    /// Changes settings from the next request on.
    package func configure(_ change: @Sendable (inout SandboxSettings) -> Void) {
        change(&strava.settings)
    }

    // MARK: Signing in

    /// Presses Approve for an athlete without a browser.
    ///
    /// - Parameters:
    ///   - scopes: what stays ticked.
    ///   - athlete: who; the one signed in unless told.
    /// - Returns: the code that the callback would have received.
    package func approve(scopes: Scopes = [.read, .activityReadAll], athlete: Int64? = nil) -> String {
        strava.issueCode(athleteID: athlete ?? strava.currentAthleteID, scopes: scopes, now: clock())
    }

    /// Signs another athlete in at the consent page; unknown ids change nothing.
    package func signIn(_ athleteID: Int64) {
        if strava.athletes[athleteID] != nil { strava.currentAthleteID = athleteID }
    }

    /// Who is signed in.
    package var currentAthleteID: Int64 { strava.currentAthleteID }

    /// Makes the next exchanges fail as if used too soon; the codes stay good.
    package func refuseFreshCodes(times: Int) { strava.grants.refuseFreshCodes(times: times) }

    /// Leaves a grant behind whose access token runs for `seconds` more, as after an earlier sign-in.
    ///
    /// A code exchange for the same athlete and scopes then hands that token out again, if more than 3600 s are left on it.
    package func startRunningToken(
        secondsLeft seconds: Int, scopes: Scopes = [.read, .activityReadAll], athlete: Int64? = nil
    ) {
        _ = strava.grants.startRunningToken(
            athleteID: athlete ?? strava.currentAthleteID, scopes: scopes, left: Int64(seconds) * 1000, now: clock())
    }

    /// Makes every access token of an athlete answer 401; the refresh token stays good.
    package func killAccessTokens(athlete: Int64? = nil) {
        strava.grants.killAccessTokens(athlete ?? strava.currentAthleteID)
    }

    // MARK: Budget

    /// Spends budget as other software with the same client id would.
    package func spend(overall: Int, read: Int) {
        strava.rates.count(overall: overall, read: read, now: clock())
    }

    /// What is used of the quarter and the day, overall and of reads.
    package var usage: (overall: RateLimits.Family, read: RateLimits.Family) {
        strava.rates.roll(to: clock())
        return (strava.rates.overall, strava.rates.read)
    }

    // MARK: Faults

    /// Spoils coming replies of an endpoint, behind the faults that already wait there.
    ///
    /// - Parameters:
    ///   - times: how many replies.
    ///   - passes: how many go out unharmed before.
    package func inject(_ fault: Fault, on endpoint: Endpoint, times: Int = 1, after passes: Int = 0) {
        strava.faults.add(fault, on: endpoint, times: times, passes: passes)
    }

    /// Forgets all faults that still wait.
    package func clearFaults() { strava.faults.clear() }

    // MARK: History

    /// The activities of an athlete, oldest first, whoever may see them.
    package func activities(of athlete: Int64? = nil) -> [SandboxActivity] {
        strava.athletes[athlete ?? strava.currentAthleteID]?.activities.all ?? []
    }

    /// Changes an athlete's history at once.
    ///
    /// - Returns: false when there was nothing to change.
    @discardableResult
    package func apply(_ mutation: Mutation, to athlete: Int64? = nil) -> Bool {
        strava.apply(mutation, to: athlete ?? strava.currentAthleteID)
    }

    /// Changes an athlete's history after `replies` more list requests, so that it falls between two pages of one walk.
    package func plan(_ mutation: Mutation, afterListReplies replies: Int, on athlete: Int64? = nil) {
        strava.plan(mutation, on: athlete ?? strava.currentAthleteID, afterListReplies: replies)
    }

    // MARK: What happened

    /// The newest requests, oldest first, without secrets.
    package var requests: [LoggedRequest] { strava.log.entries }

    /// The newest requests of one endpoint.
    package func requests(to endpoint: Endpoint) -> [LoggedRequest] {
        strava.log.entries.filter { $0.endpoint == endpoint }
    }

    /// How often what was done.
    package var counts: SandboxCounts { strava.counts }

    /// Empties the log; the counts go on.
    package func clearLog() { strava.log.clear() }
}
