import Testing

@testable import Actors

@Suite("Broadcaster", .timeLimit(.minutes(15)))
struct BroadcasterTests {
    private func collect(_ stream: AsyncStream<Int>) async -> [Int] {
        var all: [Int] = []
        for await event in stream { all.append(event) }
        return all
    }

    @Test func aSlowSubscriberLosesItsOldestAndOthersLoseNothing() async {
        let hub = Broadcaster<Int>()
        let slow = await hub.subscribe(buffer: 3)
        let roomy = await hub.subscribe(buffer: 100)
        for event in 1...10 { await hub.publish(event) }
        await hub.finish()
        #expect(await collect(slow) == [8, 9, 10])
        #expect(await collect(roomy) == Array(1...10))
    }

    @Test func aSubscriberHearsWhatIsPublishedFromThenOn() async {
        let hub = Broadcaster<Int>()
        await hub.publish(1)
        let stream = await hub.subscribe(buffer: 8)
        await hub.publish(2)
        await hub.finish()
        await hub.publish(3)
        #expect(await collect(stream) == [2])
    }

    @Test func afterTheEndEveryStreamEndsAtOnce() async {
        let hub = Broadcaster<Int>()
        await hub.finish()
        #expect(await collect(await hub.subscribe(buffer: 8)) == [])
    }

    @Test func aDroppedSubscriberIsForgottenAtTheNextEvent() async {
        let hub = Broadcaster<Int>()
        let stays = await hub.subscribe(buffer: 8)
        do { _ = await hub.subscribe(buffer: 8) }
        #expect(await hub.subscriberCount == 2)
        await hub.publish(1)
        #expect(await hub.subscriberCount == 1)
        await hub.finish()
        #expect(await collect(stays) == [1])
    }
}
