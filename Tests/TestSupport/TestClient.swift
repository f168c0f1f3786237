import CLinux
import Glibc
import Synchronization
import Threads

/// A client of bytes: it connects, sends what it is told and shows what came, well-formed or not.
///
/// An actor with a thread of its own, so that its calls may block. Each wait is bounded, by a minute, a guard against hanging
/// and nothing that a passing test waits for.
package actor TestClient {
    /// A system call failed, or nothing came in time.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// How a connection ended.
    package enum Ending: Sendable { case end, reset }

    private nonisolated let executor = ThreadExecutor(name: "test-client")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private let socket: Int32
    private var received: [UInt8] = []
    private var isEnded = false

    /// Connects to 127.0.0.1, or to ::1.
    ///
    /// - Parameters:
    ///   - receiveBuffer: bounds the kernel's buffer for what comes, to be a peer that does not read.
    ///   - source: the loopback address to come from, to be somebody else.
    package init(
        port: Int, ipv6: Bool = false, receiveBuffer: Int32? = nil, from source: String? = nil
    ) throws {
        socket = try Self.connected(port: port, ipv6: ipv6, receiveBuffer: receiveBuffer, from: source)
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// A new descriptor, connected to this machine; the caller closes it.
    static func connected(
        port: Int, ipv6: Bool = false, receiveBuffer: Int32? = nil, from source: String? = nil
    ) throws -> Int32 {
        let socket = Glibc.socket(ipv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if var size = receiveBuffer { setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, 4) }
        if let source { bind(socket, to: source) }
        guard connect(socket, port: port, ipv6: ipv6) == 0 else {
            let code = errno
            close(socket)
            throw Failure(description: "connect: errno \(code)")
        }
        return socket
    }

    deinit {
        close(socket)
    }

    private static func bind(_ socket: Int32, to source: String) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, source, &address.sin_addr)
        _ = withUnsafeBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { Glibc.bind(socket, $0.baseAddress, 16) }
        }
    }

    private static func connect(_ socket: Int32, port: Int, ipv6: Bool) -> Int32 {
        let port = UInt16(truncatingIfNeeded: port).bigEndian
        if ipv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port
            address.sin6_addr = in6addr_loopback
            return withUnsafeBytes(of: &address) { bytes in
                bytes.withMemoryRebound(to: sockaddr.self) { connect(socket, $0) }
            }
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return withUnsafeBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { connect(socket, $0) }
        }
    }

    private static func connect(_ socket: Int32, _ address: UnsafeBufferPointer<sockaddr>) -> Int32 {
        // The buffer is the whole address, which is longer than a sockaddr for IPv6: 28 bytes hold either.
        let isIPv6 = address.first?.sa_family == sa_family_t(AF_INET6)
        return Glibc.connect(socket, address.baseAddress, socklen_t(isIPv6 ? 28 : 16))
    }

    // MARK: Sending

    /// Sends everything; it waits while the peer does not read.
    package func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    /// Sends everything; it waits while the peer does not read.
    package func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(description: "send: errno \(errno)") }
            sent += count
        }
    }

    /// Ends the sending side.
    package func finish() {
        shutdown(socket, Int32(SHUT_WR))
    }

    /// Ends the connection with a reset.
    package func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        // AF_UNSPEC takes the connection down at once and leaves the number to deinit.
        var nobody = sockaddr()
        nobody.sa_family = sa_family_t(AF_UNSPEC)
        Glibc.connect(socket, &nobody, 16)
    }

    // MARK: Receiving

    /// One response: head and body, by its Content-Length.
    ///
    /// - Parameter hasBody: false for the answer to HEAD, whose length announces what does not come.
    package func response(hasBody: Bool = true) throws -> TestResponse {
        while true {
            if let (response, length) = TestResponse.parse(received, hasBody: hasBody) {
                received.removeFirst(length)
                return response
            }
            guard try receiveMore() != nil else {
                throw Failure(description: "ended inside a response: \(String(decoding: received, as: UTF8.self))")
            }
        }
    }

    /// Everything until the connection ends, as text.
    package func receiveAll() throws -> String {
        while try receiveMore() != nil {}
        defer { received = [] }
        return String(decoding: received, as: UTF8.self)
    }

    /// Reads as over a bad line: a little of the answer, then nothing for four tenths of a second, so many times; what came is kept.
    package func readSlowly(times: Int) throws {
        for _ in 0..<times {
            try receiveMore(atMost: 2048)
            usleep(400_000)
        }
    }

    /// How the connection ends; what comes before is kept.
    package func ending() throws -> Ending {
        do {
            while try receiveMore() != nil {}
            return .end
        } catch let failure as Failure where failure.description.contains("errno \(ECONNRESET)") {
            return .reset
        }
    }

    /// Waits for at least one byte more than was received; nil at the end.
    @discardableResult
    private func receiveMore(atMost limit: Int = 65_536) throws -> Int? {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count >= 0 else { throw Failure(description: "recv: errno \(errno)") }
        received.append(contentsOf: buffer.prefix(count))
        return count == 0 ? nil : count
    }

    // MARK: Whole exchanges

    /// Sends everything and reads meanwhile, until the server ends the connection; returns all that came, as text.
    ///
    /// For more than both ends' buffers hold: sending first and reading then, each side would wait for the other.
    package func converse(_ text: String) throws -> String {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            var entry = pollfd(fd: socket, events: Int16(POLLIN | POLLOUT), revents: 0)
            guard poll(&entry, 1, 10_000) == 1 else { throw Failure(description: "poll: errno \(errno)") }
            if entry.revents & Int16(POLLIN) != 0, try receiveMore() == nil { break }
            guard entry.revents & Int16(POLLOUT) != 0 else { continue }
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    socket, $0.baseAddress.map { $0 + sent }, $0.count - sent,
                    Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            guard count > 0 || errno == EAGAIN else { throw Failure(description: "send: errno \(errno)") }
            sent += max(0, count)
        }
        return try receiveAll()
    }

    /// Sends one request and returns its response; the connection stays open.
    package func exchange(
        _ method: String, _ target: String, headers: [String: String] = [:], body: String = ""
    ) throws -> TestResponse {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n"
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) { text += "\(name): \(value)\r\n" }
        if !body.isEmpty { text += "Content-Length: \(body.utf8.count)\r\n" }
        try send(text + "\r\n" + body)
        return try response(hasBody: method != "HEAD")
    }

    /// GET on this connection, which stays open.
    package func exchange(_ target: String) throws -> TestResponse {
        try exchange("GET", target)
    }

    /// GET on a connection of its own.
    package static func get(_ target: String, port: Int, headers: [String: String] = [:]) async throws -> TestResponse {
        try await TestClient(port: port).exchange("GET", target, headers: headers)
    }
}
