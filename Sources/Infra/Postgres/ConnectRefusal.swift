/// Why a server that answers does not let us in: it will not either before somebody corrects the settings, here or there.
///
/// Everything that is not here passes by itself and is waited for: a server that starts (57P03), that has no connection left (53300),
/// that nobody has started.
package enum ConnectRefusal: Sendable, Hashable {
    /// The password is wrong, or the user is unknown: as a rule the server does not tell which.
    case password
    /// The server asks for a password, and there is none.
    case noPassword
    /// The user is unknown or may not log in, or `pg_hba.conf` has no line for it, this database and where we come from.
    case user
    /// There is no such database.
    case database
    /// The user may not connect to the database.
    case privilege
    /// A parameter of the server's, set by the keyword `options`, is unknown or has no such value.
    case option

    /// - Parameter sqlState: five characters from postgresql.org/docs/current/errcodes-appendix.html, as they came on connecting.
    /// - Returns: nil when it passes by itself, or nobody knows.
    init?(sqlState: String) {
        switch sqlState {
        case "28P01": self = .password
        case "28000": self = .user
        case "3D000": self = .database
        case "42501": self = .privilege
        case "42704", "22023": self = .option
        default: return nil
        }
    }
}
