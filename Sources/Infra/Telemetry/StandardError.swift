import Glibc

/// File descriptor 2, without a buffer: the last line before a crash is the one that matters.
package enum StandardError {
    /// Writes a line with one call to the kernel, so that lines of several threads do not mix.
    ///
    /// Only a line longer than a pipe has room for takes more than one. A line that cannot be written is dropped: there is nobody
    /// to tell.
    package static func write(_ line: [UInt8]) {
        line.withUnsafeBytes { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Glibc.write(STDERR_FILENO, rest.baseAddress, rest.count)
                if count > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
                } else if count == 0 || errno != EINTR {
                    return
                }
            }
        }
    }

    /// Whether a person looks at standard error on a terminal and has not asked for plain text (no-color.org).
    package static var isColourTerminal: Bool {
        guard isatty(STDERR_FILENO) == 1 else { return false }
        if let wish = getenv("NO_COLOR"), wish.pointee != 0 { return false }
        guard let terminal = getenv("TERM") else { return false }
        return String(cString: terminal) != "dumb"
    }
}
