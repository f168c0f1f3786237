/// Those who wait for a sync; each is answered exactly once, by whoever took it.
struct SyncWaiters: Sendable {
    /// One caller, and what it waits for.
    struct Waiter: Sendable {
        var milestone: SyncMilestone
        fileprivate var answer: AsyncStream<SyncOutcome>.Continuation

        /// Whether a failure of `step` is what this one waits to hear.
        func isFailed(by step: SyncPlan.Step) -> Bool {
            guard milestone == .newest else { return step.isUrgent }
            return step.purpose == .newest && step.priority > .background
        }
    }

    private var waiting: [Int: Waiter] = [:]
    private var nextID = 0

    var count: Int { waiting.count }

    /// A new caller, and the stream that will bring its answer.
    mutating func add(_ milestone: SyncMilestone) -> (id: Int, outcomes: AsyncStream<SyncOutcome>) {
        let (outcomes, answer) = AsyncStream.makeStream(of: SyncOutcome.self, bufferingPolicy: .bufferingNewest(1))
        nextID += 1
        waiting[nextID] = Waiter(milestone: milestone, answer: answer)
        return (nextID, outcomes)
    }

    /// Forgets a caller that went away, or was answered.
    mutating func remove(_ id: Int) {
        waiting[id] = nil
    }

    /// Those who wait now and of whom `isChosen` is true.
    mutating func take(where isChosen: (Waiter) -> Bool = { _ in true }) -> [Waiter] {
        let chosen = waiting.filter { isChosen($0.value) }
        for id in chosen.keys { waiting[id] = nil }
        return Array(chosen.values)
    }
}

extension [SyncWaiters.Waiter] {
    /// Answers them all.
    func resolve(_ outcome: SyncOutcome) {
        for waiter in self {
            waiter.answer.yield(outcome)
            waiter.answer.finish()
        }
    }
}
