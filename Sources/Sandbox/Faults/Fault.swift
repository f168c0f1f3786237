/// Something that goes wrong with one reply.
package enum Fault: Sendable, Hashable {
    // Instead of an answer; the request has no effect, though a data call still counts against the limits.

    /// A 5xx, 597 too; as a page of HTML or with nothing in it.
    case serverError(status: Int, html: Bool = true)
    /// 200 with a page of HTML, as captive portals and maintenance pages come.
    case htmlPage
    /// 429 without the rate headers.
    case limitedWithoutHeaders
    /// 401 as for an expired token.
    case unauthorized

    // The request takes effect, and its answer is spoilt on the way.

    /// JSON cut off in the middle, though the response is whole.
    case truncatedJSON
    case emptyBody
    /// The right body under `text/plain`.
    case wrongContentType
    /// The connection is reset.
    case reset
    /// Nothing comes, until the client gives up.
    case hang
    /// The connection ends after so many bytes of body.
    case truncated(afterBytes: Int)
    /// The response comes a few bytes at a time.
    case drip(bytesPerStep: Int, every: Duration)
    /// The answer comes late.
    case latency(Duration)
    /// The `Date` header is off by so many seconds.
    case skewedDate(seconds: Int64)

    // Pages of the activity list only.

    /// One item more than asked for, 201 where 200 were.
    case oversizedPage
    /// An item among the others that is no activity.
    case undecodableItem
    /// The page's first item comes a second time.
    case repeatedItem
    /// `[]`, whatever is there.
    case emptyPage

    /// Faults by short names, for people who try them by hand.
    static let menu: [(name: String, fault: Fault)] = [
        ("503", .serverError(status: 503)),
        ("597", .serverError(status: 597, html: false)),
        ("html", .htmlPage),
        ("429", .limitedWithoutHeaders),
        ("401", .unauthorized),
        ("truncated-json", .truncatedJSON),
        ("empty-body", .emptyBody),
        ("wrong-type", .wrongContentType),
        ("reset", .reset),
        ("hang", .hang),
        ("cut-off", .truncated(afterBytes: 100)),
        ("drip", .drip(bytesPerStep: 512, every: .milliseconds(50))),
        ("slow", .latency(.seconds(3))),
        ("201-items", .oversizedPage),
        ("bad-item", .undecodableItem),
        ("repeated-item", .repeatedItem),
        ("empty-page", .emptyPage),
    ]

    /// The answer that stands in for the real one; nil when the real one is made first.
    var substitute: Refusal? {
        switch self {
        case .limitedWithoutHeaders: .limited
        case .unauthorized: .unauthorized("Athlete", "access_token", "invalid")
        default: nil
        }
    }
}
