import CLinux
import Glibc

/// A listening socket on a loop.
package final class Listener: Sendable {
    private let source: EventSource
    package let address: SocketAddress

    /// Binds one listener per loop to one address, so that the kernel spreads connections and no loop waits for another.
    ///
    /// - Parameters:
    ///   - address: port 0 lets the kernel choose one, the same for all.
    ///   - backlog: connections the kernel completes before they are accepted.
    /// - Throws: `SystemError` of `socket`, `bind` or `listen`; `EADDRINUSE` also when another process shares its port.
    package static func bind(
        _ address: SocketAddress, on loops: [EventLoop], backlog: Int32 = 1024
    ) throws(SystemError) -> [Listener] {
        if loops.count > 1 && address.port != 0 {
            // SO_REUSEPORT would let a second process of ours take every other connection in silence. A socket without it
            // cannot be bound beside any other, so it finds out.
            _ = try open(address, sharesPort: false, backlog: backlog)
        }
        var address = address
        var listeners: [Listener] = []
        for loop in loops {
            let listener = try Listener(
                loop: loop, descriptor: open(address, sharesPort: loops.count > 1, backlog: backlog))
            address = listener.address
            listeners.append(listener)
        }
        return listeners
    }

    private init(loop: EventLoop, descriptor: consuming FileDescriptor) throws(SystemError) {
        let raw = descriptor.raw
        let (address, result) = SocketAddress.filled { getsockname(raw, $0, $1) }
        guard result == 0 else { throw SystemError("getsockname") }
        self.address = address
        source = EventSource(loop: loop, descriptor: descriptor)
    }

    private static func open(
        _ address: SocketAddress, sharesPort: Bool, backlog: Int32
    ) throws(SystemError) -> FileDescriptor {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = try FileDescriptor("socket", socket(address.family, type, 0))
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        // Lets a restart bind while connections of the last run are in TIME_WAIT.
        _ = setsockopt(descriptor.raw, SOL_SOCKET, SO_REUSEADDR, &on, size)
        if sharesPort { _ = setsockopt(descriptor.raw, SOL_SOCKET, SO_REUSEPORT, &on, size) }
        let raw = descriptor.raw
        guard address.withPointer({ Glibc.bind(raw, $0, $1) }) == 0 else { throw SystemError("bind") }
        guard listen(raw, backlog) == 0 else { throw SystemError("listen") }
        return descriptor
    }

    /// The next connection; nil once the listener was closed or interrupted, or the task cancelled.
    ///
    /// - Throws: `SystemError` when the process or the system is out of descriptors or memory: wait a little and ask again.
    package func accept() async throws(SystemError) -> Socket? {
        try source.register()
        while true {
            let listening = source.raw
            let (peer, raw) = SocketAddress.filled {
                accept4(listening, $0, $1, Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue))
            }
            let code = errno
            if raw >= 0 { return try Socket(loop: source.loop, descriptor: FileDescriptor(owning: raw), peer: peer) }
            switch code {
            case EAGAIN:
                source.readiness.readExhausted()
                guard await source.untilReadable() == .ready else { return nil }
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: throw SystemError("accept", code: code)
            case EBADF, EINVAL: return nil
            // EINTR, and what accept(2) passes on from a connection that broke before it was taken.
            default: continue
            }
        }
    }

    /// Ends the `accept` under way, or the next one that would wait, with nil.
    package func interrupt() { source.interrupt() }

    /// Stops listening, on the loop; what the kernel had completed and nobody accepted is reset.
    package func close() { source.close() }
}
