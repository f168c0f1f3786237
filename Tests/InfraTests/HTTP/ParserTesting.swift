import HTTPTypes

@testable import HTTP

/// What a parser made of some bytes, in a form that can be compared.
enum Parsed: Equatable, CustomStringConvertible {
    case request(String)
    case rejected(Int)
    case incomplete

    var description: String {
        switch self {
        case .request(let text): text
        case .rejected(let status): "rejected \(status)"
        case .incomplete: "incomplete"
        }
    }
}

/// Feeds the pieces one after the other, and lists all requests, then how it stands.
func parse(_ pieces: [[UInt8]], limits: RequestLimits = RequestLimits()) -> [Parsed] {
    var parser = RequestParser(limits: limits)
    var parsed: [Parsed] = []
    for piece in pieces {
        parser.append(piece)
        loop: while true {
            switch parser.next() {
            case .needsMore: break loop
            case .continueExpected: continue
            case .request(let message): parsed.append(.request(describe(message)))
            case .rejected(let fault): return parsed + [.rejected(fault.status.code)]
            }
        }
    }
    return parser.stage == .none ? parsed : parsed + [.incomplete]
}

func parse(_ text: String, limits: RequestLimits = RequestLimits()) -> [Parsed] {
    parse([Array(text.utf8)], limits: limits)
}

private func describe(_ message: RequestParser.Message) -> String {
    let request = Request(method: message.method, head: message.head, body: message.body, peerAddress: "", id: "")
    let fields = request.fields.map { "\($0.name.canonicalName)=\($0.value)" }.joined(separator: ";")
    return "\(message.method.rawValue) \(request.target) \(message.isVersion11 ? "1.1" : "1.0")"
        + " \(message.keepsAlive ? "keep" : "close") [\(fields)] \(String(decoding: message.body, as: UTF8.self))"
}
