import Glibc

/// A value that one thread at a time may touch.
///
/// Used like `Mutex` of the standard library, and better here in two ways. ThreadSanitizer sees it, because it knows
/// pthread's functions; behind a contended `Mutex` it reports races that are none. And a contended `Mutex` of Swift 6.3 hands
/// over through the kernel every time, which takes a hundred times as long.
///
/// `@unchecked`: the C object and the value are allocated once and never move, and the value is touched under the lock only.
package struct Lock<Value>: ~Copyable, @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let value = UnsafeMutablePointer<Value>.allocate(capacity: 1)

    package init(_ value: consuming sending Value) {
        pthread_mutex_init(mutex, nil)
        self.value.initialize(to: value)
    }

    deinit {
        value.deinitialize(count: 1).deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Calls `body` with the value while no other thread has it.
    ///
    /// What takes long, and what takes this lock again, belongs after it.
    package borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value.pointee)
    }
}
