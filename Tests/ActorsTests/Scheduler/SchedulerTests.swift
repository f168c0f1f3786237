import Locking
import ServiceLifecycleTestKit
import TestSupport
import Testing

@testable import Actors

private let hour = Duration.seconds(3600)

@Suite("Scheduler", .timeLimit(.minutes(15)))
struct SchedulerTests {
    private let clock = ManualClock()

    @Test func theFirstRefreshComesOneIntervalAfterTheLastSuccess() {
        let now = clock.now()
        func first(_ last: UTCInstant?) -> UTCInstant { Scheduler.firstRefresh(after: last, interval: hour, at: now) }
        #expect(first(nil) == now)
        #expect(first(now - .seconds(600)) == now + .seconds(3000))
        #expect(first(now - .seconds(3600)) == now)
        #expect(first(now - .seconds(1_000_000)) == now)
        // The clock went back since: not further ahead than one interval.
        #expect(first(now + .seconds(1_000_000)) == now + hour)
    }

    @Test func beatsThatWereSleptThroughAreNotMadeUpFor() {
        let due = clock.now()
        func next(_ late: Duration) -> UTCInstant { Scheduler.refresh(after: due, interval: hour, at: due + late) }
        #expect(next(.zero) == due + hour)
        #expect(next(.milliseconds(3_599_999)) == due + hour)
        #expect(next(hour) == due + hour * 2)
        #expect(next(hour * 48 + .seconds(1)) == due + hour * 49)
        // The clock went back during the refresh.
        #expect(next(.seconds(-86_400)) == due - .seconds(86_400) + hour)
    }

    @Test func aBeatJustAfterAnothersRefreshIsLeftOut() {
        let now = clock.now()
        func later(_ last: UTCInstant?) -> UTCInstant? { Scheduler.postponed(by: last, interval: hour, at: now) }
        #expect(later(nil) == nil)
        #expect(later(now) == now + hour)
        #expect(later(now - .seconds(3239)) == now + .seconds(361))
        #expect(later(now - .seconds(3240)) == nil)
        // The clock went back since.
        #expect(later(now + .seconds(1)) == nil)
    }

    @Test func theBeatsOfTwoReplicasDrawTogether() async {
        let start = clock.now()
        let looks = Lock<[UTCInstant]>([start - .seconds(600)])
        func scheduler() -> Scheduler {
            Scheduler(
                interval: hour, clock: clock, lastSuccess: { looks.withLock { $0.last } },
                refresh: { [clock] in looks.withLock { $0.append(clock.now()) } })
        }
        let (one, other) = (scheduler(), scheduler())
        await testGracefulShutdown { trigger in
            await withTaskGroup { group in
                group.addTask { await one.run() }
                await clock.untilSomeoneSleeps(until: start + .seconds(3000))
                looks.withLock { $0.append(start - .seconds(500)) }
                group.addTask { await other.run() }
                await clock.untilSomeoneSleeps(until: start + .seconds(3100))
                clock.advance(to: start + .seconds(3000))
                await clock.untilSomeoneSleeps(until: start + .seconds(6600))
                clock.advance(to: start + .seconds(3100))
                while clock.deadlines != [start + .seconds(6600), start + .seconds(6600)] { await Task.yield() }
                trigger.triggerGracefulShutdown()
            }
        }
        #expect(looks.withLock { Array($0.dropFirst(2)) } == [start + .seconds(3000)])
    }

    @Test func itBeatsUntilShutdown() async {
        let beats = Gate()
        let start = clock.now()
        let scheduler = Scheduler(
            interval: hour, clock: clock, lastSuccess: { start - .seconds(600) },
            refresh: {
                beats.open(); await beats.pass()
            })
        await testGracefulShutdown { trigger in
            await withTaskGroup { group in
                group.addTask { await scheduler.run() }
                await clock.untilSomeoneSleeps(until: start + .seconds(3000))
                #expect(await scheduler.nextRefreshAt == start + .seconds(3000))
                clock.advance(to: start + .seconds(3000))
                await beats.arrivals(1)
                await clock.untilSomeoneSleeps(until: start + .seconds(6600))
                // Two beats are slept through; one refresh follows.
                clock.advance(to: start + .seconds(6600 + 8000))
                await beats.arrivals(2)
                await clock.untilSomeoneSleeps(until: start + .seconds(6600 + 10_800))
                #expect(await scheduler.nextRefreshAt == start + .seconds(6600 + 10_800))
                trigger.triggerGracefulShutdown()
            }
        }
        #expect(await scheduler.nextRefreshAt == nil)
    }

    @Test func anIntervalOfZeroTurnsItOffAndItStillStopsGracefully() async {
        let beats = Lock(0)
        let scheduler = Scheduler(
            interval: .zero, clock: clock, lastSuccess: { nil }, refresh: { beats.withLock { $0 += 1 } })
        await testGracefulShutdown { trigger in
            await withTaskGroup { group in
                group.addTask { await scheduler.run() }
                trigger.triggerGracefulShutdown()
            }
        }
        #expect(beats.withLock { $0 } == 0)
        #expect(await scheduler.nextRefreshAt == nil)
    }
}
