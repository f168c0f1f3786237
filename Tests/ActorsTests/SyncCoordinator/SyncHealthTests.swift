import Actors
import TestSupport
import Testing

private let start = UTCInstant(seconds: 1_795_402_800)

@Suite("SyncHealth")
struct SyncHealthTests {
    @Test(
        "each failure of Strava has its state, its code and its way back",
        arguments: [
            (StravaFailure.Kind.unauthorized, ConnectionState.needsAuthorization, "needs_authorization", nil),
            (.refreshTokenDead, .needsAuthorization, "needs_authorization", nil),
            (.scopeMissing, .missingScope, "missing_scope", nil),
            (.inactive, .appInactive, "app_inactive", 3600),
            (.misconfigured, .failing, "strava_refused", 5),
            (.codeRefused, .failing, "strava_refused", 5),
            (.rejected, .failing, "strava_refused", 5),
            (.unavailable, .failing, "strava_unavailable", 5),
        ] as [(StravaFailure.Kind, ConnectionState, String, Int?)])
    func table(_ kind: StravaFailure.Kind, _ state: ConnectionState, _ code: String, _ wait: Int?) {
        var health = SyncHealth(isConnected: true, random: SteadyGenerator())
        let outcome = health.failed(StravaFailure(kind, "words"), .scheduled, at: start)
        guard case .stravaFailed(let problem) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(problem.code.rawValue == code)
        #expect(problem.at == start)
        #expect(health.problem == problem)
        #expect(health.state(isSyncing: true) == state)
        #expect(health.wakeUp == wait.map { start + .seconds($0) })
        #expect(health.held(at: start) == (wait == nil ? .interactive : .scheduled))
        if let wait { #expect(health.held(at: start + .seconds(wait)) == nil) }
        health.connected()
        #expect(health.held(at: start) == nil)
        #expect(health.problem == nil)
        #expect(health.state(isSyncing: false) == .idle)
        #expect(health.state(isSyncing: true) == .syncing)
    }

    @Test func backOffGrowsToAnHourAndSuccessForgetsIt() {
        var health = SyncHealth(isConnected: true, random: SteadyGenerator())
        for wait in [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600] {
            _ = health.failed(StravaFailure(.unavailable, "503"), .scheduled, at: start)
            #expect(health.wakeUp == start + .seconds(wait))
        }
        health.succeeded(.scheduled)
        #expect(health.wakeUp == nil)
        _ = health.failed(StoreFailure(.unavailable, "locked"), at: start)
        #expect(health.wakeUp == start + .seconds(5))
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func chanceShortensABackOffByAtMostAQuarterAndNeverStretchesIt(seed: UInt64) {
        var health = SyncHealth(isConnected: true, random: SeededGenerator(seed: seed))
        var waits: Set<Int64> = []
        for failures in 0..<40 {
            _ = health.failed(StravaFailure(.unavailable, "503"), .scheduled, at: start)
            let longest = min(Int64(5000) << Int64(min(failures, 12)), 3_600_000)
            guard let wait = health.wakeUp.map({ ($0 - start).wholeMilliseconds }) else {
                Issue.record("seed \(seed): no back-off")
                return
            }
            #expect(wait <= longest && wait >= longest - longest / 4, "seed \(seed)")
            waits.insert(wait)
        }
        #expect(waits.count > 20, "seed \(seed): the back-offs are not spread")
    }

    @Test func aLookAtTheNewestDoesNotGiveBackTheBudgetThatAWalkWaitsFor() {
        var health = SyncHealth(isConnected: true, random: SteadyGenerator())
        let until = start + .seconds(60)
        _ = health.spent(until: until, .background)
        health.succeeded(.interactive)
        health.succeeded(.scheduled)
        #expect(health.state(isSyncing: true) == .waitingForBudget)
        #expect(health.held(at: start) == .background)
        health.succeeded(.background)
        #expect(health.state(isSyncing: false) == .idle)
    }

    @Test func theBudgetHoldsThePriorityThatWasRefusedAndThoseBelow() {
        var health = SyncHealth(isConnected: true, random: SteadyGenerator())
        let until = start + .seconds(60)
        #expect(health.spent(until: until, .background) == .limited(until: until))
        #expect(health.held(at: start) == .background)
        #expect(health.state(isSyncing: true) == .waitingForBudget)
        #expect(health.outcomeWhileHeld == .limited(until: until))
        _ = health.spent(until: until, .interactive)
        #expect(health.held(at: until - .milliseconds(1)) == .interactive)
        #expect(health.held(at: until) == nil)
        #expect(health.problem == nil)
    }

    @Test(
        "each failure of the vault means what it says",
        arguments: [
            (VaultFailure.notConnected, SyncOutcome.notConnected), (.shuttingDown, .shuttingDown),
            (.budget(until: start), .limited(until: start)),
        ])
    func vault(_ failure: VaultFailure, _ expected: SyncOutcome) {
        var health = SyncHealth(isConnected: true, random: SteadyGenerator())
        #expect(health.failed(failure, .scheduled, at: start) == expected)
    }

    @Test func aWrongKeyNamesItsCureAndWaitsForTheAthlete() {
        var health = SyncHealth(isConnected: true, random: SteadyGenerator())
        _ = health.failed(VaultFailure.wrongKey, .scheduled, at: start)
        #expect(health.problem?.code.rawValue == "wrong_key")
        #expect(health.problem?.message.contains("ENCRYPTION_KEY") == true)
        #expect(health.held(at: start) == .interactive)
        _ = health.failed(VaultFailure.store(StoreFailure(.unavailable, "away")), .scheduled, at: start)
        #expect(health.problem?.code.rawValue == "database_unavailable")
    }

    @Test func whoAsksWhileTheDatabaseIsAwayIsToldThatAndNotThatStravaFails() {
        var health = SyncHealth(isConnected: true, random: SteadyGenerator())
        let outcome = health.failed(StoreFailure(.unavailable, "locked"), at: start)
        #expect(health.outcomeWhileHeld == outcome)
        guard case .storeFailed = outcome else {
            Issue.record("a failure of the database is told as \(outcome)")
            return
        }
    }

    @Test(
        "a person reads what the database does, and not that it is silent when it refuses",
        arguments: [
            (StoreFailure.Kind.unavailable, "The database does not answer: x"),
            (.denied, "The database refuses Paceline: x"),
            (.corrupt, "The database does not hold what Paceline wrote: x"),
        ])
    func whatTheDatabaseDoesIsTold(kind: StoreFailure.Kind, message: String) {
        var health = SyncHealth(isConnected: true, random: SteadyGenerator())
        _ = health.failed(StoreFailure(kind, "x"), at: start)
        #expect(health.problem?.message == message)
        #expect(health.problem?.code == .databaseUnavailable)
        #expect(health.wakeUp != nil, "it is tried again")
    }

    @Test func aClockThatWentBackDoesNotStretchAWait() {
        let earlier = start - .seconds(30 * 86_400)
        var health = SyncHealth(isConnected: true, random: SteadyGenerator())
        _ = health.failed(StravaFailure(.unavailable, "503"), .scheduled, at: start)
        #expect(health.held(at: earlier) == nil)
        _ = health.failed(StravaFailure(.inactive, "403"), .scheduled, at: start)
        #expect(health.held(at: earlier) == nil)
        #expect(health.held(at: start) == .scheduled)
        _ = health.spent(until: start + .seconds(86_403), .interactive)
        #expect(health.held(at: earlier) == nil)
        #expect(health.held(at: start) == .interactive)
    }

    @Test func aLookAtTheNewestMendsWhatFailedBeforeTheBudgetWasSpent() {
        var health = SyncHealth(isConnected: true, random: SteadyGenerator())
        for _ in 0..<3 { _ = health.failed(StravaFailure(.unavailable, "503"), .scheduled, at: start) }
        _ = health.spent(until: start + .seconds(60), .background)
        health.succeeded(.interactive)
        #expect(health.problem == nil)
        #expect(health.state(isSyncing: false) == .waitingForBudget)
        _ = health.failed(StravaFailure(.unavailable, "503"), .scheduled, at: start)
        #expect(health.wakeUp == start + .seconds(5))
    }

    @Test func aWaitThatEndsBetweenTwoLooksIsWokenFromAtOnce() {
        var health = SyncHealth(isConnected: true, random: SteadyGenerator())
        let until = start + .seconds(60)
        _ = health.spent(until: until, .background)
        // A walk is left, and the plan was last asked a moment before `until`.
        #expect(health.alarm(due: nil, isDone: false, at: until - .milliseconds(1)) == until)
        #expect(health.alarm(due: nil, isDone: false, at: until + .milliseconds(1)) == until)
        #expect(health.alarm(due: nil, isDone: true, at: until + .milliseconds(1)) == nil)
        // Nor does a clock that went back make it wait.
        let earlier = start - .seconds(30 * 86_400)
        #expect(health.alarm(due: nil, isDone: false, at: earlier) == earlier)
    }

    @Test func whatOnlyTheAthleteCanMendSetsNoAlarm() {
        var health = SyncHealth(isConnected: true, random: SteadyGenerator())
        #expect(health.alarm(due: start, isDone: true, at: start) == start)
        _ = health.failed(StravaFailure(.refreshTokenDead, "400"), .scheduled, at: start)
        #expect(health.alarm(due: start, isDone: true, at: start) == nil)
        #expect(health.alarm(due: start, isDone: false, at: start) == nil)
    }

    @Test func withoutAnAthleteEverythingWaits() {
        let health = SyncHealth(isConnected: false)
        #expect(health.held(at: start) == .interactive)
        #expect(health.state(isSyncing: false) == .idle)
        #expect(health.outcomeWhileHeld == .notConnected)
    }
}
