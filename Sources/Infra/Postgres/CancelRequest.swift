import CPostgres
import Glibc
import Threads

/// A request to the server to end the statement that a connection runs.
///
/// libpq sends it over a second connection, blocking and without encryption; it carries a number that is good for nothing else,
/// and works on the connection it was made for only. (libpq 17 can do it without blocking; Debian 12 has libpq 15.)
///
/// `@unchecked`: libpq documents that what `PQgetCancel` made may be used by a thread of its own, and only that one does.
final class CancelRequest: @unchecked Sendable {
    private let ticket: OpaquePointer

    /// - Parameter connection: libpq's connection.
    /// - Returns: nil when it is not connected.
    init?(_ connection: OpaquePointer) {
        guard let ticket = PQgetCancel(connection) else { return nil }
        self.ticket = ticket
    }

    deinit { PQfreeCancel(ticket) }

    /// Sends it on a thread of its own, and tells when the server has taken it, or nobody answered.
    func send(_ ended: @escaping @Sendable () -> Void) {
        OSThread.start(name: "pg-cancel") {
            // libpq writes without MSG_NOSIGNAL here, and a server that is gone must not end the process. Blocked on this thread,
            // the signal stays pending and goes with it.
            var signals = sigset_t()
            sigemptyset(&signals)
            sigaddset(&signals, SIGPIPE)
            pthread_sigmask(SIG_BLOCK, &signals, nil)
            var words = [CChar](repeating: 0, count: 256)
            // Whether it worked is seen by the statement's end.
            PQcancel(self.ticket, &words, Int32(words.count))
            ended()
        }
    }
}
