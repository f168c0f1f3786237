import CLinux
import Glibc

/// A thread of the operating system's own, for work that may block or that must stay on one thread.
///
/// Swift's cooperative pool has one thread per core, and one blocked thread there can stop everything; so whatever waits in
/// the kernel (epoll, libcurl's poll, SQLite's fsync) gets a thread from here.
package enum OSThread {
    /// Starts `body` on a new thread.
    ///
    /// The thread ends when `body` returns; the owner must see to it that it does.
    ///
    /// - Parameters:
    /// - name: shown by `top -H` and debuggers; the kernel keeps 15 bytes.
    /// - body: what the thread does.
    package static func start(name: String, _ body: @escaping @Sendable () -> Void) {
        let context = Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, enter, context.toOpaque())
        // Without its threads the process cannot serve at all, and pthread_create fails only at a limit of the system.
        precondition(status == 0, "pthread_create failed with \(status): the limit of threads or memory is reached")
        pthread_detach(thread)
    }

    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private static let enter: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { pointer in
        guard let pointer else { return nil }
        // Balances passRetained in start: the thread is the only one that takes it.
        let start = Unmanaged<Start>.fromOpaque(pointer).takeRetainedValue()
        pthread_setname_np(pthread_self(), String(start.name.prefix(15)))
        start.body()
        return nil
    }
}
