/// A request as the reference reads it, in bytes as they came.
struct ReferenceRequest: Equatable {
    struct Field: Equatable {
        /// In lower case.
        var name: [UInt8]
        var value: [UInt8]
    }

    enum Body: Equatable {
        case none
        case length(Int)
        case chunked
    }

    var method: [UInt8]
    /// Without scheme and authority.
    var target: [UInt8]
    var isVersion11: Bool
    var fields: [Field] = []
    var framing = Body.none
    var body: [UInt8] = []

    /// The values of all fields of the name, which is in lower case.
    func values(_ name: String) -> [[UInt8]] {
        fields.filter { $0.name.elementsEqual(name.utf8) }.map(\.value)
    }

    var path: [UInt8] { Array(target.prefix { $0 != UInt8(ascii: "?") }) }

    var query: [UInt8]? {
        target.firstIndex(of: UInt8(ascii: "?")).map { Array(target[($0 + 1)...]) }
    }

    /// RFC 9112 §9.3.
    var keepsAlive: Bool {
        let options = values("connection").flatMap { $0.split(on: ",") }.map { $0.trimmed.lowercased }
        if options.contains(Array("close".utf8)) { return false }
        return isVersion11 || options.contains(Array("keep-alive".utf8))
    }

    var expectsContinue: Bool { isVersion11 && !values("expect").isEmpty }
}

/// How far the reference comes with some bytes.
enum Verdict<Value> {
    /// All is there; it ends before `end`.
    case complete(Value, end: Int)
    /// What is there may become something.
    case incomplete
    /// It cannot: one of these statuses says why.
    case refused(Set<Int>)
}

extension Collection<UInt8> {
    func split(on separator: Unicode.Scalar) -> [SubSequence] {
        split(separator: UInt8(ascii: separator), omittingEmptySubsequences: false)
    }

    /// Without spaces and tabs at the ends.
    var trimmed: [UInt8] {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        return Array(Array(Array(drop(while: isBlank)).reversed().drop(while: isBlank)).reversed())
    }

    var lowercased: [UInt8] {
        map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 + 32 : $0 }
    }

    /// As text for a finding.
    var quoted: String { String(reflecting: String(decoding: self, as: UTF8.self)) }
}

/// The character classes of RFC 9110 and RFC 3986 written out, as they stand in the RFCs.
enum Characters {
    static let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    static let digits = set("0123456789")
    static let token = set(letters + "0123456789!#$%&'*+-.^_`|~")
    static let hexadecimal = set("0123456789abcdefABCDEF")
    /// `reg-name`, `IP-literal` and a port; `%` begins an encoded byte.
    static let authority = set(letters + "0123456789-._~%!$&'()*+,;=:[]")

    static func set(_ text: String) -> [Bool] {
        var table = [Bool](repeating: false, count: 256)
        for byte in text.utf8 { table[Int(byte)] = true }
        return table
    }

    static func isControl(_ byte: UInt8) -> Bool { byte < 32 && byte != 9 || byte == 127 }
}

extension Collection<UInt8> {
    func consists(of table: [Bool]) -> Bool { allSatisfy { table[Int($0)] } }
}
