import Glibc

/// Readings of field values after their grammars; nil for what the grammar does not know, or leaves to the reader.
enum ReferenceValues {
    // MARK: Accept-Encoding (RFC 9110 §12.5.3)

    /// Whether gzip may be sent.
    static func acceptsGzip(_ field: [UInt8]) -> Bool? {
        var weights: [String: [Bool]] = [:]
        for element in field.split(on: ",").map(\.trimmed) where !element.isEmpty {
            let parts = element.split(on: ";").map(\.trimmed)
            guard parts.count <= 2, !parts[0].isEmpty, parts[0].consists(of: Characters.token) else { return nil }
            guard let isAccepted = parts.count == 1 ? true : isPositive(weight: parts[1]) else { return nil }
            let name = String(decoding: parts[0].lowercased, as: UTF8.self)
            weights[name == "x-gzip" ? "gzip" : name, default: []].append(isAccepted)
        }
        guard let answers = weights["gzip"] ?? weights["*"] else { return false }
        return answers.count == 1 ? answers[0] : nil
    }

    private static func isPositive(weight: [UInt8]) -> Bool? {
        guard weight.lowercased.starts(with: "q=".utf8) else { return nil }
        let value = Array(weight.dropFirst(2))
        let decimals = value.dropFirst(2)
        guard value.first == UInt8(ascii: "0") || value.first == UInt8(ascii: "1"), decimals.count <= 3 else {
            return nil
        }
        guard value.count == 1 || value[1] == UInt8(ascii: ".") else { return nil }
        guard decimals.consists(of: value[0] == UInt8(ascii: "1") ? Characters.set("0") : Characters.digits) else {
            return nil
        }
        return value.contains { (UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }
    }

    // MARK: If-None-Match (RFC 9110 §13.1.2)

    /// Whether a list of entity tags holds one with these bytes between the quotes; `*` holds every one.
    static func holds(_ field: [UInt8], _ tag: [UInt8]) -> Bool? {
        if field.trimmed.elementsEqual("*".utf8) { return true }
        var rest = field.trimmed[...]
        var isFound = false
        var mayFollow = true
        while let first = rest.first {
            if first == UInt8(ascii: ",") || first == 32 || first == 9 {
                mayFollow = mayFollow || first == UInt8(ascii: ",")
                rest = rest.dropFirst()
                continue
            }
            if rest.starts(with: "W/".utf8) { rest = rest.dropFirst(2) }
            guard mayFollow, rest.first == UInt8(ascii: "\"") else { return nil }
            let inner = rest.dropFirst().prefix { $0 == 0x21 || $0 >= 0x23 && $0 != 0x7F }
            guard rest.dropFirst(inner.count + 1).first == UInt8(ascii: "\"") else { return nil }
            isFound = isFound || inner.elementsEqual(tag)
            rest = rest.dropFirst(inner.count + 2)
            mayFollow = false
        }
        return isFound
    }

    // MARK: X-Forwarded-For

    /// The client behind a proxy on this machine, where this machine, 10.0.0.0/8 and 2001:db8::/32 are trusted.
    static func client(_ field: [UInt8]) -> String {
        var client = "127.0.0.1"
        for entry in field.split(on: ",").map(\.trimmed).reversed() where !entry.isEmpty {
            guard isTrusted(client), let address = address(entry) else { break }
            client = address
        }
        return client
    }

    /// The address without its brackets and port.
    private static func address(_ entry: [UInt8]) -> String? {
        let text = String(decoding: entry, as: UTF8.self)
        if bytes(of: text) != nil { return text }
        let colon = entry.lastIndex(of: UInt8(ascii: ":")) ?? entry.endIndex
        let isBracketed = entry.first == UInt8(ascii: "[")
        let hasPort = isBracketed ? colon > entry.firstIndex(of: UInt8(ascii: "]")) ?? entry.endIndex : true
        var host = hasPort ? entry[..<colon] : entry[...]
        if hasPort, colon < entry.endIndex, !isPort(entry[(colon + 1)...]) { return nil }
        if isBracketed {
            guard host.last == UInt8(ascii: "]") else { return nil }
            host = host.dropFirst().dropLast()
            guard host.contains(UInt8(ascii: ":")) else { return nil }
        } else if host.contains(UInt8(ascii: ":")) {
            return nil
        }
        let address = String(decoding: host, as: UTF8.self)
        return bytes(of: address) == nil ? nil : address
    }

    private static func isPort(_ digits: ArraySlice<UInt8>) -> Bool {
        guard digits.consists(of: Characters.digits) else { return false }
        return Int(String(decoding: digits, as: UTF8.self)).map { $0 <= 65_535 } ?? false
    }

    private static func isTrusted(_ address: String) -> Bool {
        guard let bytes = bytes(of: address) else { return false }
        return bytes.starts(with: [127]) && bytes.count == 4 || bytes.starts(with: [10]) && bytes.count == 4
            || bytes.starts(with: [0x20, 0x01, 0x0D, 0xB8]) && bytes.count == 16
    }

    private static func bytes(of address: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, address, &bytes) == 1 { return Array(bytes.prefix(4)) }
        guard inet_pton(AF_INET6, address, &bytes) == 1 else { return nil }
        let isMapped = bytes.prefix(12).elementsEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF])
        return isMapped ? Array(bytes.suffix(4)) : bytes
    }
}
