import CLinux
import Glibc

/// A connected, non-blocking stream socket on a loop.
///
/// Try the call first and wait only when it says so: `read` or `write`, then `untilReadable` or `untilWritable`. Everything is
/// called on the loop. Close it when done: an open socket is held by its loop.
package final class Socket: Sendable {
    private let source: EventSource
    package let peer: SocketAddress

    /// Takes over a connected, non-blocking descriptor, on the loop.
    init(loop: EventLoop, descriptor: consuming FileDescriptor, peer: SocketAddress) throws(SystemError) {
        source = EventSource(loop: loop, descriptor: descriptor)
        self.peer = peer
        try source.register()
        setOption(level: Int32(IPPROTO_TCP), name: TCP_NODELAY, value: 1)
    }

    package var loop: EventLoop { source.loop }

    // MARK: Reading and writing

    /// Reads what has come, into `buffer` from `offset` to its end.
    ///
    /// - Returns: how many bytes; 0 at the end of the stream, nil when nothing has come yet.
    /// - Throws: `SystemError` when the connection is broken.
    package func read(into buffer: inout [UInt8], at offset: Int) throws(SystemError) -> Int? {
        let room = buffer.count - offset
        precondition(room > 0, "a read without room looks like the end of the stream")
        while true {
            let count = buffer.withUnsafeMutableBytes { bytes in
                recv(source.raw, bytes.baseAddress.map { $0 + offset }, room, 0)
            }
            if count < 0 {
                guard errno != EINTR else { continue }
                guard errno == EAGAIN else { throw SystemError("recv") }
                source.readiness.readExhausted()
                return nil
            }
            // epoll(7): a short read of a stream has emptied it, so asking once more just to hear EAGAIN is not needed.
            if count < room && count > 0 { source.readiness.readExhausted() }
            return count
        }
    }

    /// Writes as much of `bytes` from `offset` as the kernel takes.
    ///
    /// - Returns: how many bytes; nil when it takes none now.
    /// - Throws: `SystemError` when the connection is broken.
    package func write(_ bytes: [UInt8], from offset: Int) throws(SystemError) -> Int? {
        let size = bytes.count - offset
        return try writing(size) {
            bytes.withUnsafeBytes { buffer in
                // MSG_NOSIGNAL: a peer that left must be an error here, not a signal to the process.
                send(source.raw, buffer.baseAddress.map { $0 + offset }, size, Int32(MSG_NOSIGNAL))
            }
        }
    }

    /// Writes `head` from `headOffset` and then `body` from `bodyOffset`, as one call and without joining them.
    ///
    /// - Returns: how many bytes in all; nil when the kernel takes none now.
    /// - Throws: `SystemError` when the connection is broken.
    package func write(
        _ head: [UInt8], from headOffset: Int, then body: [UInt8], from bodyOffset: Int
    ) throws(SystemError) -> Int? {
        try writing(head.count - headOffset + body.count - bodyOffset) {
            head.withUnsafeBytes { head in
                body.withUnsafeBytes { body in
                    // sendmsg does not write through the pointers; iovec is just declared without const.
                    var parts = (
                        iovec(
                            iov_base: UnsafeMutableRawPointer(mutating: head.baseAddress.map { $0 + headOffset }),
                            iov_len: head.count - headOffset),
                        iovec(
                            iov_base: UnsafeMutableRawPointer(mutating: body.baseAddress.map { $0 + bodyOffset }),
                            iov_len: body.count - bodyOffset)
                    )
                    return withUnsafeMutablePointer(to: &parts) { pointer in
                        pointer.withMemoryRebound(to: iovec.self, capacity: 2) { parts in
                            var message = msghdr()
                            message.msg_iov = parts
                            message.msg_iovlen = 2
                            return sendmsg(source.raw, &message, Int32(MSG_NOSIGNAL))
                        }
                    }
                }
            }
        }
    }

    private func writing(_ size: Int, _ call: () -> Int) throws(SystemError) -> Int? {
        while true {
            let count = call()
            if count < 0 {
                guard errno != EINTR else { continue }
                guard errno == EAGAIN else { throw SystemError("send") }
                source.readiness.writeExhausted()
                return nil
            }
            if count < size { source.readiness.writeExhausted() }
            return count
        }
    }

    // MARK: Waiting

    /// Waits until a read may bring something: bytes, the end, or an error.
    package func untilReadable() async -> Wake { await source.untilReadable() }

    /// Waits like `untilReadable`, without a task: `observer` is told once what ended the wait.
    ///
    /// - Returns: what would end it at once, and then `observer` is told nothing; nil when the wait has begun.
    package func whenReadable(tell observer: any SocketObserver) -> Wake? { source.whenReadable(tell: observer) }

    /// Waits until a write may be taken.
    package func untilWritable() async -> Wake { await source.untilWritable() }

    /// Runs `body`; when the task is cancelled before it returns, every wait under way or to come ends with `.cancelled`.
    ///
    /// The waits themselves do not look at cancellation: put this once around all that one task does with the socket.
    package func cancellable<Value, Failure: Error>(
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        try await source.cancellable(body)
    }

    /// When both waits end with `.timedOut`; nil is never.
    ///
    /// Moving it later costs nothing, so set it for every request.
    package var deadline: MonotonicTime? {
        get { source.deadline }
        set { source.deadline = newValue }
    }

    /// Ends the wait for readability under way, or the next one, with `.interrupted`.
    package func interrupt() { source.interrupt() }

    /// How much of what was written the peer has not acknowledged; -1 when there is no telling (tcp(7), SIOCOUTQ).
    package var unacknowledgedBytes: Int { Int(unacknowledged_bytes(source.raw)) }

    // MARK: Ending

    /// Sends the end of the stream; reading goes on.
    package func shutdownWriting() {
        _ = Glibc.shutdown(source.raw, Int32(SHUT_WR))
    }

    /// Closes the socket.
    ///
    /// Later calls do nothing.
    package func close() { source.close() }

    /// Closes the socket so that the peer sees a reset instead of an end.
    package func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = setsockopt(source.raw, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// Bounds the kernel's send buffer, so that a peer which does not read is felt early.
    package func setSendBuffer(bytes: Int) {
        setOption(level: SOL_SOCKET, name: SO_SNDBUF, value: Int32(clamping: bytes))
    }

    private func setOption(level: Int32, name: Int32, value: Int32) {
        var value = value
        _ = setsockopt(source.raw, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
