import Glibc
import Locking

/// Runs the tasks of the simulation one after the other on the thread that asks for it, so that it can tell when none is left.
final class Loop: TaskExecutor {
    private let jobs = Lock<[UnownedJob]>([])
    /// How many it has run; the thread that drains it reads this.
    private let ran = Lock(0)

    var executed: Int { ran.withLock { $0 } }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    /// Runs what is there, and what that brings, until nothing is left.
    func drain() {
        while true {
            let ready = jobs.withLock { jobs in
                defer { jobs = [] }
                return jobs
            }
            guard !ready.isEmpty else { return }
            for job in ready { job.runSynchronously(on: asUnownedTaskExecutor()) }
            ran.withLock { $0 += ready.count }
        }
    }

    /// Runs until `condition` holds, which work outside the loop may bring about.
    ///
    /// Writes of the ledger and token exchanges are tasks of their own, and so run elsewhere.
    func drain(until condition: () -> Bool) {
        while true {
            drain()
            if condition() { return }
            sched_yield()
        }
    }
}
