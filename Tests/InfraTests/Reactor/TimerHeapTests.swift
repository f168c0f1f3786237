import Testing

@testable import Reactor

@Suite struct TimerHeapTests {
    private func time(_ nanoseconds: UInt64) -> MonotonicTime { MonotonicTime(nanoseconds: nanoseconds) }

    @Test func timersComeInTheOrderOfTheirTimesWhateverIsRemoved() {
        var heap = TimerHeap()
        var generator = SystemRandomNumberGenerator()
        let timers = (0..<500).map { _ in LoopTimer(time: time(0)) {} }
        for timer in timers { heap.insert(timer, at: time(.random(in: 0..<100, using: &generator))) }
        for timer in timers.prefix(100) { heap.remove(timer) }
        for timer in timers.suffix(100) { heap.insert(timer, at: time(.random(in: 0..<100, using: &generator))) }
        #expect(heap.count == 400)
        var popped: [MonotonicTime] = []
        while let timer = heap.popDue(at: time(100)) { popped.append(timer.time) }
        #expect(popped.count == 400)
        #expect(popped == popped.sorted())
        #expect(heap.isEmpty)
    }

    @Test func nothingIsDueBeforeItsTime() {
        var heap = TimerHeap()
        let timer = LoopTimer(time: time(0)) {}
        heap.insert(timer, at: time(10))
        #expect(heap.next == time(10))
        #expect(heap.popDue(at: time(9)) == nil)
        #expect(heap.popDue(at: time(10)) === timer)
        #expect(!timer.isScheduled)
        heap.remove(timer)
        #expect(heap.isEmpty)
    }

    @Test func timesDoNotOverflowAndRoundUp() {
        #expect(time(5) + .seconds(1) == time(1_000_000_005))
        #expect(time(5) + .seconds(-1) == time(5))
        #expect(time(5) + .seconds(Int64.max) == time(.max))
        #expect(time(2_000_001).milliseconds(since: time(0)) == 3)
        #expect(time(2_000_000).milliseconds(since: time(0)) == 2)
        #expect(time(0).milliseconds(since: time(1)) == 0)
        #expect(time(.max).milliseconds(since: time(0)) == .max)
    }
}
