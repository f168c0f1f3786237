import Glibc

/// A numeric IPv4 or IPv6 address.
///
/// IPv4 inside IPv6 (`::ffff:127.0.0.1`, as a dual-stack socket reports it) is the IPv4 address.
package struct IPAddress: Sendable, Hashable {
    /// Four bytes or sixteen, in network order.
    package let bytes: [UInt8]

    /// Reads numeric text only; names are not looked up.
    package init?(_ text: String) {
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            bytes = withUnsafeBytes(of: v4) { Array($0) }
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            let all = withUnsafeBytes(of: v6) { Array($0) }
            let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
            bytes = all.starts(with: mappedPrefix) ? Array(all.suffix(4)) : all
        } else {
            return nil
        }
    }

    /// Whether it is the machine itself.
    package var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes == Array(repeating: 0, count: 15) + [1]
    }

    /// `0.0.0.0` or `::`: every address of the machine.
    package var isAny: Bool { bytes.allSatisfy { $0 == 0 } }

    /// What one client is known by: the address, or the 64 bits of an IPv6 address that a provider gives to one customer.
    package var network: [UInt8] { Array(bytes.prefix(bytes.count == 4 ? 4 : 8)) }
}
