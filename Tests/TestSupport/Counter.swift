import Locking

/// A number that tasks of a test count up together.
package final class Counter: Sendable {
    private let count = Lock(0)

    package init() {}

    package var value: Int { count.withLock { $0 } }

    package func increment() { count.withLock { $0 += 1 } }
}
