import Glibc
import Reactor
import Threads

/// Looks names up without keeping the loop waiting.
enum NameResolution {
    /// The addresses of several hosts; one that is not found hides none of the others.
    ///
    /// - Throws: as below; `unreachable` when there is none at all, though hosts were named.
    static func addresses(
        of hosts: [String], until deadline: MonotonicTime, on loop: EventLoop
    ) async throws(PostgresFailure) -> [HostAddress] {
        var found: [HostAddress] = []
        var failure: PostgresFailure?
        for host in hosts {
            do throws(PostgresFailure) {
                let addresses = try await addresses(of: host, until: deadline, on: loop)
                found += addresses.map { HostAddress(host: host, address: $0) }
            } catch {
                guard error.kind == .unreachable else { throw error }
                failure = error
            }
        }
        if found.isEmpty, let failure { throw failure }
        return found
    }

    /// The numeric addresses of a host, in the order in which they should be tried.
    ///
    /// The system's resolver blocks, for seconds when its name server is away, and cannot be called off; so it gets a thread, and
    /// whoever gives up leaves it behind to end by itself.
    ///
    /// - Parameter deadline: when to give up.
    /// - Throws: `unreachable` when there is no such host, `timedOut`, `cancelled`.
    static func addresses(
        of host: String, until deadline: MonotonicTime, on loop: EventLoop
    ) async throws(PostgresFailure) -> [String] {
        let (answers, answer) = AsyncStream.makeStream(
            of: Result<[String], PostgresFailure>.self, bufferingPolicy: .bufferingNewest(1))
        OSThread.start(name: "resolve") {
            answer.yield(lookUp(host))
            answer.finish()
        }
        let result = await withTaskGroup(of: Result<[String], PostgresFailure>.self) { group in
            group.addTask {
                for await result in answers { return result }
                return .failure(.cancelled)
            }
            group.addTask {
                // Ends early only when the other was first, or the caller was cancelled.
                let isOver: Void? = try? await loop.sleep(until: deadline)
                return .failure(isOver == nil ? .cancelled : .timedOut("looking up \(host)"))
            }
            let first = await group.next() ?? .failure(.cancelled)
            group.cancelAll()
            return first
        }
        return try result.get()
    }

    private static func lookUp(_ host: String) -> Result<[String], PostgresFailure> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &list)
        guard status == 0 else {
            let words = status == EAI_SYSTEM ? strerror(errno) : UnsafeMutablePointer(mutating: gai_strerror(status))
            return .failure(
                PostgresFailure(
                    .unreachable, "the host name \(host) was not found: \(words.map { String(cString: $0) } ?? "")"))
        }
        defer { freeaddrinfo(list) }
        var addresses: [String] = []
        var next = list
        while let entry = next?.pointee {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let length = socklen_t(text.count)
            if getnameinfo(entry.ai_addr, entry.ai_addrlen, &text, length, nil, 0, NI_NUMERICHOST) == 0 {
                let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
                addresses.append(String(decoding: bytes, as: UTF8.self))
            }
            next = entry.ai_next
        }
        return .success(addresses)
    }
}
