import Threads

/// A serial executor whose jobs run on a loop's thread: an actor that runs on it may use the loop's sockets and timers, whoever
/// calls it.
///
/// A default actor needs none, when its callers prefer the loop. Keep the executor in the actor that runs on it:
/// `UnownedSerialExecutor` does not.
package final class LoopExecutor: SerialExecutor {
    package let loop: EventLoop

    package init(_ loop: EventLoop) {
        self.loop = loop
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isTaken = loop.execute { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
        guard !isTaken else { return }
        // The loop has ended, and a job that nobody runs is a task that nobody can await. Its owner has closed what the actor
        // held before it ended the loop, so all that such a late caller can do is to learn so.
        OSThread.start(name: "loop-end") { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
