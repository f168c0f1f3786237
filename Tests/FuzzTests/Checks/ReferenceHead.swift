import HTTP

/// Reads a request head all at once, the way RFC 9112 and the limits describe one.
struct ReferenceHead {
    private let limits: RequestLimits
    private var refusals: Set<Int> = []

    /// Says what the head at the beginning of `bytes` amounts to.
    static func read(_ bytes: ArraySlice<UInt8>, limits: RequestLimits) -> Verdict<ReferenceRequest> {
        var reader = ReferenceHead(limits: limits)
        return reader.read(bytes)
    }

    private init(limits: RequestLimits) {
        self.limits = limits
    }

    private mutating func read(_ bytes: ArraySlice<UInt8>) -> Verdict<ReferenceRequest> {
        // One empty line before the request line is forgiven.
        let begin = bytes.starts(with: [13, 10]) ? bytes.startIndex + 2 : bytes.startIndex
        if bytes[begin...].starts(with: [13, 10]) { return .refused([400]) }
        let end = Self.end(of: bytes[begin...])
        // What stands after the head's end is none of it. Without an end, the last line is one that is still coming.
        let lines = Self.lines(bytes[begin..<(end ?? bytes.endIndex)])
        let whole = lines.dropLast(end == nil ? 1 : 2)
        refuseStrayBytes(bytes[begin..<(end ?? bytes.endIndex)])
        var request = whole.first.flatMap { requestLine($0) }
        refuseSize(of: lines, isWhole: end != nil)
        request?.fields = whole.dropFirst().compactMap { field($0) }
        if let request, Self.repeats(request) { refusals.insert(400) }
        guard let request, let end, refusals.isEmpty else {
            return refusals.isEmpty ? .incomplete : .refused(refusals)
        }
        return complete(request, end: end)
    }

    private static func end(of bytes: ArraySlice<UInt8>) -> Int? {
        bytes.indices.first { bytes[$0...].starts(with: [13, 10, 13, 10]) }.map { $0 + 4 }
    }

    /// What stands between the line ends; the last line is the one without an end.
    private static func lines(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = bytes.startIndex
        for index in bytes.indices where bytes[index] == 10 && index > start && bytes[index - 1] == 13 {
            lines.append(bytes[start..<index - 1])
            start = index + 1
        }
        return lines + [bytes[start...]]
    }

    /// Line ends are CR and LF together, and nowhere stands another control character but the tab.
    private mutating func refuseStrayBytes(_ bytes: ArraySlice<UInt8>) {
        for index in bytes.indices {
            switch bytes[index] {
            case 13: if index + 1 < bytes.endIndex, bytes[index + 1] != 10 { refusals.insert(400) }
            case 10: if index == bytes.startIndex || bytes[index - 1] != 13 { refusals.insert(400) }
            default: if Characters.isControl(bytes[index]) { refusals.insert(400) }
            }
        }
    }

    private mutating func refuseSize(of lines: [ArraySlice<UInt8>], isWhole: Bool) {
        // A CR at the end of what has come may be half a line end.
        func length(_ line: ArraySlice<UInt8>) -> Int { line.last == 13 ? line.count - 1 : line.count }
        // No request line within the limits is longer: a method of 32 bytes, two spaces, the version.
        if length(lines[0]) > limits.targetBytes + 32 + 2 + 8 { refusals.insert(414) }
        let fields = isWhole ? lines.dropFirst().dropLast(2) : lines.dropFirst()
        let ends = isWhole ? fields.count : max(0, fields.count - 1)
        if fields.reduce(2 * ends, { $0 + length($1) }) > limits.headerBytes { refusals.insert(431) }
        if (isWhole ? fields.count : ends) > limits.fieldCount { refusals.insert(431) }
    }

    // MARK: The request line

    private mutating func requestLine(_ line: ArraySlice<UInt8>) -> ReferenceRequest? {
        let words = line.split(on: " ")
        if words.count > 1, words[1].count > limits.targetBytes { refusals.insert(414) }
        guard words.count == 3, !words[0].isEmpty, words[0].count <= 32, words[0].consists(of: Characters.token) else {
            refusals.insert(400)
            return nil
        }
        let version = Array(words[2])
        if !["HTTP/1.1", "HTTP/1.0"].contains(where: { version.elementsEqual($0.utf8) }) {
            let isOther =
                version.count == 8 && version.starts(with: "HTTP/".utf8) && version[6] == UInt8(ascii: ".")
                && [version[5], version[7]].consists(of: Characters.digits)
            refusals.insert(isOther ? 505 : 400)
        }
        guard let target = Self.path(of: words[1], method: words[0]) else {
            refusals.insert(400)
            return nil
        }
        return ReferenceRequest(
            method: Array(words[0]), target: target, isVersion11: version.last == UInt8(ascii: "1"))
    }

    /// The target without scheme and authority, if it has one of the forms that are served.
    private static func path(of target: ArraySlice<UInt8>, method: ArraySlice<UInt8>) -> [UInt8]? {
        guard !target.isEmpty, target.allSatisfy({ $0 > 32 && $0 < 127 }) else { return nil }
        if target.first == UInt8(ascii: "/") { return Array(target) }
        if target.elementsEqual("*".utf8) { return method.elementsEqual("OPTIONS".utf8) ? Array(target) : nil }
        let scheme = ["http://", "https://"].first { target.lowercased.starts(with: $0.utf8) }
        guard let scheme else { return nil }
        let rest = target.dropFirst(scheme.utf8.count)
        let path = rest.drop { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        guard path.startIndex > rest.startIndex else { return nil }
        return path.first == UInt8(ascii: "/") ? Array(path) : [UInt8(ascii: "/")] + path
    }

    // MARK: Fields

    private mutating func field(_ line: ArraySlice<UInt8>) -> ReferenceRequest.Field? {
        let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].consists(of: Characters.token) else {
            refusals.insert(400)
            return nil
        }
        let field = ReferenceRequest.Field(name: parts[0].lowercased, value: parts[1].trimmed)
        switch String(decoding: field.name, as: UTF8.self) {
        case "host" where !field.value.consists(of: Characters.authority): refusals.insert(400)
        case "expect" where field.value.lowercased != Array("100-continue".utf8): refusals.insert(417)
        case "content-length" where Self.number(field.value) == nil: refusals.insert(400)
        case "transfer-encoding" where field.value.lowercased != Array("chunked".utf8): refusals.insert(501)
        default: break
        }
        return field
    }

    private static func number(_ digits: [UInt8]) -> Int? {
        guard !digits.isEmpty, digits.consists(of: Characters.digits) else { return nil }
        return Int(String(decoding: digits, as: UTF8.self))
    }

    /// Whether a field came twice where two readers might believe different ones.
    private static func repeats(_ request: ReferenceRequest) -> Bool {
        ["host", "content-length", "transfer-encoding"].contains { request.values($0).count > 1 }
    }

    private mutating func complete(_ request: ReferenceRequest, end: Int) -> Verdict<ReferenceRequest> {
        var request = request
        let (length, isChunked) = (request.values("content-length").first, !request.values("transfer-encoding").isEmpty)
        if request.isVersion11 && request.values("host").isEmpty { refusals.insert(400) }
        if isChunked && (length != nil || !request.isVersion11) { refusals.insert(400) }
        if let length = length.flatMap(Self.number) {
            if length > limits.bodyBytes { refusals.insert(413) }
            request.framing = length == 0 ? .none : .length(length)
        } else if isChunked {
            request.framing = .chunked
        }
        return refusals.isEmpty ? .complete(request, end: end) : .refused(refusals)
    }
}
