import FoundationEssentials
import Glibc

/// PgBouncer in front of a PostgreSQL server, as people put it there: one pool, and one password at both ends.
package final class PgBouncer: Sendable {
    /// It did not come to serve.
    package struct DidNotStart: Error, CustomStringConvertible {
        package let description: String
    }

    /// When a connection to the server goes from one client to the next.
    package enum Mode: String, Sendable, CaseIterable {
        /// When the client hangs up.
        case session
        /// When its transaction ends.
        case transaction
    }

    /// The port on 127.0.0.1.
    package let port: Int
    private let process: RunningProcess
    /// Keeps it alive; it must not go before us.
    private let server: PostgresServer

    /// Whether the program is here.
    package static var isInstalled: Bool { (try? Tool.path("pgbouncer")) != nil }

    /// Starts one, and returns when it serves.
    ///
    /// - Parameter connections: how many it may hold to one database.
    /// - Throws: `Tool.Missing`, or `DidNotStart` with what it said.
    package init(_ mode: Mode, before server: PostgresServer, connections: Int) async throws {
        var said = ""
        // It cannot be told to choose a port itself, and another program may take the free one that we found; rarely twice.
        for _ in 0..<5 {
            let port = try FreePort.find()
            let process = try Self.start(mode, server, port: port, connections: connections)
            for await line in process.errorLines {
                said += line + "\n"
                guard line.contains("process up") else { continue }
                (self.port, self.process, self.server) = (port, process, server)
                return
            }
        }
        throw DidNotStart(description: "pgbouncer did not start:\n\(said)")
    }

    /// The `DATABASE_URL` of a database, through it.
    package func url(database: String) -> String {
        "postgresql://\(PostgresServer.user):\(PostgresServer.password)@127.0.0.1:\(port)/\(database)"
    }

    /// Its program is copied to where the user that it runs as may read it: it refuses to be root, whose folders are closed to others.
    private static func start(
        _ mode: Mode, _ server: PostgresServer, port: Int, connections: Int
    ) throws -> RunningProcess {
        let base = "\(server.folder)/pgbouncer-\(port)"
        let users = #""\#(PostgresServer.user)" "\#(PostgresServer.password)""#
        try Data((users + "\n").utf8).write(to: URL(filePath: base + ".users"))
        let settings = """
            [databases]
            * = host=\(server.folder) port=\(server.port)
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = \(port)
            unix_socket_dir =
            auth_type = scram-sha-256
            auth_file = \(base).users
            pool_mode = \(mode.rawValue)
            default_pool_size = \(connections)
            max_client_conn = 200
            """
        try Data((settings + "\n").utf8).write(to: URL(filePath: base + ".ini"))
        let program = base + ".program"
        try FileManager.default.copyItem(atPath: Tool.path("pgbouncer"), toPath: program)
        let change = geteuid() == 0 ? ["setpriv"] + PostgresServer.change : ["env"]
        return try Tool.start("env", change + [program, base + ".ini"])
    }

    /// Stops it, and waits.
    package func stop() async {
        process.kill()
        _ = await process.wait()
    }
}
