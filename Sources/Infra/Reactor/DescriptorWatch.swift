import Glibc

/// Waits for a descriptor that somebody else owns, such as the socket inside a C library's connection.
///
/// It watches a duplicate of the descriptor, which is the same open file under a number of its own: the owner may close its
/// number at any time without pulling it away under the loop, and this side never closes what is not its own. After the owner
/// has made another socket, make another watch.
///
/// Everything is called on the loop. Close it when done: an open watch is held by its loop.
package final class DescriptorWatch: Sendable {
    /// What the owner needs the descriptor for.
    package enum Direction: Sendable {
        case reading
        case writing
        case either
    }

    private let source: EventSource

    /// - Throws: `SystemError` when `descriptor` is none, or the process has none left.
    package init(_ descriptor: Int32, on loop: EventLoop) throws(SystemError) {
        // CLOEXEC, because a program that is started must not keep the connection open.
        let duplicate = try FileDescriptor("fcntl", fcntl(descriptor, F_DUPFD_CLOEXEC, 0))
        source = EventSource(loop: loop, descriptor: duplicate)
        try source.register()
    }

    /// Waits until the owner's next call may get further; what is ready already ends the wait at once.
    package func wait(for direction: Direction) async -> Wake {
        await source.untilReported(reading: direction != .writing, writing: direction != .reading)
    }

    /// When waits end with `.timedOut`; nil is never.
    package var deadline: MonotonicTime? {
        get { source.deadline }
        set { source.deadline = newValue }
    }

    /// Ends the wait under way with `.interrupted`; without one, nothing happens.
    package func interrupt() { source.interruptWait() }

    /// Ends the watch, and a wait under way with `.closed`.
    ///
    /// Later calls do nothing.
    package func close() { source.close() }
}
