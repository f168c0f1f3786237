/// Why no answer came.
package struct CurlFailure: Error, Sendable, Hashable {
    /// What happened.
    package enum Kind: Sendable, Hashable {
        /// The caller's task was cancelled.
        case cancelled
        /// The client was shut down.
        case shutDown
        /// The URL or a header cannot be sent.
        case invalidRequest
        /// No connection: name resolution, routing, or nobody listens.
        case connection
        /// The TLS handshake failed, or the certificate is not to be trusted.
        case tls
        /// One of the time limits passed, or the bytes came too slowly.
        case timedOut
        /// The answer is larger than allowed.
        case tooLarge
        /// The connection broke, or what came is not HTTP.
        case interrupted
    }

    package var kind: Kind
    /// One line for the log, in curl's words.
    ///
    /// It may name the host; it never has a header or a body in it.
    package var message: String
    /// Whether the server may have seen the request.
    package var wasSent: Bool

    package init(_ kind: Kind, _ message: String, wasSent: Bool) {
        self.kind = kind
        self.message = message
        self.wasSent = wasSent
    }
}
