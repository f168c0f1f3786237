/// A block of addresses, such as `10.0.0.0/8`; a single address is a block of one.
package struct AddressBlock: Sendable, Hashable {
    private let base: IPAddress
    private let prefixLength: Int

    /// Reads `address` or `address/bits`.
    ///
    /// - Returns: nil when the address is not numeric or the bits do not fit it.
    package init?(_ text: String) {
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
    package static let loopback = ["127.0.0.0/8", "::1"].compactMap(AddressBlock.init)

    /// Whether the address lies in the block.
    package func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == base.bytes.count else { return false }
        let wholeBytes = prefixLength / 8
        guard address.bytes.prefix(wholeBytes) == base.bytes.prefix(wholeBytes) else { return false }
        let restBits = prefixLength % 8
        return restBits == 0 || (address.bytes[wholeBytes] ^ base.bytes[wholeBytes]) >> UInt8(8 - restBits) == 0
    }
}
