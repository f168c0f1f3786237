package import Actors

/// Where a database is, who asks, and how long anything may take.
package struct PostgresSettings: Sendable {
    /// A name, an address, a folder with a Unix socket, or several of them with commas between; empty for libpq's own choice.
    package var host: String
    package var port: Int
    /// Nil for libpq's own choice, the name of the operating system's user.
    package var user: String?
    package var password: Secret?
    /// Nil for libpq's own choice, the name of the user.
    package var database: String?
    /// Further keywords of libpq, such as `sslmode` and `sslrootcert`; what they mean is libpq's affair.
    ///
    /// They are listed at postgresql.org/docs/current/libpq-connect.html. `connect_timeout` becomes ``connectTimeout``.
    package var parameters: [String: String]

    /// How long it may take until a connection can be used; every address of the host gets a share.
    package var connectTimeout = Duration.seconds(10)
    /// How long a statement may take without a sign of the server, waiting for locks included.
    ///
    /// Each part of an answer begins it anew.
    package var statementTimeout = Duration.seconds(30)
    /// How long the server may take to end a statement that was cancelled, before the connection is given up.
    package var drainTimeout = Duration.seconds(2)

    /// How long the server lets a transaction lie still, as that of a client does which froze or was cut off, before it ends it.
    ///
    /// Others wait for its locks meanwhile. So it is shorter than ``statementTimeout``, after which they would fail, and than a lease,
    /// after which another process is to go on.
    package var idleTransactionTimeout = Duration.seconds(15)

    package init(
        host: String, port: Int = 5432, user: String? = nil, password: Secret? = nil, database: String? = nil,
        parameters: [String: String] = [:]
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.database = database
        var parameters = parameters
        // libpq heeds it in its blocking calls only. Zero means no limit there; here nothing is without one.
        if let seconds = parameters.removeValue(forKey: "connect_timeout").flatMap({ Int($0) }), seconds > 0 {
            connectTimeout = .seconds(seconds)
        }
        self.parameters = parameters
    }

    /// The keywords for libpq, in no particular order.
    ///
    /// - Parameter addresses: what ``namesToResolve`` were resolved to; libpq then asks no name server, which it would do blocking.
    func keywords(addresses: [HostAddress]) -> [(name: String, value: String)] {
        var keywords: [String: String] = [
            "fallback_application_name": "paceline",
            // A server that is cut off without a word is noticed after a minute, not after the system's two hours.
            "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3", "tcp_user_timeout": "60000",
        ]
        keywords.merge(parameters) { $1 }
        // Not for the URL to choose: texts are read and written as UTF-8.
        keywords["client_encoding"] = "UTF8"
        keywords["port"] = String(port)
        if !host.isEmpty { keywords["host"] = host }
        if !addresses.isEmpty {
            // One host for each address: libpq tries them in turn, and checks certificates against the name.
            keywords["host"] = addresses.map(\.host).joined(separator: ",")
            keywords["hostaddr"] = addresses.map(\.address).joined(separator: ",")
        }
        keywords["user"] = user
        keywords["password"] = password?.exposed
        keywords["dbname"] = database
        return keywords.map { (name: $0.key, value: $0.value) }
    }

    /// The names to resolve before libpq is called: those of a list, such as `a,b`; none when one of them is a socket.
    var namesToResolve: [String] {
        let names = host.split(separator: ",", omittingEmptySubsequences: false)
        guard parameters["hostaddr"] == nil,
            !names.contains(where: { $0.isEmpty || $0.hasPrefix("/") || $0.hasPrefix("@") })
        else { return [] }
        return names.map { String($0) }
    }
}
