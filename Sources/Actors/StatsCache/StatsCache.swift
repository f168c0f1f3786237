import Locking

/// The current snapshot and, beside it, what a renderer made of it: ready-made answers, each made once per change.
///
/// An answer is rendered when it is first asked for after a change and kept until the next one, or until the athlete's month
/// ends, when "this month" and "this year" mean something else. The renderer is handed in, so this actor knows neither JSON
/// nor compression. What is kept is bounded by `costLimit`, because lists have more possible answers than memory: the one made
/// longest ago goes first.
///
/// It renders on the global executor, whoever asks: an actor's queue is worked off where the first caller ran, to its end, and while
/// some ask for one large list after another it has none, so an event loop would see its sockets no more.
package actor StatsCache<Key: Hashable & Sendable, Answer: Sendable> {
    /// Makes an answer from a snapshot as seen at an instant, and says what it weighs in bytes.
    package typealias Renderer = @Sendable (Key, Snapshot, UTCInstant) -> (answer: Answer, cost: Int)

    private let clock: any WallClock
    private let render: Renderer
    private let costLimit: Int
    private nonisolated let snapshot = Lock(Snapshot())
    private nonisolated let shelf = Shelf<Key, Answer>()
    /// What is on the shelf, in the order it was made.
    private var kept: [(key: Key, cost: Int)] = []
    private var cost = 0
    private var answersExpireAt = UTCInstant(milliseconds: .min)

    package init(clock: any WallClock, costLimit: Int = 4 << 20, render: @escaping Renderer) {
        self.clock = clock
        self.costLimit = costLimit
        self.render = render
    }

    /// Replaces the snapshot.
    ///
    /// One that is older than the current one is ignored.
    package nonisolated func publish(_ newer: Snapshot) async {
        await withTaskExecutorPreference(globalConcurrentExecutor) { await replace(with: newer) }
    }

    /// Notes that the data are as they were, and when that was: answers that tell the time are made again when they are asked for.
    package nonisolated func confirm(at fetchedAt: UTCInstant) async {
        await withTaskExecutorPreference(globalConcurrentExecutor) { await move(to: fetchedAt) }
    }

    private func move(to fetchedAt: UTCInstant) {
        snapshot.withLock { $0.fetchedAt = fetchedAt }
        forgetAnswers()
    }

    private func replace(with newer: Snapshot) {
        let isNewer = snapshot.withLock { current in
            guard newer.version >= current.version else { return false }
            current = newer
            return true
        }
        if isNewer { forgetAnswers() }
    }

    /// The answer for `key` if it has been made since the data or the month last changed; from any thread, without waiting.
    package nonisolated func ready(_ key: Key) -> Answer? {
        shelf.answer(key, at: clock.now())
    }

    /// The answer for `key`, made now if the data or the month changed since it was last made.
    package nonisolated func answer(_ key: Key) async -> Answer {
        if let answer = ready(key) { return answer }
        return await withTaskExecutorPreference(globalConcurrentExecutor) { await make(key) }
    }

    private func make(_ key: Key) -> Answer {
        let now = clock.now()
        let snapshot = current
        if now >= answersExpireAt {
            answersExpireAt = snapshot.endOfLocalMonth(at: now)
            forgetRendered()
        }
        if let answer = shelf.answer(key, at: now) { return answer }
        let rendered = render(key, snapshot, now)
        guard rendered.cost <= costLimit else { return rendered.answer }
        makeRoom(for: rendered.cost)
        shelf.put(rendered.answer, for: key)
        kept.append((key, rendered.cost))
        cost += rendered.cost
        return rendered.answer
    }

    /// The data itself; from any thread, without waiting.
    package nonisolated var current: Snapshot { snapshot.withLock { $0 } }

    /// What the kept answers weigh together.
    var keptCost: Int { cost }

    /// Takes away the oldest answers, and no more of them than must go: whoever turns the pages of a long list should not cost everybody
    /// the answers of before.
    private func makeRoom(for newcomer: Int) {
        var count = 0
        while cost + newcomer > costLimit, count < kept.count {
            cost -= kept[count].cost
            count += 1
        }
        shelf.take(kept.prefix(count).map(\.key))
        kept.removeFirst(count)
    }

    private func forgetAnswers() {
        answersExpireAt = UTCInstant(milliseconds: .min)
        forgetRendered()
    }

    private func forgetRendered() {
        shelf.clear(expiry: answersExpireAt)
        kept.removeAll(keepingCapacity: true)
        cost = 0
    }
}
