/// How large a request may be.
package struct RequestLimits: Sendable {
    /// The request target in bytes; more is 414.
    package var targetBytes = 8 * 1024
    /// The header fields with their line ends in bytes, and the trailer fields again; more is 431.
    package var headerBytes = 16 * 1024
    /// Header fields; more is 431.
    package var fieldCount = 100
    /// The body in bytes, after chunked coding was removed; more is 413.
    package var bodyBytes = 1024 * 1024

    package init() {}
}
