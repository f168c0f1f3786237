/// What only one of the processes on a database does at a time.
package enum Lease: String, Sendable, CaseIterable {
    /// Reading the list of activities: two at once would ask for the same pages.
    case sync
    /// Exchanging the refresh token: the second of two would offer a token that the first has spent.
    case token
}

/// Who may do a ``Lease``'s work now, as the database keeps it for all processes.
///
/// A lease is no lock: it only sees to it that nothing is done twice. It ends by itself, so a process that dies or freezes holds up
/// nobody for longer than ``term``; one that wakes up after its end finds its writes refused, because those are made on condition.
///
/// States: free, held, and each of them claimed by a person's request or not, resting or not. Inputs: ``take(by:_:at:)`` and
/// ``giveBack(by:resting:at:)``, with the time of the store's clock.
package struct LeaseRecord: Sendable, Hashable {
    /// What came of asking for the lease.
    package enum Answer: Sendable, Hashable {
        /// It is the caller's and was before: nobody else has done anything meanwhile.
        case kept
        /// It is the caller's from now on: what is stored may have changed.
        case begun
        /// Another process does the work; ask again after this at the latest.
        case taken(for: Duration)
        /// Nobody is to do it now.
        case resting(Rest, for: Duration)
    }

    /// Why requests up to a priority are not to be made for a while, by whichever process.
    package struct Rest: Sendable, Hashable {
        package var upTo: RequestPriority
        package var until: UTCInstant
        /// What went wrong; nil when it is only the budget that is spent.
        package var code: SyncProblem.Code?
        package var message: String
        /// How often in a row it went wrong, so that the next wait is longer, whichever process tries.
        package var failures: Int

        package init(
            upTo: RequestPriority, until: UTCInstant, code: SyncProblem.Code? = nil, message: String = "",
            failures: Int = 0
        ) {
            self.upTo = upTo
            self.until = until
            self.code = code
            self.message = message
            self.failures = failures
        }
    }

    /// For whom, and until when.
    package struct Hold: Sendable, Hashable {
        package var holder: String
        package var until: UTCInstant

        package init(holder: String, until: UTCInstant) {
            self.holder = holder
            self.until = until
        }
    }

    /// How long it is good for when it is not renewed.
    package static let term = Duration.seconds(30)
    /// With less than this left it is renewed, so that what begins now has at least so long.
    static let renewal = Duration.seconds(20)
    /// How long a request is remembered whose process does not ask again.
    static let claimTerm = Duration.seconds(5)
    /// No rest is longer; one that is was written by a clock that was wrong.
    static let longestRest = Duration.seconds(86_400)

    package var hold: Hold?
    /// The process in which a person waits for its turn.
    package var claim: Hold?
    package var rest: Rest?

    package init(hold: Hold? = nil, claim: Hold? = nil, rest: Rest? = nil) {
        self.hold = hold
        self.claim = claim
        self.rest = rest
    }

    /// Asks for the lease, or for its renewal.
    ///
    /// While a person waits elsewhere, whoever holds it gives way between two steps.
    package mutating func take(by holder: String, _ priority: RequestPriority, at now: UTCInstant) -> Answer {
        dropWhatEnded(at: now)
        if let claim, claim.holder != holder {
            if hold?.holder == holder { hold = nil }
            return .taken(for: claim.until - now)
        }
        if let hold, hold.holder != holder {
            if priority == .interactive { claim = Hold(holder: holder, until: now + Self.claimTerm) }
            return .taken(for: hold.until - now)
        }
        claim = nil
        guard let hold else {
            // Whoever has it already has seen for themselves how things are, since.
            if let rest, priority <= rest.upTo { return .resting(rest, for: rest.until - now) }
            self.hold = Hold(holder: holder, until: now + Self.term)
            return .begun
        }
        if hold.until - now < Self.renewal { self.hold?.until = now + Self.term }
        return .kept
    }

    /// Gives the lease back, when it is the caller's.
    ///
    /// - Parameter rest: what nobody shall ask for meanwhile.
    package mutating func giveBack(by holder: String, resting rest: Rest?, at now: UTCInstant) {
        dropWhatEnded(at: now)
        if claim?.holder == holder { claim = nil }
        guard hold?.holder == holder else { return }
        hold = nil
        self.rest = rest
    }

    /// What lies further ahead than it can was written by a clock that has been set back since, and would never end.
    private mutating func dropWhatEnded(at now: UTCInstant) {
        if let hold, !(now < hold.until && hold.until <= now + Self.term) { self.hold = nil }
        if let claim, !(now < claim.until && claim.until <= now + Self.claimTerm) { self.claim = nil }
        if let rest, !(now < rest.until && rest.until <= now + Self.longestRest) { self.rest = nil }
    }
}
