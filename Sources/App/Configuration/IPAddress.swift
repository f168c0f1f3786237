import Glibc

/// A numeric IPv4 or IPv6 address.
///
/// IPv4 inside IPv6 (`::ffff:127.0.0.1`, as a dual-stack socket reports it) is the IPv4 address.
struct IPAddress: Sendable, Hashable {
    /// Four bytes or sixteen, in network order.
    let bytes: [UInt8]

    /// Reads numeric text only; names are not looked up.
    init?(_ text: String) {
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

    var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes == Array(repeating: 0, count: 15) + [1]
    }

    /// `0.0.0.0` or `::`: every address of the machine.
    var isAny: Bool { bytes.allSatisfy { $0 == 0 } }
}

/// A block of addresses, such as `10.0.0.0/8`; a single address is a block of one.
struct AddressBlock: Sendable, Hashable {
    private let base: IPAddress
    private let prefixLength: Int

    /// Reads `address` or `address/bits`.
    ///
    /// - Returns: nil when the address is not numeric or the bits do not fit it.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ IPAddress(String($0)) }), parts.count <= 2 else { return nil }
        let width = address.bytes.count * 8
        if parts.count == 2 {
            guard parts[1].allSatisfy(\.isASCII), let bits = Int(parts[1]), (0...width).contains(bits) else {
                return nil
            }
            prefixLength = bits
        } else {
            prefixLength = width
        }
        base = address
    }

    /// The addresses by which a machine reaches itself.
    static let loopback = ["127.0.0.0/8", "::1"].compactMap(AddressBlock.init)

    /// Whether the address lies in the block.
    func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == base.bytes.count else { return false }
        let wholeBytes = prefixLength / 8
        guard address.bytes.prefix(wholeBytes) == base.bytes.prefix(wholeBytes) else { return false }
        let restBits = prefixLength % 8
        return restBits == 0 || (address.bytes[wholeBytes] ^ base.bytes[wholeBytes]) >> UInt8(8 - restBits) == 0
    }
}
