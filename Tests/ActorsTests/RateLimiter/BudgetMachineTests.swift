import Actors
import TestSupport
import Testing

func at(_ time: String) -> UTCInstant { ISO8601.instant("2026-11-23T\(time)Z") ?? UTCInstant(seconds: 0) }
private let ms = Duration.milliseconds(1)

func usage(_ quarter: Int, _ day: Int, limit: (Int, Int)? = nil) -> RateUsage {
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
        var budget = Budget(at("14:50:00"), reserve: BudgetMachine.Reserve(quarter: 10, day: 50))
        #expect(budget.drain(.background) == 90)
        #expect(budget.refusal(.background) == at("15:00:03"))
        #expect(budget.drain(.scheduled) == 10)
        #expect(budget.drain(.interactive) == 0)
    }

    @Test func theDaysReserveIsKeptToo() {
        var budget = Budget(at("14:50:00"), reserve: BudgetMachine.Reserve(quarter: 10, day: 50))
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

    @Test func aReserveNeverTakesMoreThanHalfOfALimit() {
        var budget = Budget(at("14:50:00"), reserve: BudgetMachine.Reserve(quarter: 10, day: 50))
        budget.settle(RequestResult(usage: usage(1, 1, limit: (8, 30))))
        #expect(budget.drain(.background) == 3)
        #expect(budget.drain(.interactive) == 4)
        budget.now = at("15:10:00")
        #expect(budget.drain(.background) == 4)
        budget.now = at("15:20:00")
        #expect(budget.drain(.background) == 3, "15 of the day's 30")
    }

    @Test(arguments: [nil, usage(101, 300)])
    func a429BlocksEverybodyUntilTheBoundary(_ usage: RateUsage?) {
        var budget = Budget(at("14:50:00"))
        budget.settle(RequestResult(usage: usage, wasLimited: true))
        for priority in [RequestPriority.background, .scheduled, .interactive] {
            #expect(budget.refusal(priority) == at("15:00:03"))
        }
    }

    @Test func aRequestThatTheQuarterRefusedCountsForTheDay() {
        var budget = Budget(at("14:50:00"))
        budget.settle(RequestResult(wasLimited: true))
        #expect(budget.machine.status(at: budget.now).day.used == 1)
        budget.now = at("15:01:00")
        budget.settle(RequestResult(wasLimited: true))
        #expect(budget.machine.status(at: budget.now).day.used == 2)
    }

    @Test func aLate429SaysNothingOfTheWindowThatFollowed() throws {
        var budget = Budget(at("14:59:58"))
        let late = try budget.granted()
        budget.now = at("15:00:05")
        budget.settle(RequestResult())
        budget.machine.settled(
            late, by: RequestResult(serverDate: at("14:59:59"), wasLimited: true), at: budget.now)
        #expect(budget.refusal() == nil)
    }

    @Test func a429OfASpentDayBlocksUntilMidnight() {
        var budget = Budget(at("14:50:00"))
        budget.settle(RequestResult(usage: usage(12, 1000), wasLimited: true))
        #expect(budget.refusal() == at("00:00:03") + .seconds(86_400))
        budget.now = at("00:00:03") + .seconds(86_400)
        #expect(budget.drain() == 100)
    }

    @Test func stravasDateMovesTheBoundaryBothWays() {
        for skew in [-3600, -120, -3, 3, 120, 3600] {
            var budget = Budget(at("14:50:00"))
            budget.skew = .seconds(skew)
            #expect(budget.drain() == 100)
            #expect(budget.refusal() == at("15:00:03") - .seconds(skew % 900))
        }
    }

    @Test func aDateInWholeSecondsCostsLessThanOne() {
        var budget = Budget(at("14:50:00") + .milliseconds(900))
        #expect(budget.drain() == 100)
        #expect(budget.refusal() == at("15:00:03") + .milliseconds(900))
    }

    @Test func aSlowReplyIsNoEvidenceOfSkew() throws {
        var budget = Budget(at("14:50:00"))
        budget.settle(RequestResult())
        let slow = try budget.granted()
        budget.now = at("14:51:00")
        budget.machine.settled(slow, by: RequestResult(serverDate: at("14:50:00")), at: budget.now)
        budget.dates = false
        #expect(budget.drain() == 98)
        #expect(budget.refusal() == at("15:00:03"))
    }

    @Test func aClockThatNobodyConfirmedIsDoubtedForTwoMinutes() {
        var budget = Budget(at("14:50:00"))
        budget.dates = false
        #expect(budget.drain() == 100)
        #expect(budget.refusal() == at("15:02:03"))
        budget.now = at("15:02:03")
        #expect(budget.drain() == 100)
        // What ended within the doubt around the boundary may be counted on either side of it.
        budget.now = at("15:13:30")
        #expect(budget.drain() == 0)
    }

    @Test func requestsWithoutADateNearTheBoundaryCountOnBothSides() {
        var budget = Budget(at("14:59:00"))
        budget.dates = false
        for _ in 0..<30 { budget.settle(RequestResult()) }
        budget.now = at("15:02:03")
        #expect(budget.drain() == 70)
        var early = Budget(at("14:50:00"))
        early.dates = false
        for _ in 0..<30 { early.settle(RequestResult()) }
        early.now = at("15:02:03")
        #expect(early.drain() == 100)
    }

    @Test func aWindowThatOurClockBeganTooEarlyIsTakenBack() {
        var budget = Budget(at("15:05:00"))
        budget.skew = .seconds(-600)
        budget.settle(RequestResult(usage: usage(99, 99)))
        #expect(budget.drain() == 1)
        #expect(budget.refusal() == at("15:10:03"))
        budget.now = at("15:10:03")
        #expect(budget.drain() == 100)
    }

    @Test func aBoundaryIsWaitedForAFewSecondsMoreByLot() {
        var openings: Set<UTCInstant> = []
        for seed in 1...50 {
            var budget = Budget(at("14:50:00"), random: SeededGenerator(seed: UInt64(seed)))
            #expect(budget.drain() == 100)
            guard let opening = budget.refusal() else { continue }
            openings.insert(opening)
            budget.now = opening - ms
            #expect(budget.refusal() == opening)
            budget.now = opening
            #expect(budget.refusal() == nil)
        }
        #expect(openings.allSatisfy { (at("15:00:03")...at("15:00:08")).contains($0) })
        #expect(openings.count > 40)
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

    @Test func aReplyThatWasSlowOverTheBoundaryCountsOnBothSides() throws {
        var budget = Budget(at("23:59:50"))
        budget.settle(RequestResult())
        budget.now = at("23:59:59")
        let permit = try budget.granted()
        let served = budget.now
        budget.now = budget.now + .seconds(10)
        budget.machine.settled(permit, by: RequestResult(usage: usage(100, 1000), serverDate: served), at: budget.now)
        #expect(budget.refusal() == nil)
        #expect(budget.drain() == 99)
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
        var budget = wrong.stopped(at: at("12:01:00"))
        #expect(budget.refusal() == at("12:02:03"))
        budget.now = at("12:02:03")
        #expect(budget.drain() == 100)
    }
}
