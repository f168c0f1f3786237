import CLinux
import Glibc
import Locking
import Threads

/// A TCP server that says exactly what a test tells it to, faults included.
///
/// Each connection, in the order they are accepted, follows the next script; the last script serves all further ones. When a
/// script ends its connection is closed. Threads of its own block in the kernel; ``close()`` or the last reference ends them.
package final class ScriptedServer: Sendable {
    /// One thing the server does on a connection.
    package enum Step: Sendable, CustomStringConvertible {
        /// Reads one request, its body included, and keeps it.
        case read
        /// Sends these bytes.
        case send([UInt8])
        /// Sends these bytes one by one, `pause` milliseconds apart.
        case drip([UInt8], pause: Int32)
        /// Says nothing until the other end goes away or the server is closed.
        case hang
        /// Closes with RST, as a crashed server or a strict middlebox does.
        case reset

        /// Short: the runner writes the scripts of a test into the log, and some send megabytes.
        package var description: String {
            switch self {
            case .read: "read"
            case .send(let bytes): "send \(bytes.count) bytes: \(String(decoding: bytes.prefix(60), as: UTF8.self))"
            case .drip(let bytes, let pause): "drip \(bytes.count) bytes, \(pause) ms apart"
            case .hang: "hang"
            case .reset: "reset"
            }
        }

        /// Sends text.
        package static func send(_ text: String) -> Step { .send(Array(text.utf8)) }

        /// Sends a whole HTTP/1.1 answer with its `Content-Length`.
        package static func answer(
            _ status: Int = 200, _ headers: KeyValuePairs<String, String> = ["Content-Type": "application/json"],
            _ body: String = ""
        ) -> Step {
            var head = "HTTP/1.1 \(status) X\r\n"
            for header in headers { head += "\(header.key): \(header.value)\r\n" }
            return .send("\(head)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        }
    }

    /// A request as it came.
    package struct Captured: Sendable {
        /// Request line and header lines.
        package var head: String
        package var body: String

        /// The second word of the request line.
        package var target: Substring { head.split(separator: " ").dropFirst().first ?? "" }

        /// The value of a header, its name in any case.
        package func header(_ name: String) -> String? {
            for line in head.split(separator: "\r\n").dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2, parts[0].lowercased() == name.lowercased() {
                    return String(parts[1].drop { $0 == " " })
                }
            }
            return nil
        }
    }

    private let core: Core

    /// Where it listens: `http://127.0.0.1:` and a port that the kernel chose.
    package let url: String

    package init(_ scripts: [[Step]]) throws {
        let (core, port) = try Core.listen(scripts)
        self.core = core
        url = "http://127.0.0.1:\(port)"
        OSThread.start(name: "scripted") { core.accept() }
    }

    deinit {
        core.close()
    }

    /// Ends every connection and the listening.
    package func close() { core.close() }

    /// All requests so far, in the order they were read.
    package var requests: [Captured] { core.state.withLock { $0.requests } }

    /// How many connections were accepted.
    package var connections: Int { core.state.withLock { $0.accepted } }

    /// Returns once `count` requests were read.
    package func requests(_ count: Int) async -> [Captured] {
        await withCheckedContinuation { wake in
            let ready = core.state.withLock { state -> [Captured]? in
                if state.requests.count >= count { return state.requests }
                state.watchers.append((count, wake))
                return nil
            }
            if let ready { wake.resume(returning: ready) }
        }
    }
}

/// What the threads share; it must not hold the server, whose deinit ends them.
private final class Core: Sendable {
    struct State {
        var listener: Int32
        var open: Set<Int32> = []
        var isClosed = false
        var accepted = 0
        var requests: [ScriptedServer.Captured] = []
        var watchers: [(count: Int, wake: CheckedContinuation<[ScriptedServer.Captured], Never>)] = []
    }

    let state: Lock<State>
    private let listener: Int32
    private let scripts: [[ScriptedServer.Step]]

    private init(_ listener: Int32, _ scripts: [[ScriptedServer.Step]]) {
        self.listener = listener
        self.scripts = scripts
        state = Lock(State(listener: listener))
    }

    static func listen(_ scripts: [[ScriptedServer.Step]]) throws -> (Core, port: UInt16) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw Subprocess.Failure("socket", errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            // sockaddr_in is one of the shapes that sockaddr stands for.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) | Glibc.listen(listener, 64) | getsockname(listener, address, &length)
            }
        }
        guard status == 0 else {
            _ = Glibc.close(listener)
            throw Subprocess.Failure("listen", errno)
        }
        return (Core(listener, scripts), UInt16(bigEndian: address.sin_port))
    }

    /// The descriptors are only shut down here, which wakes their threads; each thread closes its own.
    func close() {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.isClosed = true
            shutdown(state.listener, Int32(SHUT_RDWR))
            for connection in state.open { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    func accept() {
        var next = 0
        while true {
            let connection = accept4(listener, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
            if connection < 0 && (errno == EINTR || errno == ECONNABORTED) { continue }
            guard connection >= 0 else { break }
            let isOpen = state.withLock { state in
                guard !state.isClosed else { return false }
                state.accepted += 1
                state.open.insert(connection)
                return true
            }
            guard isOpen, let script = scripts[safely: min(next, scripts.count - 1)] else {
                _ = Glibc.close(connection)
                continue
            }
            next += 1
            OSThread.start(name: "scripted-conn") { self.serve(connection, script) }
        }
        _ = Glibc.close(listener)
    }

    private func serve(_ connection: Int32, _ script: [ScriptedServer.Step]) {
        var rest: [UInt8] = []
        for step in script {
            guard perform(step, on: connection, &rest) else { break }
        }
        state.withLock { state in
            state.open.remove(connection)
            _ = Glibc.close(connection)
        }
    }

    /// - Returns: false when the script cannot go on.
    private func perform(_ step: ScriptedServer.Step, on connection: Int32, _ rest: inout [UInt8]) -> Bool {
        switch step {
        case .read: return readRequest(connection, &rest)
        case .send(let bytes): return send(connection, bytes)
        case .drip(let bytes, let pause):
            for byte in bytes {
                guard send(connection, [byte]) else { return false }
                // The pause is the fault under test; it ends early when the other end goes.
                var entry = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
                if poll(&entry, 1, pause) != 0 { return false }
            }
            return true
        case .hang:
            while read(connection, &rest) {}
            return false
        case .reset:
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(connection, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
            return false
        }
    }

    private func readRequest(_ connection: Int32, _ rest: inout [UInt8]) -> Bool {
        let mark = Array("\r\n\r\n".utf8)
        var end: Int?
        while end == nil {
            end = rest.indices.first { rest[$0...].starts(with: mark) }
            if end == nil, !read(connection, &rest) { return false }
        }
        guard let end else { return false }
        var captured = ScriptedServer.Captured(head: String(decoding: rest[..<end], as: UTF8.self), body: "")
        rest.removeSubrange(..<(end + mark.count))
        let length = captured.header("Content-Length").flatMap { Int($0) } ?? 0
        while rest.count < length { guard read(connection, &rest) else { return false } }
        captured.body = String(decoding: rest[..<length], as: UTF8.self)
        rest.removeSubrange(..<length)
        let (requests, ready) = state.withLock { state in
            state.requests.append(captured)
            let ready = state.watchers.filter { $0.count <= state.requests.count }
            state.watchers.removeAll { $0.count <= state.requests.count }
            return (state.requests, ready)
        }
        for watcher in ready { watcher.wake.resume(returning: requests) }
        return true
    }

    private func read(_ connection: Int32, _ rest: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(connection, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        rest.append(contentsOf: buffer[..<count])
        return true
    }

    private func send(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                Glibc.send(
                    connection, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}

extension Array {
    fileprivate subscript(safely index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
