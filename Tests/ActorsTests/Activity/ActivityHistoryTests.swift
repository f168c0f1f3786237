import TestSupport
import Testing

@testable import Actors

@Suite("ActivityHistory")
struct ActivityHistoryTests {
    private func expectSound(_ history: ActivityHistory, _ truth: [Activity], _ hint: String) {
        let sorted = truth.sorted(by: Activity.newestFirst)
        #expect(Array(history) == sorted, "\(hint)")
        #expect(history.count == sorted.count, "\(hint)")
        #expect(history.indices.allSatisfy { history[$0] == sorted[$0] }, "\(hint)")
        for chunk in history.chunks {
            #expect((1...ActivityHistory.Chunk.limit).contains(chunk.activities.count), "\(hint)")
            #expect(chunk.sums == MonthlySums(of: chunk.activities), "\(hint)")
        }
    }

    @Test(arguments: [0, 1, 511, 512, 513, 5000])
    func itIsBuiltSortedInChunks(count: Int) {
        let all = Activity.history(count)
        expectSound(ActivityHistory(all.shuffled()), all, "\(count)")
    }

    @Test func pagesOfAFirstWalkFillTheChunksUp() {
        let all = Activity.history(3000)
        var history = ActivityHistory([])
        for page in stride(from: 0, to: 3000, by: 200) { history.insert(Array(all[page..<page + 200])) }
        expectSound(history, all, "pages")
        #expect(history.chunks.count == 6)
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func itStaysSoundUnderAnyChanges(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var truth = Activity.history(Int.random(in: 0...2500, using: &random))
        var history = ActivityHistory(truth)
        var nextID: Int64 = 10_000
        for _ in 0..<25 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                // At random places, or many at one place, so that chunks split.
                let place = Int64.random(in: 1_740_000_000...1_796_000_000, using: &random)
                let isDense = Bool.random(using: &random)
                let added = (0..<Int.random(in: 0...700, using: &random)).map { number in
                    nextID += 1
                    let start =
                        isDense
                        ? place + Int64(number / 3) : Int64.random(in: 1_740_000_000...1_796_000_000, using: &random)
                    return Activity.sample(nextID, at: start)
                }
                history.insert(added.sorted(by: Activity.newestFirst))
                truth += added
            case 2:
                let gone = Set(truth.indices.filter { _ in Int.random(in: 0..<10, using: &random) == 0 })
                truth.sort(by: Activity.newestFirst)
                history.remove(at: Array(gone))
                truth = truth.enumerated().filter { !gone.contains($0.offset) }.map(\.element)
            default:
                truth.sort(by: Activity.newestFirst)
                var changes: [Int: Activity] = [:]
                for index in truth.indices where Int.random(in: 0..<20, using: &random) == 0 {
                    truth[index].distance += 1
                    changes[index] = truth[index]
                }
                history.overwrite(changes)
            }
            expectSound(history, truth, "seed \(seed)")
        }
    }

    @Test func placesAreFound() {
        let all = Activity.history(2000)
        let history = ActivityHistory(all)
        for index in [0, 1, 511, 512, 1999] {
            #expect(history.index(of: all[index].startDate, all[index].id) == index)
            #expect(history.index(startedBefore: all[index].startDate) == index + 1)
        }
        #expect(history.index(startedBefore: UTCInstant(seconds: 0)) == 2000)
        #expect(ActivityHistory([]).index(startedBefore: UTCInstant(seconds: 0)) == 0)
    }

    @Test func aSnapshotKeepsWhatItHad() {
        let all = Activity.history(1000)
        var history = ActivityHistory(all)
        let snapshot = history
        history.remove(at: [0, 999])
        history.insert([.sample(9999, at: 1_900_000_000)])
        #expect(Array(snapshot) == all)
        #expect(history.count == 999)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func statisticsFromItsSumsAreThoseOfTheActivities(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let types = ["Run", "Ride", "VirtualRun", "Swim"]
        let all = (1...1500).map { id in
            Activity.sample(
                id, at: Int64.random(in: 1_600_000_000...1_796_000_000, using: &random),
                type: types.randomElement(using: &random) ?? "",
                distance: Double(Int.random(in: 0...900, using: &random)) / 8)
        }
        let now = LocalDateTime(UTCInstant(seconds: 1_795_402_800), offset: 3600)
        // Eighths have no rounding, so that the order of the additions does not matter.
        #expect(Statistics(of: ActivityHistory(all), at: now) == Statistics(of: all, at: now))
    }
}
