import TestSupport
import Testing

@testable import Actors

/// A list that somebody keeps changing while it is read, played at random and compared with what is known of it.
@Suite("SyncPlan, a list that moves while it is read")
struct MovingListTests {
    /// One game: the changes, and who was touched by them.
    private struct Game {
        var random: SeededGenerator
        var nextID: Int64 = 100_000
        var away: [Activity] = []
        /// Who was away for some time, or is withheld: of them nothing can be asked.
        var absent: Set<Int64> = []
        /// Whose row may be older than the last change: moved or edited after it was met.
        var changed: Set<Int64> = []

        mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

        /// A start anywhere in the list, or a little beyond it.
        mutating func start(_ list: StravaList) -> UTCInstant {
            let (newest, oldest) = (list.activities.first?.startDate.seconds, list.activities.last?.startDate.seconds)
            let range = (oldest ?? 1_700_000_000) - 90_000...(newest ?? 1_700_000_000) + 90_000
            return UTCInstant(seconds: Int64.random(in: range, using: &random))
        }

        mutating func change(_ list: inout StravaList) {
            guard let one = list.activities.randomElement(using: &random) else { return }
            switch number(0...7) {
            case 0:
                nextID += 1
                absent.insert(nextID)
                list.insert(.sample(nextID, at: start(list).seconds))
            case 1, 2:
                absent.insert(one.id)
                list.remove(one.id)
                if number(0...1) == 0 { away.append(one) }
            case 3:
                if let back = away.popLast() { list.insert(back) }
            case 4:
                changed.insert(one.id)
                if list.hidingStarts.remove(one.id) == nil { list.hidingStarts.insert(one.id) }
            default:
                changed.insert(one.id)
                list.move(one.id, to: start(list))
            }
        }
    }

    /// Some activities a day, some days without, and now and then two at the same time.
    private func history(_ count: Int, _ random: inout SeededGenerator) -> [Activity] {
        var start = Int64(1_795_305_600)
        return (1...count).map { id in
            start -= Int.random(in: 0...20, using: &random) == 0 ? 0 : Int64.random(in: 1...60_000, using: &random)
            return .sample(Int64(id), at: start)
        }
    }

    private func list(_ game: inout Game) -> StravaList {
        var list = StravaList(history(game.number(1...900), &game.random))
        list.hidesByLocalDay = game.number(0...1) == 0
        let share = [0, 0, 5, 100][game.number(0...3)]
        for activity in list.activities where game.number(1...100) <= share { list.hidingStarts.insert(activity.id) }
        return list
    }

    @Test(arguments: 1...400 as ClosedRange<UInt64>)
    func nothingThatIsThereAllTheTimeIsDeletedAndNothingIsPassedOver(seed: UInt64) throws {
        var game = Game(random: SeededGenerator(seed: seed))
        let list = list(&game)
        // Some are not stored yet: late uploads, or all when it is a first sync.
        let unknown = Set(list.activities.map(\.id).filter { _ in game.number(1...10) == 1 })
        let isFirst = game.number(0...4) == 0
        var walker =
            isFirst
            ? Walker(list)
            : Walker(
                list, stored: list.told.filter { !unknown.contains($0.id) },
                state: SyncState(athleteID: 7, isComplete: true, lastSuccessAt: UTCInstant(seconds: 0)))
        let stored = walker.mirror
        try walker.sync(isFirst ? .newest : .full) { walker in
            for _ in 0..<game.number(0...3) { game.change(&walker.list) }
            if game.number(0...5) == 0 { walker.plan.request(.newest, .interactive) }
        }
        let ids = walker.mirror.history.map(\.id)
        #expect(Set(ids).count == ids.count, "seed \(seed)")
        for activity in walker.list.told where !game.absent.contains(activity.id) {
            if !game.changed.contains(activity.id) {
                #expect(walker.mirror.activity(activity.id) == activity, "seed \(seed), id \(activity.id)")
            } else if stored.contains(activity.id) {
                #expect(walker.mirror.contains(activity.id), "seed \(seed), moved id \(activity.id)")
            }
        }
        #expect(walker.stored.state.isComplete, "seed \(seed)")
        let pages = walker.list.activities.count / 150 + 8
        #expect(walker.queries.count <= pages * 3, "seed \(seed)")
        // Left alone, one further reading makes the mirror the truth.
        try walker.sync(.full)
        if walker.held.isEmpty { #expect(walker.isTrue, "seed \(seed)") }
    }

    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func whatIsMovedUpInEachOfTwoReadingsIsStillNotDeleted(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let all = history(600, &random)
        var walker = Walker.synced(all)
        let restless = all[Int.random(in: 400...599, using: &random)].id
        for _ in 0..<2 {
            let page = walker.queries.count + Int.random(in: 1...2, using: &random)
            try walker.sync(.full) { walker in
                guard walker.queries.count == page, walker.lookups.isEmpty else { return }
                walker.list.move(restless, to: all[Int.random(in: 0..<190, using: &random)].startDate + .seconds(7))
            }
            #expect(walker.mirror.contains(restless), "seed \(seed)")
            walker.lookups = []
            walker.list.move(restless, to: all[590].startDate + .seconds(7))
            try walker.sync(.full)
        }
        #expect(walker.batches.allSatisfy(\.deletions.isEmpty) == true)
    }

    @Test(arguments: [SyncScope.full, .fullAcceptingDeletions], 1...200 as ClosedRange<UInt64>)
    func restartsAndOtherProcessesAnywhereInARereadingLoseNothingThatIsThere(_ scope: SyncScope, seed: UInt64) throws {
        var game = Game(random: SeededGenerator(seed: seed))
        let list = list(&game)
        // A tenth is gone, which needs a person's word, or one.
        let isMany = game.number(0...1) == 0
        let gone = Set(list.activities.map(\.id).filter { isMany ? $0.isMultiple(of: 10) : $0 == 7 })
        var walker = Walker.synced(list.told)
        walker.list = list
        for id in gone { walker.list.remove(id) }
        walker.plan.request(scope, .interactive)
        var isOn = true
        while isOn {
            #expect(walker.queries.count + walker.lookups.count < 200, "seed \(seed)")
            switch game.number(0...6) {
            case 0 where walker.stored.state.rereading != nil: walker.crash()
            case 1:
                // Fetched, and never stored.
                _ = walker.next()
                walker.plan.failed()
            case 2:
                var stored = walker.stored.state
                stored.newestAt = walker.now
                walker.plan.adopt(stored)
            default: isOn = try walker.step() && walker.queries.count + walker.lookups.count < 200
            }
        }
        let lost = walker.list.told.map(\.id).filter { !walker.mirror.contains($0) }
        #expect(lost == [], "seed \(seed)")
        // And the word is taken.
        if scope == .fullAcceptingDeletions { #expect(walker.isTrue, "seed \(seed)") }
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func shortPagesAndHiddenStartsTogetherLoseNothing(seed: UInt64) throws {
        var game = Game(random: SeededGenerator(seed: seed))
        var list = list(&game)
        list.withheld = Set(list.activities.map(\.id).filter { _ in game.number(1...12) == 1 })
        var walker = Walker(list)
        try walker.sync()
        #expect(walker.isTrue, "seed \(seed)")
        try walker.sync(.full)
        #expect(walker.isTrue, "seed \(seed)")
        #expect(walker.batches.allSatisfy(\.deletions.isEmpty) == true, "seed \(seed)")
    }
}
