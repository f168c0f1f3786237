/// Decides what a failure means for the sync: who must wait, until when, and what people are told.
///
/// States: well, and one for each way of not being well; each recovers by itself where it can. Invariant: what failed is tried
/// again after a back-off that grows to an hour, shortened at random by up to a quarter so that many Pacelines do not come back
/// together; refusals that only the athlete can mend are not tried again at all.
package struct SyncHealth: Sendable {
    private enum Condition: Sendable {
        case well
        /// The budget is spent: requests of `held` and below wait.
        case budget(until: UTCInstant, held: RequestPriority)
        /// Strava or the database failed; people may still try.
        case failing(until: UTCInstant)
        /// Strava switched the app off: one probe an hour.
        case inactive(until: UTCInstant)
        /// The tokens are dead, or cannot be decrypted.
        case needsAuthorization
        case missingScope
    }

    static let firstBackoff = Duration.seconds(5)
    static let longestBackoff = Duration.seconds(3600)
    /// No window of the budget is longer; an hour more for what is waited beyond its end.
    static let longestWindow = Duration.seconds(86_400 + 3600)

    private var condition = Condition.well
    private var failures = 0
    private var random: any RandomNumberGenerator & Sendable
    package private(set) var isConnected: Bool
    package private(set) var problem: SyncProblem?

    /// - Parameter random: shortens the back-offs.
    package init(isConnected: Bool, random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()) {
        self.isConnected = isConnected
        self.random = random
    }

    /// Notes that an athlete connected, or connected again: all that only they could mend is mended.
    package mutating func connected() {
        isConnected = true
        condition = .well
        failures = 0
        problem = nil
    }

    /// Notes that a page came and was stored.
    ///
    /// - Parameter priority: whose page; a look at the newest does not give back the budget that a walk waits for.
    package mutating func succeeded(_ priority: RequestPriority) {
        failures = 0
        problem = nil
        if case .budget(_, let held) = condition, priority > held { return }
        condition = .well
    }

    /// Notes that a failure was taken for an answer.
    ///
    /// What comes next need not wait, but nothing has come: the problem stays, and if the next fails as well, the back-off grows on.
    mutating func passedOver() {
        if case .failing = condition { condition = .well }
    }

    /// Whether nothing goes on before the athlete connects, again or for the first time.
    var needsConnection: Bool {
        switch condition {
        case .needsAuthorization, .missingScope: true
        default: !isConnected
        }
    }

    /// The state to show, given whether a sync is under way.
    package func state(isSyncing: Bool) -> ConnectionState {
        switch condition {
        case .well: isSyncing ? .syncing : .idle
        case .budget: .waitingForBudget
        case .failing: .failing
        case .inactive: .appInactive
        case .needsAuthorization: .needsAuthorization
        case .missingScope: .missingScope
        }
    }

    /// Which requests must wait: those of this priority and below; nil when all may go.
    package func held(at now: UTCInstant) -> RequestPriority? {
        guard isConnected else { return .interactive }
        return switch condition {
        case .well: nil
        case .needsAuthorization, .missingScope: .interactive
        case .budget(let until, let held): isHeld(until, Self.longestWindow, now) ? held : nil
        case .failing(let until), .inactive(let until): isHeld(until, Self.longestBackoff, now) ? .scheduled : nil
        }
    }

    /// A moment that lies farther ahead than any wait is long was reckoned by a clock that went back since, and holds nothing.
    private func isHeld(_ until: UTCInstant, _ longest: Duration, _ now: UTCInstant) -> Bool {
        now < until && until - now <= longest
    }

    /// When held requests may go, even if that moment has just passed; nil when nothing is held, or only the athlete can change
    /// that.
    package var wakeUp: UTCInstant? {
        switch condition {
        case .well, .needsAuthorization, .missingScope: nil
        case .budget(let until, _), .failing(let until), .inactive(let until): until
        }
    }

    /// When to look again by itself; nil when nothing will be to do then, or only the athlete can change that.
    ///
    /// - Parameters:
    ///   - due: when the next page that has time is due; nil when none will be.
    ///   - isDone: whether nothing else is left to ask for.
    package func alarm(due: UTCInstant?, isDone: Bool, at now: UTCInstant) -> UTCInstant? {
        guard !isDone || due != nil else { return nil }
        if held(at: now) != nil { return wakeUp }
        guard !isDone, let wakeUp else { return due }
        // The wait ended after the plan was last asked for a step: what it held back is still to be taken.
        return min(wakeUp, now)
    }

    /// What people are told who ask for a sync while requests of `held` and below must wait.
    package var outcomeWhileHeld: SyncOutcome {
        if case .budget(let until, _) = condition { return .limited(until: until) }
        guard let problem else { return .notConnected }
        return problem.code == .databaseUnavailable ? .storeFailed(problem) : .stravaFailed(problem)
    }

    /// Notes that no token was to be had, and says what waiting people are told.
    package mutating func failed(_ failure: VaultFailure, _ priority: RequestPriority, at now: UTCInstant)
        -> SyncOutcome
    {
        switch failure {
        case .notConnected, .wrongAthlete:
            isConnected = false
            return .notConnected
        case .shuttingDown: return .shuttingDown
        case .budget(let until): return spent(until: until, priority)
        case .strava(let strava): return failed(strava, priority, at: now)
        case .store(let store): return failed(store, at: now)
        case .needsAuthorization: return revoked(at: now)
        case .wrongKey:
            condition = .needsAuthorization
            return .stravaFailed(
                note(
                    .wrongKey, "ENCRYPTION_KEY does not fit the stored tokens. Set the key they were stored with.",
                    now))
        }
    }

    /// Notes a failure of Strava, and says what waiting people are told.
    package mutating func failed(_ failure: StravaFailure, _ priority: RequestPriority, at now: UTCInstant)
        -> SyncOutcome
    {
        switch failure.kind {
        case .unauthorized, .refreshTokenDead: return revoked(at: now)
        case .scopeMissing:
            condition = .missingScope
            return .stravaFailed(
                note(
                    .missingScope,
                    "The athlete did not grant access to activities. Connect again and leave the box ticked.", now))
        case .inactive:
            condition = .inactive(until: now + Self.longestBackoff)
            return .stravaFailed(
                note(
                    .appInactive,
                    "Strava has switched the app off. Its owner needs a Strava subscription: see strava.com/settings/api.",
                    now))
        case .codeRefused, .misconfigured, .rejected, .limited:
            return backOff(note(.stravaRefused, "Strava refuses the request: \(failure.message)", now))
        case .unavailable: return backOff(note(.stravaUnavailable, "Strava does not answer: \(failure.message)", now))
        }
    }

    /// Notes a failure of the database, and says what waiting people are told.
    package mutating func failed(_ failure: StoreFailure, at now: UTCInstant) -> SyncOutcome {
        let problem = note(.databaseUnavailable, "The database \(failure.kind.inWords): \(failure.message)", now)
        _ = backOff(problem)
        return .storeFailed(problem)
    }

    /// What the other processes shall know, and for how long; nil when nothing is held, or only for a reason of this process's own.
    func rest(at now: UTCInstant) -> (rest: LeaseRecord.Rest, duration: Duration)? {
        guard let upTo = held(at: now), upTo < .interactive, let until = wakeUp,
            problem?.code != .databaseUnavailable
        else { return nil }
        var rest = LeaseRecord.Rest(upTo: upTo, until: until, failures: failures)
        // What is held for the budget only may have an older problem beside it.
        if let problem, state(isSyncing: false) != .waitingForBudget {
            (rest.code, rest.message) = (problem.code, problem.message)
        }
        return (rest, until - now)
    }

    /// Takes over what another process found: nobody shall try again before its wait is over.
    mutating func adopt(_ rest: LeaseRecord.Rest, for duration: Duration, at now: UTCInstant) {
        let until = now + duration
        failures = max(failures, rest.failures)
        problem = rest.code.map { SyncProblem(code: $0, message: rest.message, at: now) }
        condition =
            switch rest.code {
            case nil: .budget(until: until, held: rest.upTo)
            case .appInactive: .inactive(until: until)
            default: .failing(until: until)
            }
    }

    /// Notes that the budget forbids requests of this priority until then.
    package mutating func spent(until: UTCInstant, _ priority: RequestPriority) -> SyncOutcome {
        condition = .budget(until: until, held: priority)
        return .limited(until: until)
    }

    private mutating func revoked(at now: UTCInstant) -> SyncOutcome {
        condition = .needsAuthorization
        return .stravaFailed(
            note(
                .needsAuthorization,
                "Strava no longer accepts the stored tokens. Connect again at /strava/authorize.", now))
    }

    private mutating func backOff(_ problem: SyncProblem) -> SyncOutcome {
        let longest = min(Self.firstBackoff * (1 << min(failures, 12)), Self.longestBackoff).wholeMilliseconds
        let wait = longest - Int64(random.next() % UInt64(longest / 4))
        failures += 1
        condition = .failing(until: problem.at + .milliseconds(wait))
        return .stravaFailed(problem)
    }

    private mutating func note(_ code: SyncProblem.Code, _ message: String, _ now: UTCInstant) -> SyncProblem {
        let problem = SyncProblem(code: code, message: message, at: now)
        self.problem = problem
        return problem
    }
}
