import Glibc

/// A system call that failed: which one, and errno.
package struct SystemError: Error, Sendable, CustomStringConvertible {
    /// The call's name: `bind`, `epoll_ctl`.
    package let operation: String
    /// errno as it stood right after the call.
    package let code: Int32

    package init(_ operation: String, code: Int32 = errno) {
        self.operation = operation
        self.code = code
    }

    package var description: String { "\(operation): \(reason)" }

    /// The system's own words for the code, `Address already in use`.
    package var reason: String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }
}
