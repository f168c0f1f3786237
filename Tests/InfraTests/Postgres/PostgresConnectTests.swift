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
        #expect(failure?.kind == .unreachable)
        #expect(failure?.message.contains("password authentication failed") == true)
        #expect(failure?.message.contains("hunter2") == false)
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
