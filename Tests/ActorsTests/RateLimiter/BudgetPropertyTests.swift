import TestSupport
import Testing

@testable import Actors

@Suite("The budget against a naive model")
struct BudgetPropertyTests {
    private static let seeds: ClosedRange<UInt64> = 1...200
    private static let manners = [
        BudgetWorld.Manners(dates: 100, usage: 100), BudgetWorld.Manners(dates: 100, usage: 0),
        BudgetWorld.Manners(dates: 60, usage: 60),
        BudgetWorld.Manners(dates: 0, usage: 0), BudgetWorld.Manners(dates: 0, usage: 100),
    ]

    @Test(
        "no window of Strava's is ever over its limit, whatever replies tell and however often the process is killed",
        arguments: seeds)
    func neverOver(seed: UInt64) {
        for (index, manners) in Self.manners.enumerated() {
            var world = BudgetWorld(seed: seed, manners)
            world.run(steps: 2000)
            #expect(world.model.excess == 0, "seed \(seed), manners \(index): \(world.model.quarters)")
            #expect(world.sent > 60, "seed \(seed), manners \(index): the budget is used")
        }
    }

    @Test(
        "nor do two or three processes on one ledger send more together, whoever comes in between whose write",
        arguments: seeds.prefix(60))
    func neverOverTogether(seed: UInt64) {
        for (index, manners) in Self.manners.enumerated() {
            for processes in 2...3 {
                var world = BudgetWorld(seed: seed, manners, processes: processes)
                world.run(steps: 3000)
                let story: Testing.Comment = "seed \(seed), manners \(index), \(processes) processes"
                #expect(world.model.excess == 0, story)
                #expect(world.sent > 60, story)
                #expect(world.conflicts > 0, story)
            }
        }
    }

    @Test(
        "with another program on the same client id, at most one request of ours is refused in a window",
        arguments: seeds)
    func strangers(seed: UInt64) {
        for usage in [100, 0] {
            let manners = BudgetWorld.Manners(dates: 100, usage: usage, strangers: 6, parallel: 1, failures: 0)
            var world = BudgetWorld(seed: seed, manners)
            world.run(steps: 2000)
            #expect(world.refusals.values.allSatisfy { $0 <= 1 }, "seed \(seed), usage \(usage): \(world.refusals)")
        }
    }

    @Test("the naive model finds a machine that forgets", arguments: [1, 2, 3] as [UInt64])
    func theModelFindsFaults(seed: UInt64) {
        var world = BudgetWorld(seed: seed, BudgetWorld.Manners(dates: 0, usage: 0))
        var excess = 0
        for _ in 0..<20 where excess == 0 {
            world.run(steps: 200)
            world.forget()
            excess = world.model.excess
        }
        #expect(excess > 0, "seed \(seed)")
    }
}
