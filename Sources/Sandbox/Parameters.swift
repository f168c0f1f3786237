internal import HTTP

/// Names and values of a query or a form, in their order.
struct Parameters: Sendable {
    var items: [(name: String, value: String)]

    init(queryOf request: Request) {
        self.init(encoded: request.query ?? "")
    }

    /// The form in a request's body.
    init(form request: Request) {
        self.init(encoded: Substring(String(decoding: request.body, as: UTF8.self)))
    }

    init(encoded text: Substring) {
        items = text.split(separator: "&").map { part in
            let name = part.prefix { $0 != "=" }
            return (Self.decode(name), Self.decode(part.dropFirst(name.count + 1)))
        }
    }

    /// The first value of a name.
    subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    /// All values of a name.
    func all(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    private static func decode(_ text: Substring) -> String {
        var output: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            let digits = Substring(rest.prefix(2))
            if byte == UInt8(ascii: "%"), digits.utf8.count == 2, let value = UInt8(digits, radix: 16) {
                output.append(value)
                rest = rest.dropFirst(2)
            } else {
                output.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
