/// The input is what a client sends.
///
/// Whatever is taken for a request is one by RFC 9112, and whatever is one is taken for it, cut or whole.
enum RequestHeadCheck {
    static func check(_ input: [UInt8]) throws(Finding) {
        let reference = try Conversation.check(input)
        for entry in reference.entries { try checkInvariants(input[entry.start..<entry.headEnd]) }
    }

    /// The rules that guard against smuggling once more, over the raw bytes of an accepted head: should the reference and the parser share a
    /// mistake, it ends here.
    private static func checkInvariants(_ head: ArraySlice<UInt8>) throws(Finding) {
        let ended = head.split(on: "\n").dropLast()
        try require(ended.allSatisfy { $0.last == 13 }, "a line feed stands alone")
        let lines = ended.map { $0.dropLast() }.drop { $0.isEmpty }
        try require(!lines.joined().contains { $0 < 32 && $0 != 9 || $0 == 127 }, "a control character is accepted")
        let names = lines.dropFirst().dropLast().map { $0.prefix { $0 != UInt8(ascii: ":") }.lowercased }
        func count(_ name: String) -> Int { names.count { $0.elementsEqual(name.utf8) } }
        let isVersion11 = lines.first?.suffix(9).elementsEqual(" HTTP/1.1".utf8) ?? false
        try require(count("host") <= 1 && (count("host") == 1 || !isVersion11), "there is not exactly one Host")
        try require(count("content-length") + count("transfer-encoding") <= 1, "the length is said twice")
        try require(isVersion11 || count("transfer-encoding") == 0, "a coding is accepted that HTTP/1.0 has not")
        let hasBlank = names.contains { $0.isEmpty || $0.contains(32) || $0.contains(9) }
        try require(!hasBlank, "a field's name is empty or holds a blank")
    }
}
