internal import HTTP
internal import HTTPTypes

extension Fault {
    /// A whole response in place of the real one; nil for faults that spoil the real one.
    var replacement: Response? {
        switch self {
        case .serverError(let status, true): Answer.html(ErrorPage.html(status), status: status)
        case .serverError(let status, false): Answer.make(status, nil, [])
        case .htmlPage: Answer.html(ErrorPage.html(200))
        default: substitute?.response
        }
    }

    /// Spoils a reply that was made as if all were well.
    ///
    /// - Parameter now: milliseconds since the epoch.
    func spoil(_ reply: inout SandboxReply, now: Int64) {
        switch self {
        case .truncatedJSON: reply.response.body.removeLast(reply.response.body.count / 2)
        case .emptyBody: reply.response.body = []
        case .wrongContentType: reply.response.fields[.contentType] = "text/plain"
        case .latency(let duration): reply.delay = duration
        case .skewedDate(let seconds): reply.response.setDate(now + seconds * 1000)
        case .reset: reply.response.transmission = .reset
        case .hang: reply.response.transmission = .hang
        case .truncated(let count): reply.response.transmission = .truncated(afterBytes: count)
        case .drip(let count, let pause): reply.response.transmission = .drip(bytesPerStep: count, every: pause)
        default: break
        }
    }

    /// Changes the items of a list page.
    ///
    /// - Parameter more: the item that would begin the next page.
    func spoil(_ items: inout [[UInt8]], more: [UInt8]?) {
        switch self {
        case .oversizedPage: if let more { items.append(more) }
        case .undecodableItem: items.insert(Array(Self.notAnActivity.utf8), at: items.count / 2)
        case .repeatedItem: if let first = items.first { items.insert(first, at: 1) }
        case .emptyPage: items = []
        default: break
        }
    }

    private static let notAnActivity =
        #"{"resource_state":2,"id":null,"name":"Half an activity","start_date":"yesterday","distance":"far"}"#
}
