import Glibc
import Reactor

/// For programs that cannot choose a port themselves.
package enum FreePort {
    /// A port of 127.0.0.1 that nobody listened on a moment ago.
    package static func find() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutableBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { pointer in
                bind(descriptor, pointer.baseAddress, size) == 0
                    ? getsockname(descriptor, pointer.baseAddress, &size) : -1
            }
        }
        guard result == 0 else { throw SystemError("bind") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
