// What the benchmarks reach of this module's insides; built with the benchmarks only.

/// Reads the same request head again and again.
package struct HeadReading {
    private let bytes: [UInt8]
    private var parser = RequestParser(limits: RequestLimits())

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// How many bytes the target has.
    ///
    /// As in a connection, the buffer is borrowed for the read and given back with the wait for the next request.
    package mutating func read() -> Int {
        defer { parser.settle() }
        parser.append(bytes)
        guard case .request(let message) = parser.next() else { return 0 }
        return message.head.path.count
    }

    /// The request, as a handler gets it.
    package mutating func request() -> Request? {
        parser.append(bytes)
        guard case .request(let message) = parser.next() else { return nil }
        return Request(
            method: message.method, head: message.head, body: message.body, peerAddress: "127.0.0.1", id: "benchmark")
    }
}

/// Writes the head of the same response again and again.
package struct HeadWriting {
    private let response: Response
    private let plan = ConnectionMachine.Plan(sendsBody: true, sendsLength: true, connection: .none, keepsOpen: true)
    private var encoder = ResponseEncoder(serverName: "paceline")
    private var output: [UInt8] = []

    package init(_ response: Response) {
        self.response = response
    }

    /// How many bytes the head has.
    package mutating func write() -> Int {
        output.removeAll(keepingCapacity: true)
        encoder.appendHead(of: response, plan: plan, requestID: "0123456789abcde", to: &output)
        return output.count
    }
}
