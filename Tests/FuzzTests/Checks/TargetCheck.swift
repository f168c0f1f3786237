import HTTP
import HTTPTypes

/// The input is a request target, and a form body as well.
enum TargetCheck {
    static func check(_ input: [UInt8]) throws(Finding) {
        for method in ["GET", "OPTIONS"] {
            let head = Array("\(method) ".utf8) + input + Array(" HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            let reference = try Conversation.check(head)
            if let request = reference.whole.first?.request { try checkHandMade(request) }
        }
        try checkDecoding(input)
    }

    /// A request that was put together by hand says the same as one from the wire.
    private static func checkHandMade(_ reference: ReferenceRequest) throws(Finding) {
        let target = String(decoding: reference.target, as: UTF8.self)
        let request = Request(method: .get, target: target)
        try require(request.path.utf8.elementsEqual(reference.path), "by hand the path is \(request.path)")
        let query = request.query.map { Array($0.utf8) }
        try require(query == reference.query, "by hand the query is \(query?.quoted ?? "none")")
        let expected = ReferenceForm.decode(reference.query ?? [])
        try require(pairs(request.queryItems) == expected, "by hand the items are \(request.queryItems)")
    }

    /// Everything can be decoded, to what the URL standard says; and what was encoded comes back.
    private static func checkDecoding(_ input: [UInt8]) throws(Finding) {
        let decoded = pairs(FormURLEncoded.decode(input))
        let expected = ReferenceForm.decode(input)
        try require(decoded == expected, "decoded it is \(decoded), and right is \(expected)")
        let encoded = ReferenceForm.encode(decoded)
        let again = pairs(FormURLEncoded.decode(encoded))
        try require(again == decoded, "\(encoded.quoted) is \(again) and not \(decoded)")
    }

    private static func pairs(_ items: [(name: String, value: String)]) -> [[[UInt8]]] {
        items.map { [Array($0.name.utf8), Array($0.value.utf8)] }
    }
}

/// `application/x-www-form-urlencoded` in bytes, step by step as the URL standard has it.
enum ReferenceForm {
    static func decode(_ bytes: [UInt8]) -> [[[UInt8]]] {
        bytes.split(on: "&").filter { !$0.isEmpty }.map { pair in
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            return [text(name), text(pair.dropFirst(name.count + 1))]
        }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        let bytes = Array(bytes)
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let digits = bytes[index...].dropFirst().prefix(2)
            if bytes[index] == UInt8(ascii: "%"), digits.count == 2, digits.consists(of: Characters.hexadecimal) {
                decoded += [UInt8(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0]
                index += 3
            } else {
                decoded += [bytes[index] == UInt8(ascii: "+") ? 32 : bytes[index]]
                index += 1
            }
        }
        // What is no UTF-8 becomes U+FFFD.
        return Array(String(decoding: decoded, as: UTF8.self).utf8)
    }

    static func encode(_ pairs: [[[UInt8]]]) -> [UInt8] {
        Array(pairs.map { $0.map(encode).joined(separator: "=".utf8) }.joined(separator: "&".utf8))
    }

    private static func encode(_ text: [UInt8]) -> [UInt8] {
        text.flatMap { byte -> [UInt8] in
            if Characters.token[Int(byte)], ![UInt8(ascii: "%"), UInt8(ascii: "+"), UInt8(ascii: "&")].contains(byte) {
                return [byte]
            }
            let digits = String(byte, radix: 16, uppercase: byte % 2 == 0)
            return byte == 32 ? [UInt8(ascii: "+")] : Array("%\(byte < 16 ? "0" : "")\(digits)".utf8)
        }
    }
}
