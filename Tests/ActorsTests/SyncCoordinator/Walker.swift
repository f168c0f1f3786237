import TestSupport
import Testing

@testable import Actors

/// A plan at work on a list, without actors: what the coordinator does, by plain calls.
struct Walker {
    struct Implausible: Error {}

    var list: StravaList
    var plan: SyncPlan
    var mirror: ActivityMirror
    /// What a store would hold.
    var stored: (rows: [Int64: Activity], state: SyncState)
    var queries: [ActivityQuery] = []
    /// The ids that were asked for one by one.
    var lookups: [Int64] = []
    /// How lookups are answered instead of from the list.
    var finding: Suspects.Finding?
    var batches: [SyncBatch] = []
    var held: [Int] = []
    var completions = 0
    var now = UTCInstant(seconds: 1_795_402_800)

    let rereadInterval: Duration?

    init(
        _ list: StravaList, stored: [Activity] = [], state: SyncState = SyncState(), rereadInterval: Duration? = nil
    ) {
        self.list = list
        self.rereadInterval = rereadInterval
        plan = SyncPlan(state: state, rereadInterval: rereadInterval)
        mirror = ActivityMirror(stored)
        self.stored = (Dictionary(stored.map { ($0.id, $0) }, uniquingKeysWith: { $1 }), state)
    }

    /// A mirror that is complete and true, and was validated just now.
    static func synced(_ activities: [Activity], scope: String? = nil, rereadInterval: Duration? = nil) -> Walker {
        let now = UTCInstant(seconds: 1_795_402_800)
        return Walker(
            StravaList(activities), stored: activities,
            state: SyncState(
                athleteID: 7, isComplete: true, lastSuccessAt: UTCInstant(seconds: 0), scope: scope, validatedAt: now),
            rereadInterval: rereadInterval)
    }

    mutating func next(holding held: RequestPriority? = nil) -> SyncPlan.Step? {
        plan.next(holding: held, at: now, stored: mirror.count)
    }

    /// Takes one step; false when there is none.
    mutating func step(holding held: RequestPriority? = nil) throws -> Bool {
        guard let step = next(holding: held) else { return false }
        try land(step)
        return true
    }

    /// Answers a step from the list as it is, and writes what comes of it.
    mutating func land(_ step: SyncPlan.Step?) throws {
        guard let landing = answered(step) else {
            plan.failed()
            throw Implausible()
        }
        write(landing)
    }

    /// What comes of a step before it is written.
    mutating func answered(_ step: SyncPlan.Step?) -> SyncPlan.Landing? {
        step.flatMap { plan.landed($0, answer(to: $0), mirror: mirror, at: now) }
    }

    private mutating func answer(to step: SyncPlan.Step) -> SyncPlan.Answer {
        switch step.request {
        case .page(let query):
            queries.append(query)
            return .page(list.page(query))
        case .lookup(let id, _):
            lookups.append(id)
            return .finding(id, finding ?? list.activity(id).map(Suspects.Finding.there) ?? .gone)
        }
    }

    mutating func write(_ landing: SyncPlan.Landing) {
        for row in landing.batch.upserts { stored.rows[row.id] = row }
        for id in landing.batch.deletions { stored.rows[id] = nil }
        stored.state = landing.batch.state
        batches.append(landing.batch)
        mirror.apply(upserts: landing.batch.upserts, deletions: landing.batch.deletions)
        plan.committed(landing)
        if let held = landing.held { self.held.append(held.count) }
        if landing.completesHistory { completions += 1 }
    }

    mutating func sync(_ scope: SyncScope = .newest, between: (inout Walker) -> Void = { _ in }) throws {
        plan.request(scope, .scheduled)
        while try step() {
            between(&self)
            guard queries.count + lookups.count < 2000 else { throw Implausible() }
        }
    }

    /// Forgets all that is not stored, as a crash does.
    mutating func crash() {
        plan = SyncPlan(state: stored.state, rereadInterval: rereadInterval)
        mirror = ActivityMirror(Array(stored.rows.values))
    }

    var isTrue: Bool { Array(mirror.history) == list.told && stored.rows.count == list.told.count }
}

extension SyncPlan {
    /// What a page means.
    func landed(_ step: Step, page: ActivityPage, mirror: ActivityMirror, at now: UTCInstant) -> Landing? {
        landed(step, .page(page), mirror: mirror, at: now)
    }
}

extension Walker: CustomTestStringConvertible {
    /// Few words: a failure should not print thousands of activities.
    var testDescription: String {
        "a walker after \(queries.count) queries, \(mirror.count) of \(list.activities.count) stored"
    }
}

extension SyncPlan.Step {
    /// The page that is asked for.
    var query: ActivityQuery? {
        guard case .page(let query) = request else { return nil }
        return query
    }
}
