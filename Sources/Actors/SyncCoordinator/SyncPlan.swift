/// Decides what to ask Strava next, and what each answer means for the mirror.
///
/// Three things are fetched, in this order of precedence: the newest 200 activities, which catches whatever was added, edited or
/// deleted among them; a walk from the newest activity to the oldest, while the history has not been seen to its end; and a
/// re-reading of the whole list, once a day and spread over half of it, or at once when somebody asks. So a first sync, a
/// resumed one and an hourly refresh are the same plan with more or less left to do, and a refresh beside a walk goes between
/// two of its pages.
///
/// Inputs: ``request(_:_:)``, ``failed(byStrava:)``, ``landed(_:_:mirror:at:)`` with ``committed(_:)``. Invariants: nothing counts
/// before ``committed(_:)``, so a crash repeats at most one page; the history ends at an empty page and nowhere else; deleted is only
/// what a stretch of the list lacked that was seen whole, with the rights that the rows were read with, never in bulk, and only when
/// Strava has it under its id no longer either; what needs a person's word goes with it, without that.
package struct SyncPlan: Sendable {
    /// Strava's largest page (developers.strava.com/docs, "Pagination").
    static let perPage = 200
    /// Asks for the first page of the list.
    private static let top = ActivityQuery(perPage: perPage)

    package internal(set) var state: SyncState
    /// Time from one re-reading to the next; nil when only those that are asked for are made.
    private let rereadInterval: Duration?
    /// With which rights the pages that come now were fetched.
    private(set) var grant = Grant()
    private var newest: RequestPriority? {
        didSet { if newest == nil { newestBefore = nil } }
    }
    /// When the newest page had last been stored, by whichever process, as the request for another one was made or came to be looked
    /// at; nil before that.
    private var newestBefore: UTCInstant??
    /// A re-reading that is to begin: whether a person accepts as gone what it will lack.
    private var wanted: Bool?
    /// The priority of the re-reading's next page while a person waits for it.
    private var hurry: RequestPriority?
    private var heldInNewest: HeldDeletions?
    private var underWay: Step?
    /// What the newest page lacked; kept in memory only, for after a restart the next look lacks them again.
    private var suspects = Suspects()
    /// What a lookup did not find gone although the newest page lacks it: asked for again by the next re-reading, not by every look.
    private(set) var spared: Set<Int64> = []
    /// How often Strava failed to answer for a suspect.
    private var vainTries: [Int64: Int] = [:]
    /// Whether a re-reading was asked for here, has begun, and is not stored yet.
    private var isUnstored = false
    /// Which empty page of a re-reading was doubted; kept in memory only, for after a restart it is doubted once more.
    private var doubt: Doubt?

    package init(state: SyncState, rereadInterval: Duration? = nil) {
        self.state = state
        self.rereadInterval = rereadInterval
    }

    /// Whether nothing is left to ask for but pages that have time.
    package var isDone: Bool { newest == nil && suspects.isEmpty && !isWalking }

    /// Whether a look at the newest is to be made, or has not found out all that whoever waits for it shall know.
    package var isLooking: Bool { newest != nil || (!suspects.isEmpty && !suspects.areMany) }

    /// Whether the list is being gone through, so that there is progress to show.
    package var isWalking: Bool { state.cursor != nil || wanted != nil || state.rereading?.spacing == .zero }

    /// Requests that the walk or the re-reading under way still takes; nil when none is, or nobody can know.
    package func pagesLeft(_ mirror: ActivityMirror) -> Int? {
        guard isWalking else { return nil }
        if let rereading = state.rereading, rereading.isEnded, state.cursor == nil {
            return rereading.missing.count
        }
        return PageForecast(
            cursor: state.cursor ?? state.rereading?.cursor, isComplete: state.isComplete,
            memberSince: state.memberSince
        ).pagesLeft(mirror)
    }

    /// What was not deleted, by the last look at the newest or by the last re-reading.
    package var heldDeletions: HeldDeletions? {
        guard let all = state.heldDeletions else { return heldInNewest }
        return (heldInNewest?.count ?? 0) > all.count ? heldInNewest : all
    }

    /// Asks for a sync.
    ///
    /// A look at the newest joins one that is under way, and nothing else: it need not wait for a walk. A re-reading joins one
    /// that was asked for, and begins anew what was to be spread over the day, or what began without the word that deletions are
    /// accepted: the word is for a listing as a whole. So does one that came upon an empty page that it cannot explain: a person
    /// who asks again is the way out. What waits is hurried along.
    package mutating func request(_ scope: SyncScope, _ priority: RequestPriority) {
        guard scope != .newest else {
            // The page that is on its way is new enough; what a lookup was for is not.
            if let underWay, underWay.purpose == .newest, underWay.suspect == nil { return }
            newest = max(newest ?? priority, priority)
            // What was stored before a person asked does not answer them. The schedules of replicas ask at the same moment, and whatever one
            // of them has stored is good for all.
            newestBefore = newest == .interactive ? nil : .some(state.newestAt)
            return
        }
        want(accepting: scope == .fullAcceptingDeletions)
        hurry = max(hurry ?? priority, priority)
    }

    private mutating func want(accepting: Bool) {
        if let rereading = state.rereading, rereading.spacing == .zero, rereading.acceptsDeletions || !accepting,
            rereading.cursor?.page != BackfillCursor.raised
        {
            return
        }
        // One that begins anew before its end keeps the word that it was given.
        wanted = wanted == true || accepting || state.rereading?.acceptsDeletions == true
    }

    /// The next request to send; nil when there is none, or none that may go.
    ///
    /// - Parameters:
    ///   - held: requests of this priority and below must wait; nil when nothing must.
    ///   - stored: how many activities are stored, which tells how many pages a re-reading will take.
    package mutating func next(holding held: RequestPriority?, at now: UTCInstant, stored: Int) -> Step? {
        underWay = nil
        beginRereading(at: now, stored: stored)
        underWay = nextStep(held, now)
        return underWay
    }

    private func nextStep(_ held: RequestPriority?, _ now: UTCInstant) -> Step? {
        func mayGo(_ priority: RequestPriority) -> Bool { held.map { priority > $0 } ?? true }
        if let newest, mayGo(newest) {
            return Step(purpose: .newest, request: .page(Self.top), priority: newest, isUrgent: true)
        }
        if let id = suspects.first, !suspects.areMany, mayGo(suspects.priority) { return lookup(id, suspects.priority) }
        if let rereading = state.rereading, let hurry, mayGo(hurry) { return step(rereading, hurry) }
        guard held == nil else { return nil }
        if let id = suspects.first { return lookup(id, suspects.priority) }
        if let cursor = state.cursor {
            return Step(purpose: .walk, request: .page(cursor.query), priority: .background, isUrgent: true)
        }
        guard let rereading = state.rereading, rereading.nextPageAt <= now else { return nil }
        return step(rereading, .background)
    }

    private func lookup(_ id: Int64, _ priority: RequestPriority) -> Step {
        Step(purpose: .newest, request: lookup(id), priority: priority, isUrgent: true)
    }

    private func lookup(_ id: Int64) -> Step.Request {
        .lookup(id, isLastTry: vainTries[id, default: 0] + 1 >= Suspects.tries)
    }

    private func step(_ rereading: Rereading, _ priority: RequestPriority) -> Step {
        let suspect = rereading.isEnded ? rereading.missing.first : nil
        return Step(
            purpose: .rereading, request: suspect.map(lookup) ?? .page(rereading.cursor?.query ?? Self.top),
            priority: priority, isUrgent: rereading.spacing == .zero)
    }

    /// Whether the end of the list at this bound was doubted before.
    func isDoubted(_ cursor: BackfillCursor, of reading: Rereading) -> Bool {
        doubt.map { $0.startedAt == reading.startedAt && $0.bound <= cursor.before } ?? false
    }

    /// When a page is due that nobody waits for; nil when none will be.
    package var nextPageAt: UTCInstant? {
        guard state.cursor == nil else { return nil }
        if let rereading = state.rereading { return rereading.nextPageAt }
        guard let rereadInterval, state.isComplete else { return nil }
        return (state.validatedAt ?? UTCInstant(milliseconds: 0)) + rereadInterval
    }

    private mutating func beginRereading(at now: UTCInstant, stored: Int) {
        // A clock that went back must not freeze it, nor leave those hanging who wait for it: it counts as on time.
        if let rereading = state.rereading, rereading.startedAt > now {
            state.rereading?.startedAt = now - rereading.spacing * rereading.pages
        }
        if let accepting = wanted {
            wanted = nil
            state.rereading = Rereading(startedAt: now, scope: grant.scope, acceptsDeletions: accepting)
            isUnstored = true
            // It goes over all that a walk would.
            state.cursor = nil
        } else if let rereadInterval, state.rereading == nil, isDue(at: now) {
            // Each page repeats an item of the page before it, and an empty one is the end.
            let pages = Int64(stored / (Self.perPage - 1) + 2)
            // In whole milliseconds, as stores keep it.
            let spacing = Duration.milliseconds((rereadInterval / 2).wholeMilliseconds / pages)
            state.rereading = Rereading(startedAt: now, spacing: spacing, scope: grant.scope)
            isUnstored = false
            hurry = nil
        }
    }

    /// A clock that went back must not silence the re-readings.
    private func isDue(at now: UTCInstant) -> Bool {
        guard let due = nextPageAt else { return false }
        return due <= now || (state.validatedAt.map { $0 > now } ?? false)
    }

    /// Notes that another process is at work: the step stays to be done, and whoever asks is not too late for it.
    package mutating func postponed() { underWay = nil }

    /// Notes that the step brought nothing: it stays to be done, but nobody waits for it any longer.
    ///
    /// - Parameter isByStrava: whether it was Strava that failed: then it counts as a try.
    package mutating func failed(byStrava isByStrava: Bool = true) {
        switch underWay?.purpose {
        case .newest where underWay?.suspect != nil: suspects.calm()
        case .newest: if newest != nil { newest = .scheduled }
        case .rereading: if hurry != nil { hurry = .scheduled }
        case .walk, nil: break
        }
        if isByStrava, let suspect = underWay?.suspect { vainTries[suspect, default: 0] += 1 }
        underWay = nil
    }

    /// Notes whose list is read, and with which rights.
    ///
    /// A re-reading that began with others begins anew, for it would mix what two of them show; what a person accepted was what the
    /// old ones would lack.
    ///
    /// - Parameter scope: the activity scope that was granted; nil when nobody knows.
    package mutating func granted(_ athleteID: Int64, scope: String?) {
        let shown = Grant(athleteID: athleteID, scope: scope)
        if shown != grant { dropSuspects() }
        grant = shown
        if state.athleteID == nil { state.athleteID = athleteID }
        guard let rereading = state.rereading, rereading.scope != scope || isOfOthers(rereading) else { return }
        state.rereading = nil
        if rereading.spacing == .zero { wanted = false }
    }

    /// What was lacking under other rights is no suspect under these; whoever waits for it is answered by another look.
    private mutating func dropSuspects() {
        spared = []
        guard !suspects.isEmpty else { return }
        newest = max(newest ?? .scheduled, suspects.priority)
        suspects = Suspects()
    }

    /// Notes the rights of the token that a page was fetched with, which another process may have brought.
    ///
    /// - Returns: whether the page is of use; not when it belongs to a re-reading that began with other rights.
    package mutating func fetched(_ step: Step, by athleteID: Int64, scope: String?) -> Bool {
        granted(athleteID, scope: scope)
        return switch step.purpose {
        case .newest: step.suspect == nil || !suspects.isEmpty
        case .walk: true
        case .rereading: state.rereading != nil
        }
    }

    /// Notes that an athlete connected just now.
    ///
    /// - Parameter memberSince: when the athlete came to Strava, if it said so.
    package mutating func connected(_ athleteID: Int64, scope: String?, memberSince: UTCInstant? = nil) {
        granted(athleteID, scope: scope)
        if let memberSince { state.memberSince = memberSince }
        // What the rows are worth under the new rights should be known soon, and a half-done re-reading would mix two. What a person
        // accepted was what the old rights would show.
        if !isSameGrant(asThatOfRows: state.lastSuccessAt != nil) { wanted = false }
    }

    /// Takes over what another process has written.
    ///
    /// A re-reading that was asked for here and was never stored is not in it, and still to be done; one that was, and that is not in it
    /// either, has ended there.
    package mutating func adopt(_ stored: SyncState) {
        let owed = isUnstored ? state.rereading : nil
        isUnstored = false
        // A re-reading that ended there has settled it.
        if stored.validatedAt != state.validatedAt { heldInNewest = nil }
        state = stored
        if let owed { want(accepting: owed.acceptsDeletions) }
        if let asked = wanted {
            wanted = nil
            want(accepting: asked)
        }
        if wanted == nil, state.rereading?.spacing != .zero { hurry = nil }
    }

    /// Notes when the newest page was last stored, as it is known now.
    ///
    /// A request for it is good for whichever process takes it, so those that are asked at the same moment send one.
    ///
    /// - Returns: whether another process has done what was asked for.
    package mutating func caughtUp(newestAt: UTCInstant?) -> Bool {
        guard newest != nil else { return false }
        guard let before = newestBefore else {
            newestBefore = .some(newestAt)
            return false
        }
        guard newestAt != before else { return false }
        newest = nil
        return true
    }

    /// Books a landing whose batch has reached the store.
    package mutating func committed(_ landing: Landing) {
        // Who connected while the batch was being written is not in it.
        let memberSince = state.memberSince
        state = landing.batch.state
        state.memberSince = memberSince
        underWay = nil
        isUnstored = false
        // Before what the page itself holds.
        if landing.endsRereading { heldInNewest = nil }
        switch (landing.purpose, landing.suspect) {
        case (_, let suspect?):
            suspects.settle(suspect)
            if landing.purpose == .newest { spared.formUnion(landing.seen) }
            vainTries[suspect] = nil
        case (.newest, nil):
            suspects = Suspects(landing.suspects, newest ?? .scheduled)
            spared.subtract(landing.seen)
            newest = nil
            heldInNewest = landing.held
        case (.rereading, nil): doubt = landing.doubt ?? doubt
        case (.walk, nil): break
        }
        // Whoever asked for another one while the answer was being written is still in a hurry.
        if landing.purpose == .rereading, wanted == nil { hurry = nil }
    }
}
