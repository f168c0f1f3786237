import Actors
import TestSupport
import Testing

@Suite("ActivityMirror")
struct ActivityMirrorTests {
    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func itStaysSortedAndTrueUnderAnyBatches(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var truth: [Int64: Activity] = [:]
        var mirror = ActivityMirror()
        for _ in 0..<40 {
            // Few starts and few ids, so that ties, moves and overwrites all happen.
            let page = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                Activity.sample(
                    Int64.random(in: 1...40, using: &random), at: Int64.random(in: 0...15, using: &random),
                    name: "\(Int.random(in: 0...2, using: &random))")
            }
            let upserts = mirror.differences(in: page)
            #expect(Set(upserts.map(\.id)).count == upserts.count)
            #expect(upserts.allSatisfy { truth[$0.id] != $0 }, "seed \(seed)")
            let deletions = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                Int64.random(in: 1...45, using: &random)
            }
            mirror.apply(upserts: upserts, deletions: deletions)
            for id in deletions { truth[id] = nil }
            for activity in upserts { truth[activity.id] = activity }
            #expect(Array(mirror.history) == truth.values.sorted(by: Activity.newestFirst), "seed \(seed)")
            for id in Int64(1)...45 { #expect(mirror.activity(id) == truth[id], "seed \(seed)") }
        }
    }

    @Test func whatIsMissingIsWhatStartedAfterTheBoundAndWasNotSeen() {
        let mirror = ActivityMirror([.sample(1, at: 10), .sample(2, at: 20), .sample(3, at: 20), .sample(4, at: 30)])
        #expect(mirror.missing(from: [4], startedAfter: UTCInstant(seconds: 10)) == [3, 2])
        #expect(mirror.missing(from: [4], startedAfter: UTCInstant(seconds: 20)) == [])
        func missing(_ seen: Set<Int64>, _ upper: Int64?, _ lower: Int64?) -> [Int64] {
            mirror.missing(
                from: seen, startedBefore: upper.map { UTCInstant(seconds: $0) },
                notBefore: lower.map { UTCInstant(seconds: $0) })
        }
        #expect(missing([4, 1], nil, nil) == [3, 2])
        #expect(missing([], 30, 20) == [3, 2])
        #expect(missing([], 20, nil) == [1])
        #expect(missing([], 10, nil) == [])
        #expect(missing([], nil, 31) == [])
    }

    @Test func ofOneIdThatComesTwiceTheLastCounts() {
        let mirror = ActivityMirror([.sample(1, at: 10)])
        let differences = mirror.differences(in: [.sample(1, at: 10, name: "a"), .sample(1, at: 10)])
        #expect(differences.isEmpty)
    }
}
