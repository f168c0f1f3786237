import Actors
import Testing

@testable import paceline

@Suite("A database URL")
struct DatabaseURLTests {
    @Test(
        "a SQLite path is what follows the three slashes, as in SQLAlchemy",
        arguments: [
            ("sqlite:///var/paceline.db", "var/paceline.db"),
            ("sqlite:////var/lib/paceline.db", "/var/lib/paceline.db"),
            ("sqlite+pysqlite:///a b%20c.db?timeout=5", "a b%20c.db"),
        ])
    func aSQLitePathIsWhatFollowsTheSlashes(url: String, path: String) throws {
        #expect(try DatabaseURL(parsing: url) == .sqlite(path: path))
    }

    @Test(
        "every spelling of PostgreSQL is understood",
        arguments: ["postgresql", "postgres", "postgresql+psycopg2", "PostgreSQL+asyncpg"])
    func everySpellingOfPostgreSQLIsUnderstood(scheme: String) throws {
        let expected = PostgresAddress(
            host: "db.example.org", port: 6432, user: "athlete", password: Secret("pw"), database: "strava")
        #expect(
            try DatabaseURL(parsing: "\(scheme)://athlete:pw@db.example.org:6432/strava") == .postgres(expected))
    }

    @Test func whatIsLeftOutIsLeftToTheDriver() throws {
        #expect(
            try DatabaseURL(parsing: "postgresql:///strava")
                == .postgres(PostgresAddress(host: "", user: nil, password: nil, database: "strava")))
        #expect(
            try DatabaseURL(parsing: "postgresql://me@[::1]")
                == .postgres(PostgresAddress(host: "::1", user: "me", password: nil, database: nil)))
    }

    @Test func namesAndPasswordsArePercentDecoded() throws {
        let url = try DatabaseURL(parsing: "postgres://a%40b:p%2Fw%C3%A9+@h/d%20b?sslmode=require&host=%2Frun%2Fpg")
        let expected = PostgresAddress(
            host: "/run/pg", user: "a@b", password: Secret("p/wé+"), database: "d b", parameters: ["sslmode": "require"]
        )
        #expect(url == .postgres(expected))
    }

    @Test func anAtSignInTheQueryIsNoPartOfAPassword() throws {
        let expected = PostgresAddress(host: "h", user: "me@corp", password: nil, database: "d")
        #expect(try DatabaseURL(parsing: "postgresql://h/d?user=me@corp") == .postgres(expected))
    }

    @Test func whatTheQuerySaysWins() throws {
        let url = try DatabaseURL(
            parsing: "postgresql://a:b@c:1/d?host=h&port=6432&user=me%40corp&password=p%26w&dbname=strava")
        let expected = PostgresAddress(
            host: "h", port: 6432, user: "me@corp", password: Secret("p&w"), database: "strava")
        #expect(url == .postgres(expected))
    }

    @Test func aPasswordMayHoldAnAtSign() throws {
        let expected = PostgresAddress(host: "h", user: "u", password: Secret("p@w"), database: "d")
        #expect(try DatabaseURL(parsing: "postgres://u:p@w@h/d") == .postgres(expected))
    }

    @Test(
        "several servers have commas between, as for a primary and its standbys",
        arguments: ["db1,db2", "db1:5432,db2:5432", "db1,db2:5432"])
    func severalServersHaveCommasBetween(hosts: String) throws {
        let url = try DatabaseURL(parsing: "postgresql://u:pw@\(hosts)/d?target_session_attrs=read-write")
        let expected = PostgresAddress(
            host: "db1,db2", user: "u", password: Secret("pw"), database: "d",
            parameters: ["target_session_attrs": "read-write"])
        #expect(url == .postgres(expected))
    }

    @Test func severalServersShareAPort() throws {
        let expected = PostgresAddress(host: "::1,db2", port: 6432, user: "u", password: nil, database: "d")
        #expect(try DatabaseURL(parsing: "postgresql://u@[::1]:6432,db2:6432/d") == .postgres(expected))
    }

    private func complaint(_ query: String) -> String? {
        do {
            _ = try DatabaseURL(parsing: "postgresql://u@h/d?\(query)")
            return nil
        } catch {
            return error.reason
        }
    }

    @Test(
        "a keyword that libpq does not know is named, and the one that was meant",
        arguments: [
            ("sslmod=require", "\"sslmod\"", "(was sslmode meant?)"),
            ("application_name=x&connection_timeout=5", "\"connection_timeout\"", "does not know"),
            ("schema=public&sslmode=require", "\"schema\"", "does not know"),
            ("SSLMODE=require", "\"SSLMODE\"", "(was sslmode meant?)"),
        ])
    func aKeywordThatLibpqDoesNotKnowIsNamed(query: String, name: String, cure: String) throws {
        let reason = try #require(complaint(query))
        #expect(reason.contains(name))
        #expect(reason.contains(cure))
    }

    @Test func everyUnknownKeywordIsNamedAtOnce() throws {
        let reason = try #require(complaint("sslmod=1&pool_size=5&pasfile=x"))
        #expect(reason.hasPrefix("has \"pasfile\" and \"pool_size\" and \"sslmod\" behind the question mark"))
        #expect(reason.hasSuffix("(was passfile and sslmode meant?)"))
    }

    @Test(
        "a value that libpq does not take is told at the start, too",
        arguments: [
            ("sslmode=strict", "sslmode"), ("target_session_attrs=writable", "target_session_attrs"),
            ("connect_timeout=5s", "connect_timeout"), ("keepalives=yes", "keepalives"), ("service=none", "none"),
        ])
    func aValueThatLibpqDoesNotTakeIsTold(query: String, word: String) throws {
        #expect(try #require(complaint(query)).contains(word))
    }

    @Test(
        "what libpq takes passes, whatever else it needs to connect",
        arguments: [
            "sslmode=verify-full&sslrootcert=/none.crt", "target_session_attrs=read-write", "connect_timeout=5",
            "gssencmode=require", "hostaddr=10.0.0.1", "options=-c%20search_path%3Dx", "passfile=/none",
            "sslpassword=x",
            "channel_binding=require", "replication=database", "client_encoding=auto",
        ])
    func whatLibpqTakesPasses(query: String) { #expect(complaint(query) == nil) }

    @Test(
        "what may be the rest of a password is not printed",
        arguments: ["password=a%25&hunter2", "password=a&hunter2=b", "password=a&sslmode=hunter2"])
    func whatMayBeThePasswordsRestIsNotPrinted(query: String) throws {
        let reason = try #require(complaint(query))
        #expect(!reason.contains("hunter2"))
        #expect(reason.contains("%26"))
    }

    @Test(
        "what cannot be meant is refused, and the refusal does not hold the password",
        arguments: [
            "", "var/paceline.db", "mysql://u:hunter2@h/d", "sqlite://paceline.db", "sqlite://", "sqlite:///",
            "sqlite:///:memory:", "postgres://u:hunter2@h:port/d", "postgres://u:hunter2%@h/d",
            "postgres://u:hunter2%zz@h/d", "postgres://u:%FFhunter2@h/d", "postgres://u:hun/ter2@h/d",
            "postgres://u:12/hunter2@h/d", "postgres://u:12?hunter2@h/d", "postgres://u:pw@hunter2/x@h/d",
            "postgres://u:hunter2@h/d?port=0", "postgres://h/d?password=hunter2&port=hunter2",
            "postgres://u:hunter2@a:1,b:2/d", "postgres://u:hunter2@a,,b/d", "postgres://u:hunter2@a,/d",
        ])
    func whatCannotBeMeantIsRefused(url: String) {
        do {
            let parsed = try DatabaseURL(parsing: url)
            Issue.record("\(parsed)")
        } catch {
            #expect(!error.reason.contains("hunter2"))
        }
    }
}
