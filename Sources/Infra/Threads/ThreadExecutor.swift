import Glibc

/// A serial executor with a thread of its own: an actor that runs on it may call what blocks.
///
/// The thread lives as long as the executor and ends when the last reference goes. Keep the executor in the actor that runs on
/// it: `UnownedSerialExecutor` does not.
package final class ThreadExecutor: SerialExecutor {
    private let inbox = Inbox()

    /// - Parameter name: the thread's name, at most 15 bytes of it.
    package init(name: String) {
        let inbox = inbox
        OSThread.start(name: name) {
            while let batch = inbox.wait() {
                for (job, executor) in batch { job.runSynchronously(on: executor) }
            }
        }
    }

    deinit {
        inbox.close()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        inbox.push(UnownedJob(job), asUnownedSerialExecutor())
    }
}

/// The jobs that wait for the thread.
///
/// A condition variable, because the thread has nothing else to wait for.
///
/// `@unchecked`: the two C objects are allocated once and never move; `jobs` and `isClosed` are touched under the mutex only.
private final class Inbox: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let arrived = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [(UnownedJob, UnownedSerialExecutor)] = []
    private var isClosed = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(arrived, nil)
    }

    deinit {
        pthread_cond_destroy(arrived)
        pthread_mutex_destroy(mutex)
        arrived.deallocate()
        mutex.deallocate()
    }

    func push(_ job: UnownedJob, _ executor: UnownedSerialExecutor) {
        pthread_mutex_lock(mutex)
        jobs.append((job, executor))
        pthread_mutex_unlock(mutex)
        pthread_cond_signal(arrived)
    }

    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_mutex_unlock(mutex)
        pthread_cond_signal(arrived)
    }

    /// Everything that waits, in order; nil once the inbox is closed and empty.
    func wait() -> [(UnownedJob, UnownedSerialExecutor)]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while jobs.isEmpty && !isClosed { pthread_cond_wait(arrived, mutex) }
        guard !jobs.isEmpty else { return nil }
        defer { jobs.removeAll(keepingCapacity: true) }
        return jobs
    }
}
