import Actors
import FoundationEssentials
import Glibc
package import Postgres
package import Reactor

/// A PostgreSQL server of the tests' own, in a folder that goes with it.
///
/// It listens on a Unix socket, without a password, and on a port of 127.0.0.1, with one.
package final class PostgresServer: Sendable {
    /// It did not come to serve.
    package struct DidNotStart: Error, CustomStringConvertible {
        package let description: String
    }

    /// How a server is told to stop.
    package enum Stop: String, Sendable {
        /// Ends its clients, then itself.
        case fast
        /// Drops everything, as a crash does; it recovers at its next start.
        case immediate
    }

    package static let user = "paceline"
    package static let password = "pg-password-5f4dcc3b5aa765d6"

    /// The port on 127.0.0.1.
    package let port: Int
    /// The folder with the Unix socket and the log.
    package let folder: String
    private let keeper: RunningProcess

    /// The one that most tests share, each with a database of its own; it ends with the process.
    package static func shared() async throws -> PostgresServer { try await starting.value }

    private static let starting = Task { try await PostgresServer() }
    /// Where the tests' connections live.
    package static let loops = Result { try EventLoopGroup(count: 1, name: "test-pg") }

    /// Starts one, and returns when it serves.
    ///
    /// - Parameter settings: further lines of `postgresql.conf`.
    package init(settings: [String] = []) async throws {
        let programs = try Self.programs()
        // It cannot be told to choose a port itself, and another program may take the free one that we found; rarely twice.
        var said = ""
        for _ in 0..<5 {
            let port = try FreePort.find()
            var template = Array("/tmp/paceline-test-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw DidNotStart(description: "mkdtemp: errno \(errno)") }
            let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let keeper = try Subprocess.start(
                "/bin/sh",
                ["-c", Self.script, "sh", folder, programs, String(port), Self.user, Self.password]
                    + [settings.joined(separator: "\n")],
                environment: ["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"],
                holdsInput: true)
            for await line in keeper.lines {
                guard line != "ready" else {
                    (self.port, self.folder, self.keeper) = (port, folder, keeper)
                    return
                }
                said += line + "\n"
            }
        }
        throw DidNotStart(description: "PostgreSQL did not start: \(said)")
    }

    deinit {
        keeper.terminate()
        // Kept until it has cleared up: the last reference to a process kills it.
        Task { [keeper] in await keeper.wait() }
    }

    /// Waits for the end of the server and of its folder.
    package func end() async {
        keeper.terminate()
        _ = await keeper.wait()
    }

    /// Stops the server, and returns when it has.
    package func stop(_ how: Stop = .fast) async throws { try await control(["stop", "-m", how.rawValue]) }

    /// Starts it again, and returns when it serves.
    package func start() async throws { try await control(["start", "-l", "\(folder)/log"]) }

    private func control(_ arguments: [String]) async throws {
        let change = geteuid() == 0 ? ["setpriv"] + Self.change : ["env"]
        let outcome = try await Subprocess.run(
            "/usr/bin/env", change + ["\(Self.programs())/pg_ctl", "-D", "\(folder)/data", "-w"] + arguments)
        guard outcome.status == .exited(0) else {
            throw DidNotStart(description: "pg_ctl \(arguments): \(outcome.output)\(outcome.errors)")
        }
    }

    // MARK: Databases

    /// Where one of its databases is, through the Unix socket.
    package func settings(database: String = "postgres") -> PostgresSettings {
        patient(PostgresSettings(host: folder, port: port, user: Self.user, database: database))
    }

    /// Connecting waits far longer than a busy machine makes it take.
    private func patient(_ settings: PostgresSettings) -> PostgresSettings {
        var settings = settings
        settings.connectTimeout = .seconds(300)
        return settings
    }

    /// The same by TCP, with the password.
    package func networkSettings(
        database: String = "postgres", host: String = "127.0.0.1", password: String = PostgresServer.password
    ) -> PostgresSettings {
        patient(
            PostgresSettings(host: host, port: port, user: Self.user, password: Secret(password), database: database))
    }

    /// The `DATABASE_URL` of a database, by TCP.
    package func url(database: String, host: String = "127.0.0.1") -> String {
        "postgresql://\(Self.user):\(Self.password)@\(host):\(port)/\(database)"
    }

    /// Calls `body` with the name of a new, empty database, which goes afterwards whoever still uses it.
    package func withDatabase<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let name = "test_\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        try await execute("CREATE DATABASE \(name) TEMPLATE template0")
        do {
            let value = try await body(name)
            try await execute("DROP DATABASE \(name) WITH (FORCE)")
            return value
        } catch {
            try? await execute("DROP DATABASE \(name) WITH (FORCE)")
            throw error
        }
    }

    /// Runs statements on a connection of their own.
    package func execute(_ sql: String, database: String = "postgres") async throws {
        try await withConnection(database: database) { connection in try await connection.execute(sql) }
    }

    /// Runs one statement and hands out its first column, as text.
    package func column(_ sql: String, database: String) async throws -> [String?] {
        try await withConnection(database: database) { connection in
            try await connection.rows(sql) { (row: inout PostgresRow) throws(PostgresFailure) in try row.text() }
        }
    }

    /// Calls `body` with a connection that is closed afterwards.
    package func withConnection<Value: Sendable>(
        database: String = "postgres", _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let connection = PostgresConnection(settings(database: database), on: try Self.loops.get().loops[0])
        try await connection.open()
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    // MARK: Making one

    /// PostgreSQL refuses to run as root, and so does PgBouncer.
    static let change = ["--reuid=postgres", "--regid=postgres", "--clear-groups"]

    /// Makes the server and removes it when its input ends, which it does with the process that holds it, or when it is told to.
    ///
    /// Unsafe settings are right here: nothing has to survive a crash of the machine.
    private static let script = """
        folder=$1 programs=$2 port=$3 user=$4 password=$5 settings=$6
        as() { "$@"; }
        if [ "$(id -u)" = 0 ]; then
            chown postgres "$folder"
            as() { setpriv \(change.joined(separator: " ")) "$@"; }
        fi
        cd "$folder" || exit 1
        trap : TERM
        printf '%s' "$password" > password && chmod 644 password
        {
            as "$programs/initdb" -D data -U "$user" -E UTF8 --locale=C.UTF-8 --no-sync --pwfile=password \
                --auth-local=trust --auth-host=scram-sha-256 &&
            printf '%s\\n' "port = $port" "unix_socket_directories = '$folder'" "listen_addresses = '127.0.0.1'" \
                "fsync = off" "max_connections = 500" "shared_buffers = 16MB" "$settings" >> data/postgresql.conf &&
            as "$programs/pg_ctl" -D data -w -l log start
        } > made 2>&1 && echo ready || {
            cat made log
            cd / && rm -rf "$folder"
            exit 1
        }
        # The shell gives what runs in the background an empty input, unless told otherwise.
        exec 3<&0
        cat <&3 >/dev/null &
        # A signal ends this wait as the end of the input does.
        wait
        kill $! 2>/dev/null
        as "$programs/pg_ctl" -D data -m immediate stop >/dev/null 2>&1
        cd / && rm -rf "$folder"
        """

    /// Debian keeps the server's programs in a folder for each version, out of `PATH`.
    private static func programs() throws -> String {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let newest = versions.compactMap { Int($0) }.sorted(by: >).map { "\(root)/\($0)/bin" }
            .first { access("\($0)/initdb", X_OK) == 0 }
        if let newest { return newest }
        let path = try Tool.path("initdb")
        return String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
    }
}
