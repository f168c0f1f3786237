import HTTP
import HTTPTypes
import Reactor

@testable import paceline

/// The input is header lines, each ended by a line feed alone, so that they are readable.
///
/// Values are read as their RFCs say. Where a value is none by its grammar, the reading is ours to choose, and only has to be harmless.
enum HeaderValuesCheck {
    private static let etag = Array("0123abcd".utf8)
    private static let trusted = ["127.0.0.0/8", "10.0.0.0/8", "2001:db8::/32"]

    static func check(_ input: [UInt8]) throws(Finding) {
        let lines = input.flatMap { $0 == 10 ? [13, 10] : [$0] }
        let stream = Array("GET / HTTP/1.1\r\nHost: a\r\n".utf8) + lines + Array("\r\n\r\n".utf8)
        let reference = try Conversation.check(stream)
        guard let request = reference.entries.first?.request else { return }
        try checkAcceptEncoding(joined(request, "accept-encoding"))
        try checkIfNoneMatch(joined(request, "if-none-match"))
        try checkForwarding(request)
    }

    private static func joined(_ request: ReferenceRequest, _ name: String) -> [UInt8]? {
        let values = request.values(name)
        return values.isEmpty ? nil : Array(values.joined(separator: ", ".utf8))
    }

    private static func checkAcceptEncoding(_ field: [UInt8]?) throws(Finding) {
        guard let field else { return }
        let accepts = Representation.acceptsGzip(String(decoding: field, as: UTF8.self))
        let expected = ReferenceValues.acceptsGzip(field)
        try require(expected == nil || accepts == expected, "gzip is accepted in \(field.quoted): \(accepts)")
    }

    private static func checkIfNoneMatch(_ field: [UInt8]?) throws(Finding) {
        guard let field else { return }
        let tag = [UInt8(ascii: "\"")] + etag + [UInt8(ascii: "\"")]
        let holds = EntityTagList.holds(field.span, tag.span)
        let expected = ReferenceValues.holds(field, etag)
        try require(expected == nil || holds == expected, "\(tag.quoted) is in \(field.quoted): \(holds)")
    }

    private static func checkForwarding(_ reference: ReferenceRequest) throws(Finding) {
        var fields = HTTPFields()
        for field in reference.fields {
            guard let name = HTTPField.Name(String(decoding: field.name, as: UTF8.self)) else { continue }
            fields.append(HTTPField(name: name, value: String(decoding: field.value, as: UTF8.self)))
        }
        let request = Request(method: .get, target: "/", fields: fields, peerAddress: "127.0.0.1")
        let proxies = TrustedProxies(blocks: trusted.compactMap(AddressBlock.init))
        let client = proxies.clientAddress(of: request)
        let expected = ReferenceValues.client(joined(reference, "x-forwarded-for") ?? [])
        try require(client == expected, "the client is \(client), and right is \(expected)")
        let proto = (joined(reference, "x-forwarded-proto") ?? []).split(on: ",").first.map { $0.trimmed.lowercased }
        let isSecure = proto == Array("https".utf8)
        try require(proxies.isSecure(request) == isSecure, "the browser came over TLS, or did not")
    }
}
