import Glibc

/// A file descriptor with one owner.
///
/// It is closed exactly once: by `close()`, or by the end of its owner. A second close could hit another file that got the
/// number in between, so nobody else may hold the number longer than a call.
struct FileDescriptor: ~Copyable {
    private(set) var raw: Int32

    /// - Parameter raw: the number, just returned by a system call that makes one.
    init(owning raw: Int32) {
        self.raw = raw
    }

    /// - Throws: what the call named `operation` left in errno, when its result is no descriptor.
    init(_ operation: String, _ result: Int32) throws(SystemError) {
        guard result >= 0 else { throw SystemError(operation) }
        self.init(owning: result)
    }

    var isOpen: Bool { raw >= 0 }

    mutating func close() {
        guard raw >= 0 else { return }
        // Not repeated on EINTR: Linux has let go of the number by then.
        _ = Glibc.close(raw)
        raw = -1
    }

    deinit {
        if raw >= 0 { _ = Glibc.close(raw) }
    }
}
