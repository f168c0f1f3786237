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
    ///   - sharesPort: lets another process that says the same listen there too.
    ///   - backlog: connections the kernel completes before they are accepted.
    /// - Throws: `SystemError` of `socket`, `bind` or `listen`; `EADDRINUSE` also when another process shares its port and this
    ///   one does not want to.
    package static func bind(
        _ address: SocketAddress, on loops: [EventLoop], sharesPort: Bool = false, backlog: Int32 = 1024
    ) throws(SystemError) -> [Listener] {
        if loops.count > 1 && address.port != 0 && !sharesPort {
            // SO_REUSEPORT would let a second process of ours take every other connection in silence. A socket without it
            // cannot be bound beside any other, so it finds out.
            _ = try open(address, sharesPort: false, backlog: backlog)
        }
        var address = address
        var listeners: [Listener] = []
        for loop in loops {
            let listener = try Listener(
                loop: loop, descriptor: open(address, sharesPort: sharesPort || loops.count > 1, backlog: backlog))
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
        // Accepted sockets inherit it. Without it the kernel takes megabytes for a peer that does not read.
        var unsent: Int32 = 128 << 10
        _ = setsockopt(descriptor.raw, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, &unsent, size)
        let raw = descriptor.raw
        guard address.withPointer({ Glibc.bind(raw, $0, $1) }) == 0 else { throw SystemError("bind") }
        guard listen(raw, backlog) == 0 else { throw SystemError("listen") }
        return descriptor
    }

    /// The next connection; nil once the listener was closed or interrupted, or the task cancelled.
    ///
    /// - Throws: `SystemError` when the process or the system is out of descriptors or memory, say: wait a little and ask again.
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
                guard await source.cancellable({ await source.untilReadable() }) == .ready else { return nil }
            case EBADF, EINVAL: return nil
            // EINTR, and what accept(2) passes on from a connection that broke before it was taken.
            case EINTR, ECONNABORTED, EPERM, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP,
                ENETUNREACH:
                continue
            // Out of descriptors or memory, and whatever else asking again at once would not cure.
            default: throw SystemError("accept", code: code)
            }
        }
    }

    /// Lets no new handshake begin here; those under way are finished, and what is complete can be accepted.
    ///
    /// For the time before `close` when another process listens on the same port. The first packet of a newcomer is dropped as if the
    /// network had lost it, and the client's kernel sends it again a second later, to who listens then. Without this, a connection
    /// that is completed between the last `accept` and `close` is reset.
    ///
    /// - Returns: false when the kernel does not let it.
    package func turnAwayNewcomers() -> Bool {
        let flagsOffset: UInt32 = 13
        let syn: UInt32 = 0x02
        // Classic BPF over the TCP header: drop what has SYN among its flags, and pass all else.
        var program = [
            sock_filter(code: UInt16(BPF_LD | BPF_B | BPF_ABS), jt: 0, jf: 0, k: flagsOffset),
            sock_filter(code: UInt16(BPF_JMP | BPF_JSET | BPF_K), jt: 0, jf: 1, k: syn),
            sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: 0),
            sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: .max),
        ]
        return program.withUnsafeMutableBufferPointer { instructions in
            var filter = sock_fprog(len: UInt16(instructions.count), filter: instructions.baseAddress)
            let size = socklen_t(MemoryLayout<sock_fprog>.size)
            return setsockopt(source.raw, SOL_SOCKET, SO_ATTACH_FILTER, &filter, size) == 0
        }
    }

    /// Ends the `accept` under way, or the next one that would wait, with nil.
    package func interrupt() { source.interrupt() }

    /// Stops listening, on the loop; what the kernel had completed and nobody accepted is reset.
    package func close() { source.close() }
}
