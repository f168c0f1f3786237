import ServiceLifecycle

/// The one owner of the mirror: asks Strava, writes the store, and tells everybody else.
///
/// Requests to sync arrive through a stream that `run()` reads, so two at once are one sync, and a caller that goes away stops
/// nothing. Each page goes to the store before anybody hears of it.
package actor SyncCoordinator: Service {
    /// Where events go.
    ///
    /// The coordinator awaits it, so that whoever waited for a sync then reads what it brought.
    package typealias EventSink = @Sendable (SyncEvent) async -> Void

    private let store: any Store
    private let vault: TokenVault
    private let strava: MeteredStrava
    private let clock: any WallClock
    private let emit: EventSink

    private var plan = SyncPlan(state: SyncState())
    private var health = SyncHealth(isConnected: false)
    private var mirror = ActivityMirror()
    private var version: UInt64 = 0
    private var isSyncing = false
    private var shownState = ConnectionState.idle
    private var report = SyncReport()
    private var startedAt: UTCInstant?
    private var alarm: UTCInstant?
    /// Grows with each connection, so that what failed with the tokens of before is not held against the new ones.
    private var connections = 0
    private var hasEnded = false
    private var waiters: [Int: AsyncStream<SyncOutcome>.Continuation] = [:]
    private var nextWaiter = 0
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    package init(
        store: any Store, vault: TokenVault, strava: MeteredStrava, clock: any WallClock, emit: @escaping EventSink
    ) {
        self.store = store
        self.vault = vault
        self.strava = strava
        self.clock = clock
        self.emit = emit
        // One signal is as good as many: it says "look again".
        (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Reads what is stored and publishes it; to be called once, before ``run()`` and after the vault has loaded.
    ///
    /// - Throws: `StoreFailure` when the store does not answer.
    package func load() async throws(StoreFailure) {
        plan = SyncPlan(state: try await store.syncState())
        mirror = ActivityMirror(try await store.activities())
        if let athleteID = await vault.connectedAthlete { plan.connected(athleteID) }
        health = SyncHealth(isConnected: await vault.hasOwner)
        shownState = health.state(isSyncing: false)
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
        resolve(takeWaiters(), .shuttingDown)
    }

    /// Asks for a sync without waiting for it.
    package func request(_ scope: SyncScope, _ priority: RequestPriority) {
        plan.request(scope, priority)
        signal.yield()
    }

    /// Asks for a sync and waits until all that is to be fetched has been, or cannot be now.
    ///
    /// Nobody waits for a sync that itself waits.
    package func refresh(_ scope: SyncScope) async -> SyncOutcome {
        guard !hasEnded else { return .shuttingDown }
        guard health.isConnected else { return .notConnected }
        request(scope, .interactive)
        let (outcomes, waiter) = AsyncStream.makeStream(of: SyncOutcome.self, bufferingPolicy: .bufferingNewest(1))
        nextWaiter += 1
        let id = nextWaiter
        waiters[id] = waiter
        defer { waiters[id] = nil }
        for await outcome in outcomes { return outcome }
        // Only this caller was cancelled; the sync goes on, and nobody reads this answer.
        return .shuttingDown
    }

    /// Notes that an athlete connected, and starts to fetch their history.
    package func connected(_ athleteID: Int64) async {
        connections += 1
        plan.connected(athleteID)
        health.connected()
        request(.newest, .interactive)
        await showState()
    }

    /// What `/strava/status` shows of the sync.
    package func status() -> SyncStatus {
        SyncStatus(
            isConnected: health.isConnected, state: shownState, isComplete: plan.state.isComplete,
            activities: mirror.count, oldest: mirror.activities.last?.startDateLocal.date,
            newest: mirror.activities.first?.startDateLocal.date, lastSuccessAt: plan.state.lastSuccessAt,
            isWalking: plan.isWalking || isSyncing, problem: health.problem)
    }

    // MARK: Work

    private func work() async {
        while !isStopping, let step = plan.next(holding: health.held(at: clock.now())) {
            isSyncing = true
            startedAt = startedAt ?? clock.now()
            await showState()
            if let outcome = await take(step) {
                plan.failed()
                resolve(takeWaiters(), outcome)
                if outcome == .shuttingDown { break }
            }
        }
        isSyncing = false
        // Decided here, at once: who asks during the awaits below has asked for the next sync.
        let isDone = plan.isDone
        let answered = isDone || (!isStopping && health.held(at: clock.now()) != nil) ? takeWaiters() : []
        let outcome = isDone ? .succeeded : health.outcomeWhileHeld
        await showState()
        if isDone { await finishReport() }
        resolve(answered, outcome)
    }

    /// A cancelled task, too, must not begin another step: every await in it would fail at once.
    private var isStopping: Bool { Task.isShuttingDownGracefully || Task.isCancelled }

    private func finishReport() async {
        guard let startedAt else { return }
        var finished = report
        finished.stored = mirror.count
        finished.elapsed = clock.now() - startedAt
        report = SyncReport()
        self.startedAt = nil
        if finished.requests > 0 { await emit(.finished(finished)) }
    }

    /// Takes one step; nil when the page is stored and published, or when the step is to be taken again.
    private func take(_ step: SyncPlan.Step) async -> SyncOutcome? {
        let connection = connections
        do {
            let page = try await fetch(step)
            guard let landing = plan.landed(step, page: page, mirror: mirror, at: clock.now()) else {
                throw StravaFailure(
                    .unavailable, "the list came back empty although \(mirror.count) activities are stored")
            }
            try await store.commit(landing.batch)
            await book(landing)
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
        case let failure as VaultFailure: health.failed(failure, priority, at: now)
        case let failure as StravaFailure: health.failed(failure, priority, at: now)
        case let failure as StoreFailure: health.failed(failure, at: now)
        default: .shuttingDown
        }
    }

    /// Fetches the page; a token that Strava calls invalid is refreshed once, and the request repeated once.
    private func fetch(_ step: SyncPlan.Step) async throws -> ActivityPage {
        let token = try await vault.token()
        let first = await send(step, token)
        guard case .failure(.strava(let failure)) = first, failure.kind == .unauthorized else { return try first.get() }
        await vault.rejected(token.accessToken)
        return try await send(step, try await vault.token()).get()
    }

    private func send(_ step: SyncPlan.Step, _ token: AthleteToken) async -> Result<ActivityPage, MeteredStrava.Failure>
    {
        do throws(MeteredStrava.Failure) {
            let page = try await strava.activities(
                step.query, accessToken: token.accessToken, priority: step.priority)
            report.requests += 1
            return .success(page)
        } catch {
            if case .strava = error { report.requests += 1 }
            return .failure(error)
        }
    }

    private func book(_ landing: SyncPlan.Landing) async {
        mirror.apply(upserts: landing.batch.upserts, deletions: landing.batch.deletions)
        plan.committed(landing)
        health.succeeded()
        report.written += landing.batch.upserts.count
        report.deleted += landing.batch.deletions.count
        if landing.completesHistory { report.completedHistory = true }
        await publish()
        if !landing.batch.rejected.isEmpty { await emit(.setAside(landing.batch.rejected)) }
        if landing.heldDeletions > 0 {
            await emit(.deletionsHeld(count: landing.heldDeletions, stored: mirror.count))
        }
    }

    private func publish() async {
        version += 1
        await emit(
            .published(
                Snapshot(
                    version: version, activities: mirror.activities, isComplete: plan.state.isComplete,
                    fetchedAt: plan.state.lastSuccessAt)))
    }

    // MARK: Waiting

    /// How many callers wait for a sync.
    var waiting: Int { waiters.count }

    private func nextAlarm() -> UTCInstant? {
        guard !plan.isDone, let wakeUp = health.wakeUp else { return nil }
        // One that rings earlier looks again, and sets the next.
        if let alarm, alarm <= wakeUp { return nil }
        alarm = wakeUp
        return wakeUp
    }

    private func wake(at instant: UTCInstant) async {
        // Cancelled only when `run()` ends, and then there is nothing to wake.
        try? await clock.sleep(until: instant)
        if alarm == instant { alarm = nil }
        signal.yield()
    }

    private typealias Waiter = AsyncStream<SyncOutcome>.Continuation

    /// Everybody who waits now; each is answered exactly once, by whoever took it.
    private func takeWaiters() -> [Waiter] {
        defer { waiters = [:] }
        return Array(waiters.values)
    }

    private func resolve(_ waiters: [Waiter], _ outcome: SyncOutcome) {
        for waiter in waiters {
            waiter.yield(outcome)
            waiter.finish()
        }
    }

    private func showState() async {
        let state = health.state(isSyncing: isSyncing)
        guard state != shownState else { return }
        let old = shownState
        shownState = state
        await emit(.stateChanged(from: old, to: state, problem: health.problem))
    }
}

/// What people see of the sync.
package struct SyncStatus: Sendable, Hashable {
    package var isConnected: Bool
    package var state: ConnectionState
    package var isComplete: Bool
    package var activities: Int
    package var oldest: LocalDate?
    package var newest: LocalDate?
    package var lastSuccessAt: UTCInstant?
    /// Whether history is still being fetched, so that there is progress to show.
    package var isWalking: Bool
    package var problem: SyncProblem?
}
