/// Something a loop does at a time; it stands in at most one heap.
///
/// Not sendable: it belongs to the loop's thread.
package final class LoopTimer {
    fileprivate(set) var time: MonotonicTime
    /// Where it stands in the heap; -1 when it does not.
    fileprivate var index = -1
    let fire: () -> Void

    init(time: MonotonicTime, fire: @escaping () -> Void) {
        self.time = time
        self.fire = fire
    }

    var isScheduled: Bool { index >= 0 }
}

/// The timers of one loop, earliest first.
///
/// A binary heap whose members know their place, so that a cancelled timer leaves at once instead of staying until it is due:
/// connections come and go much faster than their thirty-second deadlines.
///
/// Invariants: no member is later than its children; `timers[i].index == i` for each i.
struct TimerHeap {
    private var timers: [LoopTimer] = []

    var isEmpty: Bool { timers.isEmpty }
    var count: Int { timers.count }

    /// When the earliest is due.
    var next: MonotonicTime? { timers.first?.time }

    mutating func insert(_ timer: LoopTimer, at time: MonotonicTime) {
        remove(timer)
        timer.time = time
        timer.index = timers.count
        timers.append(timer)
        moveUp(timer.index)
    }

    /// Takes the timer out; nothing happens when it is not there.
    mutating func remove(_ timer: LoopTimer) {
        let index = timer.index
        guard index >= 0 else { return }
        timer.index = -1
        let last = timers.removeLast()
        guard last !== timer else { return }
        timers[index] = last
        last.index = index
        moveUp(index)
        moveDown(last.index)
    }

    /// Takes out the earliest timer that is due at `now`; nil when none is.
    mutating func popDue(at now: MonotonicTime) -> LoopTimer? {
        guard let first = timers.first, first.time <= now else { return nil }
        remove(first)
        return first
    }

    private mutating func moveUp(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard timers[index].time < timers[parent].time else { return }
            swap(index, parent)
            index = parent
        }
    }

    private mutating func moveDown(_ start: Int) {
        var index = start
        while true {
            var earliest = index
            for child in [2 * index + 1, 2 * index + 2] where child < timers.count {
                if timers[child].time < timers[earliest].time { earliest = child }
            }
            guard earliest != index else { return }
            swap(index, earliest)
            index = earliest
        }
    }

    private mutating func swap(_ left: Int, _ right: Int) {
        timers.swapAt(left, right)
        timers[left].index = left
        timers[right].index = right
    }
}
