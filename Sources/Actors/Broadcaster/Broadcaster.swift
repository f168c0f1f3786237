/// Hands every event to every subscriber, each with a bounded buffer of its own, so that a slow one delays nobody.
package actor Broadcaster<Event: Sendable> {
    private var subscribers: [Int: AsyncStream<Event>.Continuation] = [:]
    private var nextID = 0
    private var isFinished = false

    package init() {}

    /// Sends `event` to all.
    ///
    /// A subscriber whose buffer is full loses its oldest event, never its newest.
    package func publish(_ event: Event) {
        for (id, subscriber) in subscribers {
            if case .terminated = subscriber.yield(event) { subscribers[id] = nil }
        }
    }

    /// Everything published from now on, the last `buffer` events of it while nobody reads.
    ///
    /// The stream ends with ``finish()``; dropping it unsubscribes at the next event.
    package func subscribe(buffer: Int) -> AsyncStream<Event> {
        let (stream, subscriber) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(buffer))
        guard !isFinished else {
            subscriber.finish()
            return stream
        }
        nextID += 1
        subscribers[nextID] = subscriber
        return stream
    }

    /// How many are subscribed, those included whose streams were dropped since the last event.
    var subscriberCount: Int { subscribers.count }

    /// Ends every stream, those to come included.
    package func finish() {
        isFinished = true
        for subscriber in subscribers.values { subscriber.finish() }
        subscribers = [:]
    }
}
