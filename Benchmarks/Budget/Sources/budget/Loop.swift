import Glibc
import Locking

/// Runs all that is asynchronous in this program, one job after the other, on the thread that drains it.
///
/// So it can tell when nobody has anything left to do and time may go on, however busy the machine is; and one seed is one history.
final class Loop: TaskExecutor {
    static let shared = Loop()

    private let jobs = Lock<[UnownedJob]>([])

    private init() {}

    /// Takes the place of Swift's thread pool, where the tasks would run that belong to everybody: writes of the ledger, token exchanges.
    ///
    /// The runtime asks this function of its own, if there is one, before its pool. It has no other name in Swift: custom global
    /// executors are still an experiment.
    static func takeOver() {
        guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "swift_task_enqueueGlobal_hook") else {
            fatalError("this Swift runtime has no hook in front of its thread pool")
        }
        symbol.assumingMemoryBound(to: Hook?.self).pointee = { job, _ in Loop.shared.enqueue(job) }
    }

    func enqueue(_ job: consuming ExecutorJob) { enqueue(UnownedJob(job)) }

    func enqueue(_ job: UnownedJob) { jobs.withLock { $0.append(job) } }

    /// Runs what is there, and what that brings, until nothing is left.
    func drain() {
        while true {
            let ready = jobs.withLock { jobs in
                defer { jobs = [] }
                return jobs
            }
            guard !ready.isEmpty else { return }
            for job in ready { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }
}

private typealias Pool = @convention(thin) (UnownedJob) -> Void
private typealias Hook = @convention(thin) (UnownedJob, Pool) -> Void
