import Glibc

/// The service manager that started this process, systemd in most cases, if it wants to be told when the server serves.
///
/// The protocol is sd_notify(3)'s: a datagram to the socket that `NOTIFY_SOCKET` names. A unit of `Type=notify` has started
/// only when this has come, so that an update stops the old process no sooner than the new one answers.
enum ServiceManager {
    /// Says `READY=1`; does nothing when nobody asked to be told.
    ///
    /// What goes wrong here is not told: the manager notices by itself that it was told nothing.
    static func tellReady(at path: String?) {
        guard let path, var address = address(of: path) else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let message = Array("READY=1".utf8)
        // The length counts the name alone: in the abstract name space, which systemd may use, the zeros behind it would belong to it.
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.utf8.count)
        // `address` outlives the call, and a sockaddr_un is what AF_UNIX reads behind a sockaddr.
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), generic, length)
            }
        }
    }

    /// Nil for a name that no socket can have.
    ///
    /// A leading `@` stands for the zero byte with which abstract names begin.
    private static func address(of path: String) -> sockaddr_un? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        guard let first = bytes.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@") else { return nil }
        if first == UInt8(ascii: "@") { bytes[0] = 0 }
        // One less than there is room for: a path ends in a zero.
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return address
    }
}
