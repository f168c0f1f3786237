import Glibc
import Reactor
import TestSupport
import Testing
import Threads

/// A socket that listens: whoever connects hears nothing, unless a test speaks for it.
final class SilentServer: Sendable {
    let host: String
    let port: Int
    private let descriptor: Int32

    /// - Parameters:
    ///   - last: the last number of its address, 127.0.0.x.
    ///   - port: nil for one that is free.
    init(last: UInt32 = 1, port: Int? = nil) throws {
        host = "127.0.0.\(last)"
        self.port = try port ?? FreePort.find()
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(self.port).bigEndian)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0000 + last).bigEndian
        let status = withUnsafeBytes(of: &address) { [descriptor] bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                bind(descriptor, $0.baseAddress, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0 && listen(descriptor, 8) == 0)
    }

    deinit { close(descriptor) }

    /// Returns when somebody has connected.
    func connected() async {
        await onThread { descriptor in
            var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            return Glibc.poll(&poll, 1, 60_000) == 1
        }
    }

    /// Lets the first client in without a password, and refuses what it asks.
    ///
    /// - Returns: whether the client then closed its socket.
    func refuseFirstStatement() async -> Bool {
        await onThread { descriptor in
            let client = accept(descriptor, nil, nil)
            defer { close(client) }
            var patience = timeval(tv_sec: 600, tv_usec: 0)
            setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
            var bytes = [UInt8](repeating: 0, count: 4096)
            let ready: [UInt8] = [0x5A, 0, 0, 0, 5, 0x49]
            // AuthenticationOk, ReadyForQuery; postgresql.org/docs/current/protocol-message-formats.html
            guard recv(client, &bytes, bytes.count, 0) > 0 else { return false }
            Self.say([0x52, 0, 0, 0, 8, 0, 0, 0, 0] + ready, to: client)
            guard recv(client, &bytes, bytes.count, 0) > 0 else { return false }
            let fields = Array("SERROR\0C42501\0Mno\0\0".utf8)
            Self.say([0x45, 0, 0, 0, UInt8(fields.count + 4)] + fields + ready, to: client)
            while true {
                let count = recv(client, &bytes, bytes.count, 0)
                // Its farewell may come before the end.
                if count <= 0 { return count == 0 }
            }
        }
    }

    /// Refuses the first client instead of letting it in.
    func turnAway(_ code: String, _ words: String, severity: String = "FATAL") async {
        await onThread { descriptor in
            let client = accept(descriptor, nil, nil)
            defer { close(client) }
            var bytes = [UInt8](repeating: 0, count: 4096)
            guard recv(client, &bytes, bytes.count, 0) > 0 else { return false }
            let place = "Fauth.c\0L329\0Rauth_failed\0"
            let fields = Array("S\(severity)\0VFATAL\0C\(code)\0M\(words)\0\(place)\0".utf8)
            Self.say([0x45, 0, 0, 0, UInt8(fields.count + 4)] + fields, to: client)
            // It closes first, so that nothing of what was said is lost by a reset.
            while recv(client, &bytes, bytes.count, 0) > 0 {}
            return true
        }
    }

    private static func say(_ bytes: [UInt8], to client: Int32) { _ = send(client, bytes, bytes.count, 0) }

    @discardableResult
    private func onThread(_ body: @escaping @Sendable (Int32) -> Bool) async -> Bool {
        await withCheckedContinuation { done in
            OSThread.start(name: "silent") { done.resume(returning: body(self.descriptor)) }
        }
    }
}
