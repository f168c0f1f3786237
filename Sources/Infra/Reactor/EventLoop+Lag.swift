extension EventLoop {
    /// How long something that is to run on the loop waits for its turn now, in nanoseconds; nil when the loop has ended.
    ///
    /// Microseconds as long as nothing blocks the loop. Every connection of the loop waits as long before it is heard.
    package func lag() async -> UInt64? {
        let asked = MonotonicTime.now()
        return await withCheckedContinuation { answer in
            let isTaken = execute { answer.resume(returning: MonotonicTime.now().nanoseconds(since: asked)) }
            if !isTaken { answer.resume(returning: nil) }
        }
    }
}
