/// A response as it came, taken apart without much care for what is allowed.
package struct TestResponse: Sendable {
    package var status: Int
    /// The fields with their names in lower case, in the order they came.
    package var fields: [(name: String, value: String)]
    package var body: [UInt8]

    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of the only field of that name; nil when there is none, or more than one.
    package subscript(_ name: String) -> String? {
        let values = fields.filter { $0.name == name.lowercased() }
        return values.count == 1 ? values[0].value : nil
    }

    /// The first response of `bytes` and its length; nil when it is not all there.
    static func parse(_ bytes: [UInt8], hasBody: Bool) -> (TestResponse, length: Int)? {
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: [13, 10, 13, 10]) }) else { return nil }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let status = Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0
        let fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (parts[0].lowercased(), String(parts.count > 1 ? parts[1].drop { $0 == " " } : ""))
        }
        var response = TestResponse(status: status, fields: fields, body: [])
        let length = hasBody ? response["content-length"].flatMap { Int($0) } ?? 0 : 0
        guard bytes.count >= end + 4 + length else { return nil }
        response.body = Array(bytes[(end + 4)..<(end + 4 + length)])
        return (response, end + 4 + length)
    }
}
