import Reactor

extension Connection {
    /// Sends a response in the faulty way it asks for; false when the connection is to end.
    func misbehave(
        _ response: Response, plan: ConnectionMachine.Plan, requestID: String
    ) async throws(SystemError) -> Bool {
        // Earlier answers of a pipeline are not part of the fault.
        guard try await flush() else { return false }
        switch response.transmission {
        case .normal: return true
        case .reset:
            socket.reset()
            return false
        case .hang:
            // That of the request still stands, and would end what should not end by itself.
            socket.deadline = nil
            if !machine.isDraining { try await socket.discardUntilEnd() }
            return false
        case .truncated(let count):
            putHead(of: response, plan, requestID)
            if plan.sendsBody { put(response.body.prefix(max(0, count))) }
            try await flush()
            return false
        case .drip(let count, let pause):
            putHead(of: response, plan, requestID)
            guard try await flush() else { return false }
            guard plan.sendsBody else { return plan.keepsOpen }
            return try await drip(response.body, count: max(1, count), pause: pause) && plan.keepsOpen
        }
    }

    private func drip(_ body: [UInt8], count: Int, pause: Duration) async throws(SystemError) -> Bool {
        for start in stride(from: 0, to: body.count, by: count) {
            put(body[start..<min(start + count, body.count)])
            guard try await flush() else { return false }
            do {
                try await socket.loop.sleep(for: pause)
            } catch {
                return false
            }
        }
        return true
    }
}
