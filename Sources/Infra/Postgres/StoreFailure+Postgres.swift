import Actors

extension StoreFailure {
    /// What a failure of the driver means for the caller, and what a person can do about it.
    ///
    /// Codes: postgresql.org/docs/current/errcodes-appendix.html; the first two characters are the class.
    init(_ failure: PostgresFailure, at place: String) {
        let (kind, cure): (Kind, String?) =
            switch failure.kind {
            case .unreachable: (.unavailable, "see that the server runs, and that DATABASE_URL names it")
            case .denied(let refusal): (.denied, Self.cure(of: refusal))
            case .lost: (.unavailable, "the connection is made anew with the next call")
            case .timedOut: (.unavailable, "see what keeps the server busy, or the network slow")
            case .cancelled: (.unavailable, "the call was given up")
            case .closed: (.unavailable, "Paceline is stopping")
            case .unexpected: (.corrupt, Self.foreignTables)
            case .refused: (.corrupt, nil)
            case .server(let state): Self.advice(for: state)
            }
        let code = failure.sqlState.map { " (\($0))" } ?? ""
        self.init(kind, "PostgreSQL: \(failure.message)\(code) at \(place)" + (cure.map { "; \($0)" } ?? ""))
    }

    private static let foreignTables =
        "the tables are not what Paceline made; restore a backup, or name another database in DATABASE_URL"

    private static func cure(of refusal: ConnectRefusal) -> String {
        switch refusal {
        case .password:
            "correct the user or the password in DATABASE_URL or POSTGRES_PASSWORD, where / ? # @ : % in a URL are percent-encoded; "
                + "or give the server's user this password: ALTER ROLE … PASSWORD"
        case .noPassword:
            "write the password into DATABASE_URL, postgresql://user:password@host/database, or into ~/.pgpass"
        case .user:
            "correct the user in DATABASE_URL or POSTGRES_USER, make it (CREATE ROLE … LOGIN), or let it in from here: the server's pg_hba.conf"
        case .database:
            "correct the database in DATABASE_URL or POSTGRES_DB, or make it: CREATE DATABASE … OWNER …"
        case .privilege:
            "let the user of DATABASE_URL in, GRANT CONNECT ON DATABASE … TO …, or name another database"
        case .option: "correct what options= in DATABASE_URL, or PGOPTIONS, sets"
        }
    }

    private static func advice(for state: String) -> (Kind, String) {
        switch state {
        case "25006":
            (.unavailable, "this server is a standby, which only answers; name the primary in DATABASE_URL")
        case "42501":
            (.denied, "make the user of DATABASE_URL the owner of the tables and give it the right to create some")
        case "0A000", "2BP01":
            (
                .corrupt,
                "what somebody built on the tables, such as a view, is in the way; drop it, start Paceline, then make it again"
            )
        case "57014", "55P03", "25P03":
            (.unavailable, "something holds a lock for long; try again")
        default:
            switch state.prefix(2) {
            case "08", "57", "58":
                (.unavailable, "the server is starting, stopping or gone; it is asked again by and by")
            case "40", "55": (.unavailable, "try again")
            case "53", "54":
                (.unavailable, "the server is out of disk, memory or connections; give it more, then try again")
            case "28", "3D": (.denied, "correct the user, the password or the database in DATABASE_URL")
            case "22", "23":
                (
                    .corrupt,
                    "a constraint, a trigger or a type that somebody gave the tables refuses what Paceline stores; take it away"
                )
            default: (.corrupt, foreignTables)
            }
        }
    }
}
