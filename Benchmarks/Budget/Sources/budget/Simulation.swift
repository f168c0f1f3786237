import Actors
import Doubles
import Glibc
import Locking

/// One run of a scenario.
final class Simulation: Sendable {
    static let athlete: Int64 = 7
    static let activities = 40_000

    /// A refresh that was told to wait.
    struct Wait: Sendable {
        var windows: Int
        /// How many requests Strava would have admitted all the same.
        var room: Int
    }

    /// What people noticed.
    struct Notes: Sendable {
        var refreshes = 0
        var waits: [Wait] = []
        var starts = 0
        var kills = 0
        var backfills = 0
    }

    private struct State {
        var random: SeededGenerator
        var store: MemoryStore
        var engine: Engine?
        var clock: MachineClock?
        var life: Task<Void, Never>?
        /// Whether it is on its way out, or not there.
        var isStopping = false
        /// Whether the backfill is done.
        var isComplete = false
        var notes = Notes()
    }

    let scenario: Scenario
    let timeline: Timeline
    let strava: CountedStrava
    let disk = Disk()
    private let days: Int
    private let state: Lock<State>

    init(_ scenario: Scenario, days: Int, seed: UInt64) {
        self.scenario = scenario
        self.days = days
        // 2026-11-23T00:00:00Z
        timeline = Timeline(UTCInstant(seconds: 1_795_392_000))
        strava = CountedStrava(
            timeline, list: Activity.history(Self.activities), telling: scenario.telling, seed: seed)
        state = Lock(State(random: SeededGenerator(seed: seed &+ 1), store: Self.emptyStore(timeline)))
    }

    var notes: Notes { state.withLock { $0.notes } }
    private var end: UTCInstant { timeline.start + .seconds(86_400 * days) }

    /// Lives through all the days.
    func run() {
        start()
        for day in 0..<days { plan(timeline.start + .seconds(86_400 * day)) }
        // Whoever has something to do does it before time goes on.
        repeat { Loop.shared.drain() } while timeline.advance(before: end)
        let life = state.withLock { state in
            state.engine?.kill()
            return state.life
        }
        life?.cancel()
        Loop.shared.drain()
    }

    // MARK: The process

    /// The database's own clock is right, whatever the process's says.
    private static func emptyStore(_ timeline: Timeline) -> MemoryStore {
        MemoryStore(
            authorization: StoredAuthorization(
                athleteID: athlete, accessToken: "key:access", refreshToken: "key:refresh",
                expiresAt: timeline.now + .seconds(7200)),
            clock: MachineClock(timeline, ahead: .zero))
    }

    private func start() {
        let ahead: Duration = scenario.hasSkew ? .milliseconds(draw(-120_000...120_000)) : .zero
        let seed = UInt64(draw(0...1_000_000))
        let clock = MachineClock(timeline, ahead: ahead)
        state.withLock { state in
            if state.isComplete {
                state.store = Self.emptyStore(timeline)
                state.notes.backfills += 1
            }
            (state.isComplete, state.isStopping) = (false, false)
            state.notes.starts += 1
            let engine = Engine(state.store, disk, gateway: strava, clock: clock, seed: seed) { [self] in
                timeline.at(timeline.now) { [self] in completed() }
            }
            state.engine = engine
            state.clock = clock
            // Cancelled by `kill` or by the end of the run.
            state.life = Task(executorPreference: Loop.shared) { try? await engine.live() }
        }
    }

    /// The backfill is done: the next process finds an empty store.
    private func completed() {
        state.withLock { $0.isComplete = true }
        stop()
    }

    private func restart() {
        if draw(0...1) == 0 { stop() } else { kill() }
    }

    /// Stops the process in order, and starts another.
    private func stop() {
        let (engine, life) = state.withLock { state -> (Engine?, Task<Void, Never>?) in
            guard !state.isStopping else { return (nil, nil) }
            state.isStopping = true
            return (state.engine, state.life)
        }
        guard let engine, let life else { return }
        engine.shutDown()
        // It ends when the process has ended.
        Task(executorPreference: Loop.shared) { [self] in
            await life.value
            timeline.at(timeline.now + .seconds(draw(2...60))) { [self] in start() }
        }
    }

    /// `kill -9`, and starts another.
    private func kill() {
        let life = state.withLock { state -> Task<Void, Never>? in
            guard !state.isStopping else { return nil }
            state.isStopping = true
            state.notes.kills += 1
            state.engine?.kill()
            defer { (state.engine, state.clock, state.life) = (nil, nil, nil) }
            return state.life
        }
        guard let life else { return }
        life.cancel()
        timeline.at(timeline.now + .seconds(draw(1...60))) { [self] in start() }
    }

    // MARK: The agenda

    private func plan(_ day: UTCInstant) {
        func times(_ count: Int) -> [UTCInstant] { (0..<count).map { _ in day + .milliseconds(draw(0...86_399_999)) } }
        if scenario.restarts {
            for time in times(4) { timeline.at(time) { self.restart() } }
        }
        if scenario.hasSkew {
            for time in times(3) {
                let ahead = Duration.milliseconds(draw(-120_000...120_000))
                timeline.at(time) { self.state.withLock { $0.clock }?.set(ahead: ahead) }
            }
        }
        if scenario.hasAdmin {
            for time in times(draw(2...4)) { planBurst(time) }
        }
        if scenario.hasStranger {
            for time in times(6) {
                for index in 0..<draw(10...50) {
                    timeline.at(time + .milliseconds(index * 400)) { self.strava.stranger() }
                }
            }
        }
    }

    private func planBurst(_ time: UTCInstant) {
        for index in 0..<draw(2...6) {
            timeline.at(time + .seconds(index * draw(1...20))) { self.refresh() }
        }
    }

    /// An admin's refresh, in the limiter's queue beside whatever else is under way.
    private func refresh() {
        guard let engine = state.withLock({ $0.engine }) else { return }
        // It ends with Strava's answer.
        Task(executorPreference: Loop.shared) { [self] in
            let asked = timeline.now
            let wait: Wait?
            do throws(MeteredStrava.Failure) {
                _ = try await engine.strava.activities(
                    ActivityQuery(), accessToken: Secret("admin"), priority: .interactive)
                wait = nil
            } catch {
                guard case .budget(let until) = error else { return }
                let windows = Int((until - asked).components.seconds / 900) + 1
                wait = Wait(windows: windows, room: strava.room)
            }
            state.withLock { state in
                state.notes.refreshes += 1
                if let wait { state.notes.waits.append(wait) }
            }
        }
    }

    private func draw(_ range: ClosedRange<Int>) -> Int {
        state.withLock { Int.random(in: range, using: &$0.random) }
    }
}
