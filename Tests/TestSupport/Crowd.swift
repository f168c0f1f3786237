import Glibc
import Threads

/// Many clients that all do the same, as an attack does: a descriptor each, where a ``TestClient`` is a thread each.
///
/// An actor with a thread of its own, so that its calls may block; each wait is bounded, a guard against hanging only.
package actor Crowd {
    private nonisolated let executor = ThreadExecutor(name: "test-crowd")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private var sockets: [Int32] = []
    /// What each has heard so far, by its place in `sockets`.
    private var heard: [String] = []
    private var ended: Set<Int> = []

    /// Connects all of them to 127.0.0.1.
    ///
    /// - Parameter receiveBuffer: bounds what the kernel takes for one that does not read.
    package init(_ count: Int, port: Int, receiveBuffer: Int32? = nil) throws {
        // Should one fail, deinit closes those before it.
        for _ in 0..<count { sockets.append(try TestClient.connected(port: port, receiveBuffer: receiveBuffer)) }
        heard = Array(repeating: "", count: count)
    }

    /// Connects one more.
    package func join(port: Int) throws {
        sockets.append(try TestClient.connected(port: port))
        heard.append("")
    }

    deinit {
        for socket in sockets { close(socket) }
    }

    /// Sends to each that has heard nothing yet, as far as its kernel takes it at once.
    package func send(_ text: String) {
        let bytes = Array(text.utf8)
        for index in sockets.indices where heard[index].isEmpty && !ended.contains(index) {
            _ = Glibc.send(sockets[index], bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
    }

    /// What each has heard, once the server has ended them all.
    ///
    /// - Parameter meanwhile: sent again and again, a byte of a header say, to those who have heard nothing.
    package func untilEnded(sending meanwhile: String = "") throws -> [String] {
        for _ in 0..<6000 {
            listen()
            guard ended.count < sockets.count else { return heard }
            if !meanwhile.isEmpty { send(meanwhile) }
            usleep(10_000)
        }
        throw TestClient.Failure(description: "\(sockets.count - ended.count) of \(sockets.count) were not ended")
    }

    /// Returns once the server has reset them all; nothing is read meanwhile.
    package func untilReset() throws {
        var entries = sockets.map { pollfd(fd: $0, events: 0, revents: 0) }
        for _ in 0..<6000 {
            guard poll(&entries, nfds_t(entries.count), 0) < entries.count else { return }
            usleep(10_000)
        }
        let left = entries.count { $0.revents == 0 }
        throw TestClient.Failure(description: "\(left) of \(entries.count) were not reset")
    }

    /// Takes what has come; "reset" stands for the end of one that was reset.
    private func listen() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        for index in sockets.indices where !ended.contains(index) {
            let count = recv(sockets[index], &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count > 0 {
                heard[index] += String(decoding: buffer.prefix(count), as: UTF8.self)
            } else if count == 0 || errno != EAGAIN {
                if count < 0 { heard[index] += "reset" }
                ended.insert(index)
            }
        }
    }

    /// All go at once, each with a reset.
    package func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        for socket in sockets {
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }
        leave()
    }

    /// All go at once.
    package func leave() {
        for socket in sockets { close(socket) }
        sockets = []
    }
}
