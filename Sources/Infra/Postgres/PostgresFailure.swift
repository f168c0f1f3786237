/// Why PostgreSQL did not do as asked.
///
/// The message is the server's or libpq's own words, or ours; a password is in none of them.
package struct PostgresFailure: Error, Sendable, Hashable {
    /// What the caller can do about it.
    package enum Kind: Sendable, Hashable {
        /// No connection came to be, and one may by and by: nobody listens, the server is starting, a certificate is not trusted.
        case unreachable
        /// The server is there and lets nobody in by these settings.
        case denied(ConnectRefusal)
        /// The connection broke. Whether the statement under way was carried out is not known.
        case lost
        /// The server refused the statement; five characters from postgresql.org/docs/current/errcodes-appendix.html.
        case server(sqlState: String)
        /// The time allowed for it was over.
        case timedOut
        /// The calling task was cancelled.
        case cancelled
        /// The pool or the connection has been closed by its owner.
        case closed
        /// An answer came that the caller did not ask for, such as a column of another type.
        case unexpected
        /// The database is not as it has to be; the message names the cure.
        case refused
    }

    package var kind: Kind
    /// One line.
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The SQLSTATE, when the server sent one.
    package var sqlState: String? {
        if case .server(let state) = kind { state } else { nil }
    }

    static let cancelled = PostgresFailure(.cancelled, "the caller gave up")
    static let closed = PostgresFailure(.closed, "the connection is closed")

    static func timedOut(_ what: String) -> PostgresFailure {
        PostgresFailure(.timedOut, "\(what) took longer than allowed")
    }
}
