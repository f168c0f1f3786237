import Actors
import Glibc
import Postgres
import Reactor
import TestSupport
import Testing

/// How a connection comes to be, or does not.
@Suite(.timeLimit(.minutes(5))) struct PostgresConnectTests {
    private func open(_ settings: PostgresSettings) async throws -> PostgresConnection {
        let connection = PostgresConnection(settings, on: try PostgresServer.loops.get().loops[0])
        try await connection.open()
        return connection
    }

    private func failure(_ settings: PostgresSettings) async -> PostgresFailure? {
        await #expect(throws: PostgresFailure.self) { try await open(settings) }
    }

    @Test(arguments: ["127.0.0.1", "localhost"])
    func byTCPWithThePassword(host: String) async throws {
        // The name has an IPv6 address as well, where nobody listens: libpq goes on to the next one, on another socket.
        let connection = try await open(PostgresServer.shared().networkSettings(host: host))
        let zone = try await connection.first("SHOW TimeZone") { (row: inout PostgresRow) throws(PostgresFailure) in
            try row.text()
        }
        #expect(zone == "UTC")
        await connection.close()
        #expect(await !connection.isUsable)
    }

    @Test func aWrongPasswordIsToldWithoutIt() async throws {
        let failure = try await failure(PostgresServer.shared().networkSettings(password: "wrong-hunter2"))
        #expect(failure?.kind == .denied(.password))
        #expect(failure?.message.contains("FATAL:  password authentication failed") == true)
        #expect(failure?.message.contains("hunter2") == false)
        // What verbosity adds is for us, not for people.
        #expect(failure?.message.contains("28P01") == false)
        #expect(failure?.message.contains(".c:") == false)
    }

    @Test func aUserWhomNobodyKnowsIsDeniedLikeAWrongPassword() async throws {
        var settings = try await PostgresServer.shared().networkSettings()
        settings.user = "nobody_here"
        #expect(await failure(settings)?.kind == .denied(.password), "scram does not tell which it is")
    }

    @Test func aUserWhomNobodyKnowsIsDeniedWhereNoPasswordIsAskedFor() async throws {
        var settings = try await PostgresServer.shared().settings()
        settings.user = "nobody_here"
        let failure = await failure(settings)
        #expect(failure?.kind == .denied(.user))
        #expect(failure?.message.contains("nobody_here") == true)
    }

    @Test func aDatabaseThatIsNotThereIsDenied() async throws {
        let failure = try await failure(PostgresServer.shared().networkSettings(database: "not_here"))
        #expect(failure?.kind == .denied(.database))
        #expect(failure?.message.contains("not_here") == true)
    }

    @Test func aPasswordThatIsMissingIsDenied() async throws {
        var settings = try await PostgresServer.shared().networkSettings()
        settings.password = nil
        settings.parameters = ["passfile": "/nonexistent/pgpass"]
        #expect(await failure(settings)?.kind == .denied(.noPassword))
    }

    @Test func whoMayNotConnectToTheDatabaseIsDenied() async throws {
        let server = try await PostgresServer.shared()
        try await server.withDatabase { name in
            try await server.execute("CREATE ROLE \(name) LOGIN; REVOKE CONNECT ON DATABASE \(name) FROM PUBLIC")
            var settings = server.settings(database: name)
            settings.user = name
            #expect(await failure(settings)?.kind == .denied(.privilege))
            try await server.execute("DROP ROLE \(name)")
        }
    }

    @Test func aParameterThatTheServerDoesNotKnowIsDenied() async throws {
        var settings = try await PostgresServer.shared().networkSettings()
        settings.parameters = ["options": "-c nonsense=1"]
        #expect(await failure(settings)?.kind == .denied(.option))
    }

    @Test func aServerWithoutAConnectionLeftIsWaitedFor() async throws {
        let server = try await PostgresServer.shared()
        try await server.withDatabase { name in
            try await server.execute("CREATE ROLE \(name) LOGIN CONNECTION LIMIT 0")
            var settings = server.settings()
            settings.user = name
            let failure = await failure(settings)
            #expect(failure?.kind == .unreachable)
            #expect(failure?.message.contains("too many connections") == true)
            try await server.execute("DROP ROLE \(name)")
        }
    }

    /// As at the start and at the end of a server; a real one is in that state for a moment only.
    @Test(arguments: ["57P03", "53300", "08006"])
    func aServerThatIsNotReadyYetIsWaitedFor(code: String) async throws {
        let server = try SilentServer()
        async let told: Void = server.turnAway(code, "not now")
        let failure = await failure(Self.plain(server))
        #expect(failure?.kind == .unreachable)
        #expect(failure?.message.contains("FATAL:  not now") == true)
        await told
    }

    @Test func aServerThatSpeaksAnotherLanguageIsUnderstood() async throws {
        let server = try SilentServer()
        async let told: Void = server.turnAway("3D000", "base de données « 28P01: x »", severity: "KATASTROFALNY")
        #expect(await failure(Self.plain(server))?.kind == .denied(.database))
        await told
    }

    /// One message of the server, without TLS before it.
    private static func plain(_ server: SilentServer) -> PostgresSettings {
        PostgresSettings(
            host: server.host, port: server.port, user: "u",
            parameters: ["sslmode": "disable", "gssencmode": "disable", "connect_timeout": "600"])
    }

    @Test func whereNobodyListensIsToldAtOnce() async throws {
        let failure = await failure(PostgresSettings(host: "127.0.0.1", port: try FreePort.find(), user: "u"))
        #expect(failure?.kind == .unreachable)
        #expect(failure?.message.contains("Connection refused") == true)
    }

    @Test func aHostThatDoesNotExistIsTold() async throws {
        let failure = await failure(PostgresSettings(host: "no-such-host.invalid", user: "u"))
        #expect(failure?.kind == .unreachable)
        #expect(failure?.message.contains("no-such-host.invalid") == true)
    }

    @Test func aKeywordThatLibpqDoesNotKnowIsNamed() async throws {
        let settings = PostgresSettings(host: "127.0.0.1", parameters: ["sslmod": "require"])
        #expect(await failure(settings)?.message.contains("sslmod") == true)
        #expect(!ConnectKeywords.known.contains("sslmod"))
        #expect(ConnectKeywords.known.isSuperset(of: ["sslmode", "hostaddr", "target_session_attrs", "sslrootcert"]))
    }

    @Test func aServerThatSaysNothingIsGivenUp() async throws {
        let silent = try SilentServer()
        var settings = PostgresSettings(host: silent.host, port: silent.port, user: "u")
        settings.connectTimeout = .milliseconds(100)
        #expect(await failure(settings)?.kind == .timedOut)
        withExtendedLifetime(silent) {}
    }

    @Test func oneSilentAddressLeavesTimeForTheNext() async throws {
        let server = try await PostgresServer.shared()
        let silent = try SilentServer(last: 2, port: server.port)
        // Half of the time is for the first, and half must do for the second on a busy machine.
        var settings = server.networkSettings(host: "\(silent.host),127.0.0.1")
        settings.connectTimeout = .seconds(40)
        let connection = try await open(settings)
        #expect(await connection.isUsable)
        await connection.close()
        withExtendedLifetime(silent) {}
    }

    @Test func aHostOfAListThatDoesNotExistHidesNoOther() async throws {
        let connection = try await open(
            PostgresServer.shared().networkSettings(host: "no-such-host.invalid,127.0.0.1"))
        #expect(await connection.isUsable)
        await connection.close()
    }

    @Test func whoIsCancelledWhileConnectingStopsAtOnce() async throws {
        let silent = try SilentServer()
        var settings = PostgresSettings(host: silent.host, port: silent.port, user: "u")
        settings.connectTimeout = .seconds(600)
        let connecting = Task { [settings] in try await open(settings) }
        await silent.connected()
        connecting.cancel()
        let failure = await #expect(throws: PostgresFailure.self) { try await connecting.value }
        #expect(failure?.kind == .cancelled)
        withExtendedLifetime(silent) {}
    }

    @Test func whatTheServerRefusesFirstLeavesNoSocketOpen() async throws {
        let server = try SilentServer()
        let connection = PostgresConnection(
            PostgresSettings(
                host: server.host, port: server.port, user: "u",
                // Far longer than a busy machine takes for a step.
                parameters: ["sslmode": "disable", "gssencmode": "disable", "connect_timeout": "600"]),
            on: try PostgresServer.loops.get().loops[0])
        async let isClosed = server.refuseFirstStatement()
        let failure = await #expect(throws: PostgresFailure.self) { try await connection.open() }
        #expect(failure?.sqlState == "42501")
        #expect(await isClosed, "the server sees the end of the connection")
    }

    @Test func theTLSModesAreLibpqs() async throws {
        let folder = try TemporaryFolder()
        let made = try await Tool.run(
            "openssl",
            [
                "req", "-new", "-x509", "-days", "2", "-nodes", "-subj", "/CN=localhost", "-addext",
                "subjectAltName=DNS:localhost", "-out", "\(folder.path)/server.crt", "-keyout",
                "\(folder.path)/server.key",
            ])
        try #require(made.status == .exited(0), "\(made.errors)")
        // The key must be the server's user's own; the folder's name is nobody's secret.
        if geteuid() == 0, let postgres = getpwnam("postgres")?.pointee {
            for file in ["", "/server.crt", "/server.key"] {
                try #require(chown(folder.path + file, postgres.pw_uid, postgres.pw_gid) == 0)
            }
        }
        let server = try await PostgresServer(settings: [
            "ssl = on", "ssl_cert_file = '\(folder.path)/server.crt'", "ssl_key_file = '\(folder.path)/server.key'",
        ])
        func settings(_ mode: String, host: String = "localhost", root: String? = nil) -> PostgresSettings {
            var settings = server.networkSettings(host: host)
            settings.parameters = ["sslmode": mode]
            settings.parameters["sslrootcert"] = root
            return settings
        }
        for trusted in [settings("require"), settings("verify-full", root: "\(folder.path)/server.crt")] {
            let connection = try await open(trusted)
            let isEncrypted = try await connection.first(
                "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            ) { (row: inout PostgresRow) throws(PostgresFailure) in try row.bool() }
            #expect(isEncrypted == true)
            await connection.close()
        }
        let stranger = await failure(settings("verify-full", host: "127.0.0.1", root: "\(folder.path)/server.crt"))
        #expect(stranger?.kind == .unreachable, "the certificate names another host")
        #expect(await failure(settings("verify-full", root: "/nowhere.crt"))?.kind == .unreachable)
        var unencrypted = try await PostgresServer.shared().networkSettings()
        unencrypted.parameters = ["sslmode": "require"]
        #expect(await failure(unencrypted)?.message.contains("SSL") == true)
        await server.end()
        withExtendedLifetime(folder) {}
    }
}
