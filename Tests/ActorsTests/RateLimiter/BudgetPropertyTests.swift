import TestSupport
import Testing

@testable import Actors

/// Strava's accounting, naively: every request counts where Strava's clock stands when it comes.
private struct Model {
    var limits = (quarter: 20, day: 120)
    var quarters: [Int64: Int] = [:]
    var days: [Int64: Int] = [:]

    /// Counts a request; the usage that its reply reports, and whether it is refused.
    mutating func count(_ instant: UTCInstant) -> (usage: RateUsage, isOver: Bool) {
        let (quarter, day) = (instant.seconds / 900, instant.seconds / 86_400)
        quarters[quarter, default: 0] += 1
        days[day, default: 0] += 1
        let used = (quarters[quarter] ?? 0, days[day] ?? 0)
        return (usage(used.0, used.1, limit: limits), used.0 > limits.quarter || used.1 > limits.day)
    }

    /// How many requests were one too many, in the window that had most of them.
    var excess: Int {
        max(
            quarters.values.map { $0 - limits.quarter }.max() ?? 0, days.values.map { $0 - limits.day }.max() ?? 0, 0)
    }
}

/// One random history of a machine: requests, replies, waits, restarts in order and by `kill -9`, clocks that are out.
private struct World {
    /// What replies tell, and how often.
    struct Manners {
        var dates: Int
        var usage: Int
        /// Requests of another program with the same client id, in a hundred steps.
        var strangers = 0
        /// Requests of ours at one time.
        var parallel = 4
    }

    private struct UnderWay {
        var permit: Permit
        var served: UTCInstant
        var result: RequestResult
    }

    var model = Model()
    var random: SeededGenerator
    let manners: Manners
    /// True time, which Strava's clock shows.
    var time = at("14:00:00")
    /// Our clock is ahead by so much.
    var ahead = Duration.zero
    var budget: Budget
    private var underWay: [UnderWay] = []
    var sent = 0
    /// How many of our requests Strava refused, by the quarter.
    var refusals: [Int64: Int] = [:]

    init(seed: UInt64, _ manners: Manners) {
        random = SeededGenerator(seed: seed)
        self.manners = manners
        budget = Budget(time)
        // The limits of this small world are on disk from before.
        var ledger = BudgetLedger(at: time - .seconds(86_400 * 2))
        ledger.readQuarter.limit = model.limits.quarter
        ledger.readDay.limit = model.limits.day
        start(ledger)
    }

    private func chance(_ percent: Int, _ random: inout SeededGenerator) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    private mutating func start(_ ledger: BudgetLedger?) {
        ahead = .milliseconds(Int.random(in: -120_000...120_000, using: &random))
        budget = Budget(
            time + ahead, ledger: ledger, reserve: BudgetMachine.Reserve(quarter: 3, day: 10),
            random: SeededGenerator(seed: random.next()))
    }

    mutating func run(steps: Int) {
        for _ in 0..<steps {
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<50: send()
            case 50..<78: settle()
            case 78..<88: pass(.milliseconds(Int.random(in: 0...5000, using: &random)))
            case 88..<88 + manners.strangers: _ = model.count(time)
            default:
                // Long waits happen with nothing under way.
                while !underWay.isEmpty { settle() }
                pass(.seconds(Int.random(in: 0...300, using: &random)))
            }
            if Int.random(in: 0..<1000, using: &random) < 5 { restart() }
        }
    }

    private mutating func pass(_ duration: Duration) {
        time = time + duration
        budget.now = time + ahead
    }

    private mutating func send() {
        guard underWay.count < manners.parallel else { return }
        let priority = [RequestPriority.background, .scheduled, .interactive].randomElement(using: &random)
        guard let permit = budget.admit(priority ?? .background) else { return }
        sent += 1
        // It comes to Strava within two seconds.
        let served = time + .milliseconds(Int.random(in: 0...2000, using: &random))
        let wasSent = chance(95, &random)
        underWay.append(UnderWay(permit: permit, served: served, result: RequestResult(wasSent: wasSent)))
    }

    private mutating func settle() {
        guard let index = underWay.indices.randomElement(using: &random) else { return }
        let request = underWay.remove(at: index)
        var result = request.result
        if result.wasSent {
            time = max(time, request.served)
            budget.now = time + ahead
            let (usage, isOver) = model.count(request.served)
            if chance(manners.usage, &random) { result.usage = usage }
            if chance(manners.dates, &random) { result.serverDate = UTCInstant(seconds: request.served.seconds) }
            result.wasLimited = isOver
            if isOver { refusals[request.served.seconds / 900, default: 0] += 1 }
        }
        budget.machine.settled(request.permit, by: result, at: budget.now)
        budget.write()
    }

    /// Starts as if nothing had been written down.
    mutating func forget() { start(nil) }

    private mutating func restart() {
        let isOrderly = Bool.random(using: &random)
        if isOrderly || manners.strangers > 0 { while !underWay.isEmpty { settle() } }
        // What a killed process had under way comes to Strava all the same, and nobody hears of it.
        for request in underWay where request.result.wasSent { _ = model.count(request.served) }
        underWay = []
        start(isOrderly ? budget.machine.lastLedger(found: nil, at: budget.now) : budget.disk)
    }
}

@Suite("The budget against a naive model")
struct BudgetPropertyTests {
    private static let seeds: ClosedRange<UInt64> = 1...200

    @Test(
        "no window of Strava's is ever over its limit, whatever replies tell and however often the process is killed",
        arguments: seeds)
    func neverOver(seed: UInt64) {
        let manners = [
            World.Manners(dates: 100, usage: 100), World.Manners(dates: 100, usage: 0),
            World.Manners(dates: 60, usage: 60),
            World.Manners(dates: 0, usage: 0), World.Manners(dates: 0, usage: 100),
        ]
        for (index, manners) in manners.enumerated() {
            var world = World(seed: seed, manners)
            world.run(steps: 2000)
            #expect(world.model.excess == 0, "seed \(seed), manners \(index): \(world.model.quarters)")
            #expect(world.sent > 60, "seed \(seed), manners \(index): the budget is used")
        }
    }

    @Test(
        "with another program on the same client id, at most one request of ours is refused in a window",
        arguments: seeds)
    func strangers(seed: UInt64) {
        for usage in [100, 0] {
            let manners = World.Manners(dates: 100, usage: usage, strangers: 6, parallel: 1)
            var world = World(seed: seed, manners)
            world.run(steps: 2000)
            #expect(world.refusals.values.allSatisfy { $0 <= 1 }, "seed \(seed), usage \(usage): \(world.refusals)")
        }
    }

    @Test("the naive model finds a machine that forgets", arguments: [1, 2, 3] as [UInt64])
    func theModelFindsFaults(seed: UInt64) {
        var world = World(seed: seed, World.Manners(dates: 0, usage: 0))
        var excess = 0
        for _ in 0..<20 where excess == 0 {
            world.run(steps: 200)
            world.forget()
            excess = world.model.excess
        }
        #expect(excess > 0, "seed \(seed)")
    }
}
