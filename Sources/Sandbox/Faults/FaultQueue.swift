/// Faults that wait for requests, a queue per endpoint.
struct FaultQueue: Sendable {
    private struct Waiting: Sendable {
        var fault: Fault
        var times: Int
        var passes: Int
    }

    private var waiting: [Endpoint: [Waiting]] = [:]

    /// Queues a fault behind those that already wait.
    ///
    /// - Parameters:
    ///   - times: how many requests it spoils.
    ///   - passes: how many requests go through unharmed before.
    mutating func add(_ fault: Fault, on endpoint: Endpoint, times: Int, passes: Int) {
        guard times > 0 else { return }
        waiting[endpoint, default: []].append(Waiting(fault: fault, times: times, passes: max(0, passes)))
    }

    /// The fault that falls on the next request, used up by asking.
    mutating func next(on endpoint: Endpoint) -> Fault? {
        guard var first = waiting[endpoint]?.first else { return nil }
        if first.passes > 0 {
            first.passes -= 1
            waiting[endpoint]?[0] = first
            return nil
        }
        first.times -= 1
        if first.times == 0 {
            waiting[endpoint]?.removeFirst()
        } else {
            waiting[endpoint]?[0] = first
        }
        return first.fault
    }

    /// How many requests are still to be spoilt.
    var pending: Int { waiting.values.joined().reduce(0) { $0 + $1.times } }

    mutating func clear() { waiting = [:] }
}
