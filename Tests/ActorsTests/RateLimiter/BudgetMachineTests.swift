import Actors
import TestSupport
import Testing

private func at(_ time: String) -> UTCInstant { ISO8601.instant("2026-11-23T\(time)Z") ?? UTCInstant(seconds: 0) }
private let ms = Duration.milliseconds(1)

/// A machine with its bookkeeping made short.
private struct Budget {
    var machine: BudgetMachine
    var now: UTCInstant

    init(_ now: UTCInstant, ledger: BudgetLedger? = nil, reserve: BudgetMachine.Reserve = .init(quarter: 0, day: 0)) {
        machine = BudgetMachine(ledger: ledger, reserve: reserve, at: now)
        self.now = now
    }

    mutating func admit(_ priority: RequestPriority = .interactive) -> Permit? {
        if case .granted(let permit) = machine.admit(priority, at: now) { permit } else { nil }
    }

    mutating func granted() throws -> Permit {
        guard let permit = admit() else { throw Refused() }
        return permit
    }

    struct Refused: Error {}

    /// Sends until refused, and says how many went and until when it is refused.
    mutating func drain(_ priority: RequestPriority = .interactive, settling result: RequestResult = .init()) -> Int {
        var sent = 0
        while let permit = admit(priority) {
            machine.settled(permit, by: result, at: now)
            sent += 1
        }
        return sent
    }

    mutating func refusal(_ priority: RequestPriority = .interactive) -> UTCInstant? {
        machine.refusal(priority, at: now)
    }

    mutating func settle(_ result: RequestResult) {
        guard let permit = admit() else { return }
        machine.settled(permit, by: result, at: now)
    }
}

private func usage(_ quarter: Int, _ day: Int, limit: (Int, Int)? = nil) -> RateUsage {
    let pair = RateUsage.Pair(quarter: quarter, day: day)
    return RateUsage(
        overallUsage: pair, readLimit: limit.map { .init(quarter: $0.0, day: $0.1) }, readUsage: pair)
}

@Suite("BudgetMachine")
struct BudgetMachineTests {
    @Test func aQuarterLastsUntilItsBoundaryAndAMargin() {
        var budget = Budget(at("14:50:00"))
        #expect(budget.drain() == 100)
        for now in [at("14:50:00"), at("14:59:59") + .milliseconds(999), at("15:00:00"), at("15:00:03") - ms] {
            budget.now = now
            #expect(budget.refusal() == at("15:00:03"))
        }
        budget.now = at("15:00:03")
        #expect(budget.refusal() == nil)
        #expect(budget.drain() == 100)
    }

    @Test func aDayEndsAtMidnightUTC() {
        var budget = Budget(at("00:01:00"))
        for quarter in 0..<10 {
            budget.now = at("00:01:00") + .seconds(900 * quarter)
            #expect(budget.drain() == 100)
        }
        budget.now = at("20:00:00")
        #expect(budget.refusal() == at("00:00:03") + .seconds(86_400))
        budget.now = at("00:00:03") + .seconds(86_400)
        #expect(budget.drain() == 100)
    }

    @Test func figuresFromHeadersRaiseTheUsageAndNeverLowerIt() {
        var budget = Budget(at("14:50:00"))
        budget.settle(RequestResult(usage: usage(70, 400)))
        #expect(budget.machine.status(at: budget.now).quarter.used == 70)
        budget.settle(RequestResult(usage: usage(3, 4)))
        let status = budget.machine.status(at: budget.now)
        #expect(status.quarter.used == 71)
        #expect(status.day.used == 401)
        #expect(budget.drain() == 29)
    }

    @Test func limitsAreLearntUpwardsAndDownwards() {
        var budget = Budget(at("14:50:00"))
        budget.settle(RequestResult(usage: usage(1, 1, limit: (150, 3000))))
        #expect(budget.drain() == 149)
        budget.now = at("15:10:00")
        budget.settle(RequestResult(usage: usage(1, 151, limit: (20, 3000))))
        #expect(budget.drain() == 19)
        budget.now = at("15:40:00")
        budget.settle(RequestResult(usage: usage(1, 171, limit: (0, 0))))
        #expect(budget.drain() == 19)
    }

    @Test func bothFamiliesBind() {
        var budget = Budget(at("14:50:00"))
        // Uploads of another program have nearly spent the overall family.
        budget.settle(
            RequestResult(
                usage: RateUsage(
                    overallUsage: .init(quarter: 195, day: 300), readUsage: .init(quarter: 1, day: 1))))
        #expect(budget.drain() == 5)
        let status = budget.machine.status(at: budget.now)
        #expect(status.quarter.used == 200)
        #expect(status.quarter.limit == 200)
    }

    @Test func backgroundWorkLeavesTheReserveToPeople() {
        var budget = Budget(at("14:50:00"), reserve: .init(quarter: 10, day: 50))
        #expect(budget.drain(.background) == 90)
        #expect(budget.refusal(.background) == at("15:00:03"))
        #expect(budget.drain(.scheduled) == 10)
        #expect(budget.drain(.interactive) == 0)
    }

    @Test func theDaysReserveIsKeptToo() {
        var budget = Budget(at("14:50:00"), reserve: .init(quarter: 10, day: 50))
        budget.settle(RequestResult(usage: usage(1, 949)))
        #expect(budget.drain(.background) == 1)
        #expect(budget.refusal(.background) == at("00:00:03") + .seconds(86_400))
        #expect(budget.refusal(.interactive) == nil)
    }

    @Test func aRequestThatNeverLeftIsRefunded() {
        var budget = Budget(at("14:50:00"))
        #expect(budget.drain() == 100)
        var other = Budget(at("14:50:00"))
        for _ in 0..<50 { other.settle(RequestResult(wasSent: false)) }
        #expect(other.drain() == 100)
    }

    @Test func aRefundDoesNotLowerWhatStravaCounted() throws {
        var budget = Budget(at("14:50:00"))
        let (unsent, sent) = (try budget.granted(), try budget.granted())
        budget.machine.settled(sent, by: RequestResult(usage: usage(50, 50)), at: budget.now)
        budget.machine.settled(unsent, by: RequestResult(wasSent: false), at: budget.now)
        #expect(budget.drain() == 50)
    }

    @Test(arguments: [nil, usage(101, 300)])
    func a429BlocksEverybodyUntilTheBoundary(_ usage: RateUsage?) {
        var budget = Budget(at("14:50:00"))
        budget.settle(RequestResult(usage: usage, wasLimited: true))
        for priority in [RequestPriority.background, .scheduled, .interactive] {
            #expect(budget.refusal(priority) == at("15:00:03"))
        }
    }

    @Test func a429OfASpentDayBlocksUntilMidnight() {
        var budget = Budget(at("14:50:00"))
        budget.settle(RequestResult(usage: usage(12, 1000), wasLimited: true))
        #expect(budget.refusal() == at("00:00:03") + .seconds(86_400))
        budget.now = at("00:00:03") + .seconds(86_400)
        #expect(budget.drain() == 100)
    }

    @Test func stravasDateMovesTheBoundaryBothWays() {
        for skew in [-120, -3, 3, 120] {
            var budget = Budget(at("14:50:00"))
            budget.settle(RequestResult(serverDate: budget.now + .seconds(skew)))
            #expect(budget.drain() == 99)
            #expect(budget.refusal() == at("15:00:03") - .seconds(skew))
        }
    }

    @Test func aDifferenceWithinTheGranularityOfDateIsNoSkew() {
        var budget = Budget(at("14:50:00"))
        budget.settle(RequestResult(serverDate: budget.now - .seconds(2)))
        #expect(budget.drain() == 99)
        #expect(budget.refusal() == at("15:00:03"))
    }

    @Test func stravasDateBeginsANewWindowBeforeOurClockDoes() throws {
        var budget = Budget(at("14:59:58"))
        #expect(budget.drain() == 100)
        // The answer of a request that was under way comes from the next quarter, and was counted there.
        var other = Budget(at("14:59:58"))
        let first = try other.granted()
        for _ in 0..<98 { other.settle(RequestResult()) }
        other.machine.settled(first, by: RequestResult(usage: usage(1, 100), serverDate: at("15:00:00")), at: other.now)
        #expect(other.machine.status(at: other.now).quarter.used == 1)
        #expect(other.drain() == 99)
    }

    @Test func aReplyFromBeforeTheBoundaryDoesNotSpendTheNewWindow() throws {
        var budget = Budget(at("23:59:59"))
        let (slow, quick) = (try budget.granted(), try budget.granted())
        let midnight = at("00:00:00") + .seconds(86_400)
        budget.now = midnight + .seconds(2)
        budget.machine.settled(
            quick, by: RequestResult(usage: usage(1, 1), serverDate: midnight + .seconds(1)), at: budget.now)
        budget.machine.settled(
            slow, by: RequestResult(usage: usage(100, 1000), serverDate: midnight - .seconds(1)), at: budget.now)
        #expect(budget.refusal() == nil)
        #expect(budget.machine.status(at: budget.now).day.used == 2)
    }

    @Test func aReplyThatWasSlowOverTheBoundaryDelaysTheNewWindowBySecondsOnly() throws {
        var budget = Budget(at("23:59:59"))
        let permit = try budget.granted()
        let served = budget.now
        budget.now = budget.now + .seconds(10)
        budget.machine.settled(permit, by: RequestResult(usage: usage(100, 1000), serverDate: served), at: budget.now)
        budget.now = budget.now + .seconds(5)
        #expect(budget.refusal() == nil)
        #expect(budget.drain() == 100)
    }

    @Test func aRequestUnderWayAtTheBoundaryIsChargedToTheNewWindowToo() throws {
        var budget = Budget(at("14:59:59"))
        let permit = try budget.granted()
        budget.now = at("15:00:05")
        #expect(budget.drain() == 99)
        budget.machine.settled(permit, by: RequestResult(), at: budget.now)
        #expect(budget.drain() == 0)
    }

    @Test func aClockThatStepsBackForgetsNothing() {
        var budget = Budget(at("15:00:10"))
        #expect(budget.drain() == 100)
        budget.now = at("14:59:50")
        #expect(budget.refusal() != nil)
        budget.now = at("15:00:10")
        #expect(budget.refusal() == at("15:15:03"))
    }

    @Test func aLedgerFromAFarFutureDoesNotBlockForEver() {
        var wrong = Budget(at("12:00:00") + .seconds(86_400 * 1000))
        #expect(wrong.drain() == 100)
        var budget = Budget(at("12:01:00"), ledger: wrong.machine.status(at: wrong.now).ledger)
        #expect(budget.refusal() == at("12:15:03"))
        budget.now = at("12:15:03")
        #expect(budget.drain() == 100)
    }

    @Test func aRestartWithinTheWindowForgetsNothing() {
        var first = Budget(at("14:50:00"))
        for _ in 0..<60 { first.settle(RequestResult()) }
        let ledger = first.machine.status(at: first.now).ledger
        var second = Budget(at("14:51:00"), ledger: ledger)
        #expect(second.drain() == 40)
        var third = Budget(at("15:01:00"), ledger: ledger)
        #expect(third.drain() == 100)
        #expect(third.machine.status(at: third.now).day.used == 160)
    }

    /// Strava's accounting, naively: every request counts where Strava's clock stands when it comes.
    private struct Model {
        var limits = (quarter: 20, day: 120)
        var quarters: [Int64: Int] = [:]
        var days: [Int64: Int] = [:]

        mutating func count(_ instant: UTCInstant) -> RateUsage {
            let (quarter, day) = (instant.seconds / 900, instant.seconds / 86_400)
            quarters[quarter, default: 0] += 1
            days[day, default: 0] += 1
            return usage(quarters[quarter] ?? 0, days[day] ?? 0, limit: limits)
        }
    }

    @Test(arguments: 1...300 as ClosedRange<UInt64>)
    func noWindowOfStravasIsEverOverItsLimit(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var model = Model()
        // Strava's clock runs up to two minutes beside ours, or within the tolerance.
        let skew = Duration.milliseconds(
            Bool.random(using: &random)
                ? Int.random(in: -1900...1900, using: &random) : Int.random(in: -120_000...120_000, using: &random))
        var budget = Budget(at("14:00:00"), reserve: .init(quarter: 3, day: 10))
        // The first answer tells the limits and the clock.
        let first = try budget.granted()
        budget.machine.settled(
            first,
            by: RequestResult(usage: model.count(budget.now + skew), serverDate: wholeSeconds(budget.now + skew)),
            at: budget.now)
        var underWay: [(permit: Permit, served: UTCInstant, result: RequestResult)] = []
        for _ in 0..<3000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                guard underWay.count < 4 else { continue }
                let priority = [RequestPriority.background, .scheduled, .interactive].randomElement(using: &random)
                guard let permit = budget.admit(priority ?? .background) else { continue }
                let isSent = Int.random(in: 0..<20, using: &random) > 0
                // It comes to Strava within two seconds; token answers carry a date but no usage.
                let served = budget.now + skew + .milliseconds(Int.random(in: 0...2000, using: &random))
                let hasUsage = Int.random(in: 0..<8, using: &random) > 0
                underWay.append(
                    (permit, served, RequestResult(usage: hasUsage ? usage(0, 0) : nil, wasSent: isSent)))
            case 5..<8:
                guard let index = underWay.indices.randomElement(using: &random) else { continue }
                settle(underWay.remove(at: index), &budget, &model, skew, &random)
            case 8: budget.now = budget.now + .milliseconds(Int.random(in: 0...5000, using: &random))
            default:
                // Long waits happen with nothing under way.
                while !underWay.isEmpty { settle(underWay.removeFirst(), &budget, &model, skew, &random) }
                budget.now = budget.now + .seconds(Int.random(in: 0...200, using: &random))
            }
        }
        #expect(model.quarters.values.allSatisfy { $0 <= model.limits.quarter }, "seed \(seed): \(model.quarters)")
        #expect(model.days.values.allSatisfy { $0 <= model.limits.day }, "seed \(seed): \(model.days)")
        #expect(model.quarters.values.reduce(0, +) > 60, "seed \(seed): the budget is used")
    }

    private func settle(
        _ request: (permit: Permit, served: UTCInstant, result: RequestResult), _ budget: inout Budget,
        _ model: inout Model, _ skew: Duration, _ random: inout SeededGenerator
    ) {
        var result = request.result
        guard result.wasSent else { return budget.machine.settled(request.permit, by: result, at: budget.now) }
        budget.now = max(budget.now, request.served - skew)
        let usage = model.count(request.served)
        if result.usage != nil { result.usage = usage }
        result.serverDate = wholeSeconds(request.served)
        budget.machine.settled(request.permit, by: result, at: budget.now)
    }

    private func wholeSeconds(_ instant: UTCInstant) -> UTCInstant { UTCInstant(seconds: instant.seconds) }
}
