import TestSupport

@testable import Actors

/// Strava's accounting, naively: every request counts where Strava's clock stands when it comes.
struct StravaModel {
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

/// One random history of the processes that share a ledger: requests, replies, waits, writes that others come in between, restarts in
/// order and by `kill -9`, clocks that are out.
struct BudgetWorld {
    /// What replies tell, and how often.
    struct Manners {
        var dates: Int
        var usage: Int
        /// Requests of another program with the same client id, in a hundred steps.
        var strangers = 0
        /// Requests of one process at one time.
        var parallel = 4
        /// Writes that fail, in a hundred.
        var failures = 3
    }

    /// A conditional write that fails for its process, and may be made all the same, at any time.
    private struct LostWrite {
        var ledger: BudgetLedger
        var expected: BudgetLedger?
    }

    var model = StravaModel()
    var random: SeededGenerator
    let manners: Manners
    /// True time, which Strava's clock shows.
    var time = at("14:00:00")
    var disk: BudgetLedger?
    private var processes: [BudgetProcess] = []
    private var lost: [LostWrite] = []
    var sent = 0
    /// Writes that another process came in between.
    var conflicts = 0
    /// How many of our requests Strava refused, by the quarter.
    var refusals: [Int64: Int] = [:]

    init(seed: UInt64, _ manners: Manners, processes count: Int = 1) {
        random = SeededGenerator(seed: seed)
        self.manners = manners
        // The limits of this small world are on disk from before.
        var ledger = BudgetLedger(at: time - .seconds(86_400 * 2))
        ledger.readQuarter.limit = model.limits.quarter
        ledger.readDay.limit = model.limits.day
        disk = ledger
        for _ in 0..<count { processes.append(newProcess()) }
    }

    mutating func run(steps: Int) {
        for _ in 0..<steps {
            let index = Int.random(in: 0..<processes.count, using: &random)
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<40: send(index)
            case 40..<58: settle(index)
            case 58..<76: write(index)
            case 76..<79: look(index)
            case 79..<88: pass(.milliseconds(Int.random(in: 0...5000, using: &random)))
            case 88..<88 + manners.strangers: _ = model.count(time)
            default:
                // Long waits happen with nothing under way.
                settleAll()
                pass(.seconds(Int.random(in: 0...300, using: &random)))
            }
            if Int.random(in: 0..<1000, using: &random) < 5 { restart(index) }
            makeLostWrite()
        }
    }

    /// A process starts as if nothing had been written down.
    mutating func forget() {
        disk = nil
        for index in processes.indices { processes[index] = newProcess() }
    }

    private mutating func newProcess() -> BudgetProcess {
        let ahead = Duration.milliseconds(Int.random(in: -120_000...120_000, using: &random))
        return BudgetProcess(
            machine: BudgetMachine(
                ledger: disk, reserve: BudgetMachine.Reserve(quarter: 3, day: 10),
                random: SeededGenerator(seed: random.next()), at: time + ahead), ahead: ahead)
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    private mutating func pass(_ duration: Duration) { time = time + duration }

    private mutating func send(_ index: Int) {
        guard processes[index].load < manners.parallel else { return }
        let priority = [RequestPriority.background, .scheduled, .interactive].randomElement(using: &random)
        if let permit = processes[index].ask(priority ?? .background, at: time) { goes(permit, index) }
        // As a rule a write is short.
        if chance(50) { finishWriting(index) }
    }

    private mutating func goes(_ permit: Permit, _ index: Int) {
        sent += 1
        // It comes to Strava within two seconds.
        let served = time + .milliseconds(Int.random(in: 0...2000, using: &random))
        processes[index].underWay.append(.init(permit: permit, served: served, wasSent: chance(95)))
    }

    private mutating func settle(_ index: Int) {
        guard let choice = processes[index].underWay.indices.randomElement(using: &random) else { return }
        let request = processes[index].underWay.remove(at: choice)
        var result = RequestResult(wasSent: request.wasSent)
        if result.wasSent {
            time = max(time, request.served)
            let (usage, isOver) = model.count(request.served)
            if chance(manners.usage) { result.usage = usage }
            if chance(manners.dates) { result.serverDate = UTCInstant(seconds: request.served.seconds) }
            result.wasLimited = isOver
            if isOver { refusals[request.served.seconds / 900, default: 0] += 1 }
        }
        processes[index].settle(request.permit, result, at: time)
        // Nobody hears of a 429 before it is on disk.
        if result.wasLimited || chance(50) { finishWriting(index) }
    }

    private mutating func settleAll() {
        for index in processes.indices { while !processes[index].underWay.isEmpty { settle(index) } }
    }

    /// Another process may have written: what is read now may be old when it is taken over.
    private mutating func look(_ index: Int) {
        processes[index].look(at: disk, now: time)
    }

    /// The next step of a write.
    private mutating func write(_ index: Int) {
        guard case .drafted(let ledger, let expected) = processes[index].writing else {
            return processes[index].goOnWriting(found: disk, at: time)
        }
        let isTaken = disk == expected
        if chance(manners.failures) {
            lost.append(LostWrite(ledger: ledger, expected: expected))
            return processes[index].writeFailed()
        }
        if isTaken { disk = ledger } else { conflicts += 1 }
        for permit in processes[index].tried(ledger, isTaken: isTaken, at: time) { goes(permit, index) }
    }

    private mutating func makeLostWrite() {
        guard chance(20), let write = lost.popLast(), disk == write.expected else { return }
        disk = write.ledger
    }

    private mutating func finishWriting(_ index: Int) {
        while processes[index].isWriting { write(index) }
    }

    private mutating func restart(_ index: Int) {
        let isOrderly = chance(50)
        if isOrderly || manners.strangers > 0 { while !processes[index].underWay.isEmpty { settle(index) } }
        if isOrderly {
            finishWriting(index)
            processes[index].stop(at: time)
            finishWriting(index)
        } else if case .drafted(let ledger, let expected) = processes[index].writing, chance(50) {
            lost.append(LostWrite(ledger: ledger, expected: expected))
        }
        // What a killed process had under way comes to Strava all the same, and nobody hears of it.
        for request in processes[index].underWay where request.wasSent { _ = model.count(request.served) }
        processes[index] = newProcess()
    }
}
