import Actors

/// Where the mirror is kept.
enum DatabaseURL: Sendable, Hashable {
    /// A file; relative paths start at the working directory.
    case sqlite(path: String)
    case postgres(PostgresAddress)

    /// What it is, for the log: the path or the host, never a password.
    var summary: String {
        switch self {
        case .sqlite(let path): "SQLite at \(path)"
        case .postgres(let address): "PostgreSQL at \(address.host):\(address.port)"
        }
    }

    /// Why a text is no such address.
    ///
    /// The text itself is never part of it: it may hold a password.
    struct Malformed: Error, Equatable {
        var reason: String
    }

    /// Reads a URL as SQLAlchemy does, since the original's `.env` files hold such URLs.
    ///
    /// `sqlite:///path` (relative) and `sqlite:////path` (absolute), `postgresql://user:password@host:port/database?name=value` and its
    /// other spellings `postgres://` and `postgresql+driver://`. User, password and database are percent-decoded for PostgreSQL;
    /// a SQLite path is taken as it stands.
    init(parsing text: String) throws(Malformed) {
        guard let separator = text.firstRange(of: "://") else {
            throw Malformed(reason: "does not begin with sqlite:/// or postgresql://")
        }
        // What follows a plus sign names a Python driver, which says nothing here.
        let scheme = text[..<separator.lowerBound].lowercased().prefix { $0 != "+" }
        let rest = text[separator.upperBound...]
        switch scheme {
        case "sqlite": self = .sqlite(path: try Self.sqlitePath(rest))
        case "postgresql", "postgres": self = .postgres(try PostgresAddress(parsing: rest))
        default: throw Malformed(reason: "does not begin with sqlite:/// or postgresql://")
        }
    }

    private static func sqlitePath(_ rest: Substring) throws(Malformed) -> String {
        guard rest.first == "/" || rest.isEmpty else {
            throw Malformed(
                reason: "has two slashes where three belong: sqlite:///var/paceline.db, or four for an absolute path")
        }
        let path = String(rest.dropFirst().prefix { $0 != "?" })
        guard !path.isEmpty, path != ":memory:" else {
            throw Malformed(reason: "names no file, and a database in memory would forget everything at each stop")
        }
        return path
    }
}

/// What libpq needs to reach a PostgreSQL database.
struct PostgresAddress: Sendable, Hashable {
    /// Empty for the local socket; several have commas between.
    var host: String
    var port: Int
    /// Nil for libpq's own choice, the name of the operating system's user.
    var user: String?
    var password: Secret?
    /// Nil for libpq's own choice, the name of the user.
    var database: String?
    /// What stood after the question mark, such as `sslmode`.
    var parameters: [String: String]

    init(
        host: String, port: Int = 5432, user: String?, password: Secret?, database: String?,
        parameters: [String: String] = [:]
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.database = database
        self.parameters = parameters
    }

    /// Reads what follows `postgresql://`.
    ///
    /// What the query says of host, port, user, password and database wins, as in libpq and in SQLAlchemy.
    init(parsing rest: Substring) throws(DatabaseURL.Malformed) {
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let afterAuthority = rest[authority.endIndex...]
        let path = afterAuthority.prefix { $0 != "?" }.dropFirst()
        let query = afterAuthority.drop { $0 != "?" }.dropFirst()
        // A password with a slash in it seems to end before it: what comes first of it must not count as a port or a host, which are
        // printed.
        let hasAt = authority.contains("@")
        if authority.contains(":"), path.contains("@") || (!hasAt && query.contains("@")) {
            throw DatabaseURL.Malformed(
                reason:
                    "has an @ behind a / or a ? (in a password write / as %2F and ? as %3F; elsewhere write @ as %40)")
        }
        // The last one: a password may hold an at sign that its author forgot to encode.
        let at = authority.lastIndex(of: "@")
        let credentials = at.map { authority[..<$0] } ?? ""
        let colon = credentials.firstIndex(of: ":")
        let endpoint = try Self.endpoint(at.map { authority[authority.index(after: $0)...] } ?? authority)

        var parameters: [String: String] = [:]
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            parameters[try Self.decoded(parts[0])] = try parts.count == 2 ? Self.decoded(parts[1]) : ""
        }
        let user = try Self.decoded(colon.map { credentials[..<$0] } ?? credentials)
        let password = try colon.map { (colon) throws(DatabaseURL.Malformed) in
            try Self.decoded(credentials[credentials.index(after: colon)...])
        }
        let database = try Self.decoded(path)
        let others = parameters.filter { !Self.own.contains($0.key) }
        try Self.check(others, hidesNames: parameters["password"] != nil)
        self.init(
            host: parameters["host"] ?? endpoint.host,
            port: try parameters["port"].map(Self.port) ?? endpoint.port ?? 5432,
            user: (parameters["user"] ?? user).nonEmpty,
            password: (parameters["password"] ?? password).map { Secret($0) },
            database: (parameters["dbname"] ?? database).nonEmpty, parameters: others)
    }

    /// What the address has a place of its own for.
    private static let own: Set = ["host", "port", "user", "password", "dbname"]

    private static func port(_ text: String) throws(DatabaseURL.Malformed) -> Int {
        guard let port = Int(text), (1...65_535).contains(port) else {
            throw DatabaseURL.Malformed(reason: "has a port behind the question mark that is no number from 1 to 65535")
        }
        return port
    }

    /// One server, or several with commas between, of which libpq takes the first that will do: `db1,db2:5432`.
    private static func endpoint(_ text: Substring) throws(DatabaseURL.Malformed) -> (host: String, port: Int?) {
        guard text.contains(",") else { return try singleEndpoint(text) }
        var hosts: [String] = []
        var ports: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let (host, port) = try singleEndpoint(part)
            hosts.append(host)
            ports.insert(port ?? 5432)
        }
        guard !hosts.contains("") else { throw DatabaseURL.Malformed(reason: "has a list of hosts with a gap in it") }
        guard ports.count == 1 else {
            throw DatabaseURL.Malformed(reason: "names hosts with different ports (write the same one behind each)")
        }
        return (hosts.joined(separator: ","), ports.first)
    }

    private static func singleEndpoint(_ text: Substring) throws(DatabaseURL.Malformed) -> (host: String, port: Int?) {
        if text.isEmpty { return ("", nil) }
        do throws(WebURL.Malformed) {
            let endpoint = try HostAndPort(parsing: text)
            return (endpoint.host.trimmingBrackets, endpoint.port)
        } catch {
            throw DatabaseURL.Malformed(
                reason: error.reason + " (characters such as / and # in a password must be percent-encoded)")
        }
    }

    private static func decoded(_ text: Substring) throws(DatabaseURL.Malformed) -> String {
        guard let decoded = String(percentDecoding: text) else {
            throw DatabaseURL.Malformed(
                reason: "has a percent sign that two hexadecimal digits do not follow (write %25 for %)")
        }
        return decoded
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }

    /// Reads `%41` as `A`; nil when a percent sign lacks its two digits or the bytes are not UTF-8.
    init?(percentDecoding text: Substring) {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst()?.hexadecimalDigit, let low = rest.popFirst()?.hexadecimalDigit else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        self.init(validating: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var hexadecimalDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
