/// The encoding of queries and of form bodies, `a=1&name=two+words%21` (the URL standard's `application/x-www-form-urlencoded`).
package enum FormURLEncoded {
    /// Takes the pairs apart and decodes them, in their order.
    ///
    /// A name without `=` has an empty value, empty pairs are left out, `%` without two digits stands for itself, and bytes that
    /// are not UTF-8 become U+FFFD: nothing here fails, as in the original's framework.
    package static func decode(_ bytes: some Collection<UInt8>) -> [(name: String, value: String)] {
        bytes.split(separator: UInt8(ascii: "&")).map { pair in
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (decodePart(parts[0]), parts.count > 1 ? decodePart(parts[1]) : "")
        }
    }

    /// Takes the pairs of a text apart; see `decode(_:)` for bytes.
    package static func decode(_ text: some StringProtocol) -> [(name: String, value: String)] {
        decode(Array(text.utf8))
    }

    private static func decodePart(_ bytes: some Collection<UInt8>) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            // Looked for behind a percent sign only: they are an allocation.
            let digits = byte == UInt8(ascii: "%") ? rest.prefix(2).compactMap(ASCII.hexValue) : []
            if digits.count == 2 {
                decoded.append(digits[0] << 4 | digits[1])
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte == UInt8(ascii: "+") ? ASCII.space : byte)
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }
}
