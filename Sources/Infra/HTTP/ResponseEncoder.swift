import Glibc
import HTTPTypes

/// Writes response heads, and keeps what many of them share.
///
/// One per loop: what depends on the time is made once a second, and nothing is locked.
struct ResponseEncoder {
    private let serverLine: [UInt8]
    private var dateLine: [UInt8] = []
    /// How most heads begin: the status line of a 200, the date, the server.
    private var okBeginning: [UInt8] = []
    /// The same of a 304, which browsers get nearly always.
    private var notModifiedBeginning: [UInt8] = []
    private var dateSecond = -1

    init(serverName: String) {
        serverLine = Array("Server: \(serverName)\r\n".utf8)
    }

    /// Appends the status line and all fields, up to and with the empty line.
    mutating func appendHead(
        of response: Response, plan: ConnectionMachine.Plan, requestID: String, to output: inout [UInt8]
    ) {
        lookAtClock()
        if response.fields.isEmpty {
            appendBeginning(response.status, to: &output)
        } else {
            appendStatusLine(response.status, to: &output)
            if response.fields[.date] == nil { output.append(contentsOf: dateLine) }
            if response.fields[.server] == nil { output.append(contentsOf: serverLine) }
            appendFields(response.fields, to: &output)
        }
        output.append(contentsOf: response.preparedFields)
        output.append(text: "X-Request-Id: ")
        output.append(contentsOf: requestID.utf8)
        if plan.sendsLength {
            output.append(text: "\r\nContent-Length: ")
            output.append(decimal: response.body.count)
        }
        switch plan.connection {
        case .none: output.append(text: "\r\n\r\n")
        case .close: output.append(text: "\r\nConnection: close\r\n\r\n")
        case .keepAlive: output.append(text: "\r\nConnection: keep-alive\r\n\r\n")
        }
    }

    private func appendBeginning(_ status: HTTPResponse.Status, to output: inout [UInt8]) {
        switch status.code {
        case 200: output.append(contentsOf: okBeginning)
        case 304: output.append(contentsOf: notModifiedBeginning)
        default:
            appendStatusLine(status, to: &output)
            output.append(contentsOf: dateLine)
            output.append(contentsOf: serverLine)
        }
    }

    private func appendStatusLine(_ status: HTTPResponse.Status, to output: inout [UInt8]) {
        output.append(text: "HTTP/1.1 ")
        output.append(decimal: status.code)
        output.append(ASCII.space)
        output.append(contentsOf: status.reasonPhrase.utf8)
        output.append(text: "\r\n")
    }

    private func appendFields(_ fields: HTTPFields, to output: inout [UInt8]) {
        for field in fields where !Self.isOwned(field.name) {
            output.append(contentsOf: field.name.rawName.utf8)
            output.append(text: ": ")
            output.append(contentsOf: field.value.utf8)
            output.append(text: "\r\n")
        }
    }

    /// The fields that are the connection's to decide.
    private static func isOwned(_ name: HTTPField.Name) -> Bool {
        name == .contentLength || name == .transferEncoding || name == .connection
            || name.canonicalName == "x-request-id"
    }

    private mutating func lookAtClock() {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &time)
        guard time.tv_sec != dateSecond else { return }
        dateSecond = time.tv_sec
        dateLine = Array("Date: \(HTTPDate.format(time.tv_sec))\r\n".utf8)
        okBeginning = Array("HTTP/1.1 200 OK\r\n".utf8) + dateLine + serverLine
        notModifiedBeginning = Array("HTTP/1.1 304 Not Modified\r\n".utf8) + dateLine + serverLine
    }
}

extension [UInt8] {
    mutating func append(text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }

    /// The digits of a number that is not negative.
    mutating func append(decimal number: Int) {
        var power = 1
        while number / power >= 10 { power *= 10 }
        while power > 0 {
            append(ASCII.zero + UInt8(truncatingIfNeeded: number / power % 10))
            power /= 10
        }
    }
}
