/// The input is a line of script (see `Script`), then all that a client sends on one connection.
///
/// However the bytes are cut, the same requests are told, and the same refusal ends them.
enum ConnectionCheck {
    static func check(_ input: [UInt8]) throws(Finding) {
        let script = input.prefix { $0 != UInt8(ascii: "\n") }
        let bytes = Array(input.dropFirst(script.count + 1))
        let reference = try Conversation.check(bytes)
        try Conversation.run(bytes, reference, Script(script))
    }
}
