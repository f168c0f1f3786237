import ServiceLifecycle

/// The one owner of the mirror: asks Strava, writes the store, and tells everybody else.
///
/// Requests to sync arrive through a stream that `run()` reads, so two at once are one sync, and a caller that goes away stops
/// nothing. Each page goes to the store before anybody hears of it. Of several processes on one database, one syncs at a time:
/// whoever has something to do takes the ``Lease/sync`` lease, and first takes over what the others have stored.
package actor SyncCoordinator: Service {
    /// Where events go.
    ///
    /// The coordinator awaits it, so that whoever waited for a sync then reads what it brought.
    package typealias EventSink = @Sendable (SyncEvent) async -> Void

    /// How often a process looks whether it is its turn while a person waits.
    static let turnPoll = Duration.milliseconds(250)

    private let store: any Store
    private let turn: LeaseHolder
    private let vault: TokenVault
    private let fetcher: PageFetcher
    private let clock: any WallClock
    private let rereadInterval: Duration?
    private let random: any RandomNumberGenerator & Sendable
    let emit: EventSink

    private(set) var plan = SyncPlan(state: SyncState())
    private(set) var health = SyncHealth(isConnected: false)
    private(set) var mirror = ActivityMirror()
    /// The state as this process last wrote or read it; another one in the store is another process's.
    private var written = SyncState()
    var version: UInt64 = 0
    private(set) var isSyncing = false
    private var hasTurn = false
    /// When to ask again for the turn that another process has; nil when this one has it, or needs none.
    private var turnAt: UTCInstant?
    var shownState = ConnectionState.idle
    private(set) var pageTime = Duration.milliseconds(500)
    var shownHeld: HeldDeletions?
    private(set) var reports = SyncReports()
    private var alarms: Set<UTCInstant> = []
    /// Grows with each connection, so that what came or failed with the rights of before is not held against the new ones.
    private var connections = 0
    private var hasEnded = false
    private var waiters = SyncWaiters()
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - rereadInterval: time from one re-reading of the whole list to the next; nil when only those that are asked for are made.
    ///   - party: this process, for others on the same database.
    ///   - random: shortens the back-offs after failures.
    package init(
        store: any Store, vault: TokenVault, strava: MeteredStrava, clock: any WallClock,
        party: LeaseParty = .stranger(),
        rereadInterval: Duration? = nil,
        random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(), emit: @escaping EventSink
    ) {
        self.store = store
        turn = LeaseHolder(.sync, as: party, in: store)
        self.vault = vault
        fetcher = PageFetcher(vault: vault, strava: strava)
        self.clock = clock
        self.rereadInterval = rereadInterval
        self.random = random
        self.emit = emit
        // One signal is as good as many: it says "look again".
        (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Reads what is stored and publishes it; to be called once, before ``run()`` and after the vault has loaded.
    ///
    /// - Throws: `StoreFailure` when the store does not answer.
    package func load() async throws(StoreFailure) {
        written = try await store.syncState()
        plan = SyncPlan(state: written, rereadInterval: rereadInterval)
        mirror = ActivityMirror(try await store.activities())
        if let athleteID = await vault.connectedAthlete {
            plan.granted(athleteID, scope: await vault.grantedScope)
        }
        health = SyncHealth(isConnected: await vault.hasOwner, random: random)
        // Told at once: a mirror that is complete would not try its tokens before the next refresh.
        if await vault.isSealed { _ = health.failed(VaultFailure.wrongKey, .scheduled, at: clock.now()) }
        // An athlete connected, and the process died before the first page: nobody else would ask for it.
        if health.isConnected, !plan.state.isComplete, plan.isDone { plan.request(.newest, .scheduled) }
        shownState = health.state(isSyncing: false)
        shownHeld = plan.heldDeletions
        await publish()
    }

    /// Syncs whenever asked, until the service shuts down; a page under way is finished first.
    package func run() async {
        signal.yield()
        await withDiscardingTaskGroup { group in
            for await _ in signals.cancelOnGracefulShutdown() {
                await work()
                if let alarm = nextAlarm() { group.addTask { await self.wake(at: alarm) } }
            }
            group.cancelAll()
        }
        hasEnded = true
        waiters.take().resolve(.shuttingDown)
    }

    /// Asks for a sync without waiting for it.
    package func request(_ scope: SyncScope, _ priority: RequestPriority) {
        plan.request(scope, priority)
        signal.yield()
    }

    /// Asks for a sync for a person who does not wait for it.
    ///
    /// - Returns: why there will be none before somebody has done something; nil when there will.
    package func accept(_ scope: SyncScope) async -> SyncOutcome? {
        if health.needsConnection { await storeChanged() }
        guard !hasEnded else { return .shuttingDown }
        guard !health.needsConnection else { return health.isConnected ? health.outcomeWhileHeld : .notConnected }
        request(scope, .interactive)
        return nil
    }

    /// Asks for a sync and waits until the milestone is reached, or cannot be now.
    ///
    /// Nobody waits for a sync that itself waits.
    package func refresh(_ scope: SyncScope, until milestone: SyncMilestone = .everything) async -> SyncOutcome {
        if let refusal = await accept(scope) { return refusal }
        let waiter = waiters.add(milestone)
        defer { waiters.remove(waiter.id) }
        for await outcome in waiter.outcomes { return outcome }
        // Only this caller was cancelled; the sync goes on, and nobody reads this answer.
        return .shuttingDown
    }

    /// Notes that an athlete connected, and starts to fetch their history.
    ///
    /// - Parameters:
    ///   - scope: the activity scope that was granted.
    ///   - memberSince: when the athlete came to Strava, if it said so.
    package func connected(_ athleteID: Int64, scope: String? = nil, memberSince: UTCInstant? = nil) async {
        connections += 1
        plan.connected(athleteID, scope: scope, memberSince: memberSince)
        health.connected()
        request(.newest, .interactive)
        await showState()
    }

    /// Looks at what another process may have stored.
    package func storeChanged() async {
        // The athlete may have connected through that process, for the first time or again.
        if await vault.storeChanged(), health.needsConnection, let athleteID = await vault.connectedAthlete {
            plan.granted(athleteID, scope: await vault.grantedScope)
            health.connected()
            await showState()
        }
        signal.yield()
    }

    // MARK: Work

    private func work() async {
        turnAt = nil
        await catchUp()
        while turnAt == nil, !isStopping, let step = nextStep(at: clock.now()) {
            if let outcome = await take(step) {
                plan.failed(byStrava: outcome.isStravas)
                waiters.take { outcome == .shuttingDown || $0.isFailed(by: step) }.resolve(outcome)
                if outcome == .shuttingDown { break }
            }
        }
        // Decided here, at once: who asks during the awaits below has asked for the next sync.
        let isDone = plan.isDone
        isSyncing = turnAt != nil && !isDone
        let answered = isDone || (!isStopping && health.held(at: clock.now()) != nil) ? waiters.take() : []
        let outcome = isDone ? .succeeded : health.outcomeWhileHeld
        await showState()
        if isDone, let report = reports.end(stored: mirror.count, at: clock.now()) { await emit(.finished(report)) }
        answered.resolve(outcome)
        // Last, for it waits for the disk: whoever was answered sees the sync ended.
        await giveBackTurn()
    }

    private func nextStep(at now: UTCInstant) -> SyncPlan.Step? {
        plan.next(holding: health.held(at: now), at: now, stored: mirror.count)
    }

    /// A cancelled task, too, must not begin another step: every await in it would fail at once.
    private var isStopping: Bool { Task.isShuttingDownGracefully || Task.isCancelled }

    /// Takes over what another process has written since: several replicas, or `paceline refresh` beside a server.
    private func catchUp() async {
        // A store that does not answer now will be heard of when the turn is asked for.
        guard !isStopping, health.isConnected, let stored = try? await store.syncState() else { return }
        if stored != written {
            guard let activities = try? await store.activities() else { return }
            written = stored
            plan.adopt(stored)
            mirror = ActivityMirror(activities)
            // Strava answered that process.
            health.succeeded(.scheduled)
            await publish()
        }
        if plan.caughtUp(newestAt: stored.newestAt) {
            waiters.take { $0.milestone == .newest }.resolve(.succeeded)
        }
    }

    /// Whether the step is this process's to take now; when not, the plan or the clock is to be asked again.
    private func mayTake(_ step: SyncPlan.Step) async throws(StoreFailure) -> Bool {
        switch try await turn.take(step.priority) {
        case .kept: return true
        case .begun:
            hasTurn = true
            await catchUp()
        case .taken(let wait):
            hasTurn = false
            plan.postponed()
            let isAwaited = waiters.count > 0 || step.priority == .interactive
            turnAt = clock.now() + (isAwaited ? min(wait, Self.turnPoll) : wait)
        case .resting(let rest, let duration): health.adopt(rest, for: duration, at: clock.now())
        }
        return false
    }

    private func giveBackTurn() async {
        guard hasTurn else { return }
        hasTurn = false
        let resting = health.rest(at: clock.now())
        // When the store is away, the lease ends by itself.
        try? await turn.giveBack(resting: resting?.rest, for: resting?.duration ?? .zero)
    }

    /// Takes one step; nil when the page is stored and published, or when the plan is to be asked again.
    private func take(_ step: SyncPlan.Step) async -> SyncOutcome? {
        let connection = connections
        do {
            guard try await mayTake(step) else { return nil }
            if step.isUrgent {
                isSyncing = true
                reports.begin(at: clock.now())
                await showState()
            }
            let begun = clock.now()
            let (answer, token) = try await fetcher.fetch(step) { reports.sent(step, at: clock.now()) }
            // Fetched with the rights of before, or with others than the pages before it.
            guard connection == connections, plan.fetched(step, by: token.athleteID, scope: token.scope) else {
                return nil
            }
            guard let landing = plan.landed(step, answer, mirror: mirror, at: clock.now()) else {
                throw StravaFailure.emptyList(stored: mirror.count)
            }
            guard try await store.commit(landing.batch, after: written) else {
                // It took longer than the lease was good for, and another process went on instead.
                await catchUp()
                return nil
            }
            pageTime = clock.now() - begun
            await book(landing, step)
            return nil
        } catch {
            return connection == connections ? outcome(of: error, step.priority) : nil
        }
    }

    private func outcome(of error: any Error, _ priority: RequestPriority) -> SyncOutcome {
        let now = clock.now()
        return switch error {
        case MeteredStrava.Failure.budget(let until): health.spent(until: until, priority)
        case MeteredStrava.Failure.strava(let failure): health.failed(failure, priority, at: now)
        case MeteredStrava.Failure.store(let failure): health.failed(failure, at: now)
        case let failure as VaultFailure: health.failed(failure, priority, at: now)
        case let failure as StravaFailure: health.failed(failure, priority, at: now)
        case let failure as StoreFailure: health.failed(failure, at: now)
        default: .shuttingDown
        }
    }

    private func book(_ landing: SyncPlan.Landing, _ step: SyncPlan.Step) async {
        let hadData = plan.state.lastSuccessAt != nil
        let wasSpread = plan.state.rereading.map { $0.spacing > .zero } ?? false
        mirror.apply(upserts: landing.batch.upserts, deletions: landing.batch.deletions)
        written = landing.batch.state
        plan.committed(landing)
        // Taken at once: who asks from here on asks for the next look.
        let isAnswered = step.purpose == .newest && !plan.isLooking
        let answered = waiters.take { isAnswered && $0.milestone == .newest }
        landing.isVain ? health.passedOver() : health.succeeded(step.priority)
        reports.booked(landing, step)
        if landing.changesAnswers || !hadData {
            await publish()
        } else {
            await emit(.confirmed(at: landing.batch.fetchedAt))
        }
        answered.resolve(.succeeded)
        if !landing.batch.rejected.isEmpty { await emit(.setAside(landing.batch.rejected)) }
        await showHeld()
        if landing.endsRereading, wasSpread,
            let report = reports.endRereading(stored: mirror.count, at: clock.now())
        {
            await emit(.finished(report))
        }
    }

    // MARK: Waiting

    var waiting: Int { waiters.count }

    /// When to look again by itself; nil when somebody does already, or nothing will be to do.
    private func nextAlarm() -> UTCInstant? {
        // One that rings earlier looks again, and sets the next.
        guard let wakeUp = turnAt ?? health.alarm(due: plan.nextPageAt, isDone: plan.isDone, at: clock.now()),
            !alarms.contains(where: { $0 <= wakeUp })
        else { return nil }
        alarms.insert(wakeUp)
        return wakeUp
    }

    private func wake(at instant: UTCInstant) async {
        // Cancelled only when `run()` ends.
        try? await clock.sleep(until: instant)
        alarms.remove(instant)
        signal.yield()
    }
}
