import Locking

/// A door that tests open: whoever comes before waits, whoever comes after walks through.
package final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var arrivals = 0
        var watchers: [(count: Int, wake: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Lock(State())

    package init() {}

    /// Waits for the door.
    ///
    /// Cancellation does not open it.
    package func pass() async {
        await withCheckedContinuation { wake in
            let (isOpen, watchers) = state.withLock { state -> (Bool, [CheckedContinuation<Void, Never>]) in
                state.arrivals += 1
                if !state.isOpen { state.waiting.append(wake) }
                let ready = state.watchers.filter { $0.count <= state.arrivals }
                state.watchers.removeAll { $0.count <= state.arrivals }
                return (state.isOpen, ready.map(\.wake))
            }
            for watcher in watchers { watcher.resume() }
            if isOpen { wake.resume() }
        }
    }

    /// Lets everybody through, now and from now on.
    package func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in waiting { waiter.resume() }
    }

    /// Returns once `count` callers have come to the door, open or not.
    package func arrivals(_ count: Int) async {
        await withCheckedContinuation { wake in
            let isThere = state.withLock { state in
                if state.arrivals >= count { return true }
                state.watchers.append((count, wake))
                return false
            }
            if isThere { wake.resume() }
        }
    }
}
