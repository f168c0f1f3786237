import Actors
import HTTP
import Reactor
import Testing

@testable import paceline

@Suite("The configuration")
struct ConfigurationTests {
    private let keys = [
        "INTERNAL_API_KEY": String(repeating: "a", count: 32), "STATE_SECRET": String(repeating: "b", count: 32),
        "ENCRYPTION_KEY": String(repeating: "c", count: 32),
    ]

    private var production: [String: String] {
        keys.merging([
            "ENVIRONMENT": "production", "STRAVA_CLIENT_ID": "12345", "STRAVA_CLIENT_SECRET": "s3cret",
            "STRAVA_REDIRECT_URI": "https://stats.example.org/strava/callback",
        ]) { $1 }
    }

    private func loaded(_ environment: [String: String]) throws -> Configuration {
        try Configuration.load(environment: keys.merging(environment) { $1 }).get()
    }

    /// What is wrong, by variable.
    private func problems(_ environment: [String: String]) -> [String] {
        guard case .failure(let failure) = Configuration.load(environment: environment) else { return [] }
        return failure.problems.map(\.subject)
    }

    // MARK: Defaults

    @Test func withNothingSetItIsTheSandboxOnSQLiteOnTheLoopback() throws {
        let configuration = try loaded([:])
        #expect(configuration.mode == .development)
        #expect(configuration.localURL(port: configuration.port) == "http://127.0.0.1:5001")
        #expect(configuration.redirectURI(port: 5001) == "http://127.0.0.1:5001/strava/callback")
        #expect(configuration.frontendURL(port: 5001) == "http://127.0.0.1:5001")
        #expect(configuration.database == .sqlite(path: "var/paceline.db"))
        #expect(configuration.strava == nil)
        #expect(configuration.stravaAPI.description == "https://www.strava.com/api/v3")
        #expect(configuration.stravaOAuth.description == "https://www.strava.com/oauth")
        #expect(configuration.athleteID == nil)
        #expect(configuration.refreshInterval == .seconds(3600))
        #expect(configuration.reconcileInterval == .seconds(86_400))
        #expect(configuration.reserve == BudgetMachine.Reserve(quarter: 10, day: 50))
        #expect("\(configuration.logLevel)" == "info")
        #expect(configuration.logFormat == .text)
        #expect(configuration.trustedProxies == AddressBlock.loopback)
        #expect(configuration.allowedOrigins == ["http://localhost:5173", "http://localhost:3000"])
        #expect(configuration.bounds == HTTPBounds())
        #expect(!configuration.sharesPort)
        #expect(configuration.warnings == [])
    }

    @Test func everyBoundOfTheFrontEndReachesTheServer() throws {
        let configuration = try loaded([
            "HTTP_MAX_CONNECTIONS": "1000", "HTTP_MAX_CONNECTIONS_PER_CLIENT": "9", "HTTP_MAX_HEADER_BYTES": "2048",
            "HTTP_MAX_TARGET_BYTES": "512", "HTTP_MAX_FIELDS": "20", "HTTP_MAX_BODY_BYTES": "0",
            "HTTP_HEADER_TIMEOUT": "1", "HTTP_BODY_TIMEOUT": "2", "HTTP_IDLE_TIMEOUT": "3", "HTTP_WRITE_TIMEOUT": "4",
            "REUSE_PORT": "Yes", "TRUSTED_PROXIES": "10.0.0.0/8",
        ])
        let server = HTTPServerConfiguration(configuration, descriptors: 4096, loops: 2)
        #expect(server.maximumConnections == 1000)
        #expect(server.connectionsPerClient == 9)
        #expect(server.limits.headerBytes == 2048)
        #expect(server.limits.targetBytes == 512)
        #expect(server.limits.fieldCount == 20)
        #expect(server.limits.bodyBytes == 0)
        #expect(server.headerTimeout == .seconds(1))
        #expect(server.bodyTimeout == .seconds(2))
        #expect(server.idleTimeout == .seconds(3))
        #expect(server.writeTimeout == .seconds(4))
        #expect(server.sharesPort)
        #expect(server.trustedProxies.isTrusted("10.1.2.3"))
    }

    @Test func descriptorsAreLeftForEverythingElse() throws {
        #expect(HTTPServerConfiguration(try loaded([:]), descriptors: 256, loops: 2).maximumConnections == 184)
        #expect(HTTPServerConfiguration(try loaded([:]), descriptors: 1 << 20, loops: 2).maximumConnections == 16_384)
    }

    @Test func anEmptyValueCountsAsUnset() throws {
        let names = Misspelling.known.filter { keys[$0] == nil }
        let configuration = try loaded(Dictionary(uniqueKeysWithValues: names.map { ($0, "  ") }))
        #expect(configuration.port == 5001)
        #expect(configuration.strava == nil)
    }

    @Test func everySettingArrives() throws {
        let configuration = try loaded(
            production.merging([
                "HOST": "0.0.0.0", "PORT": "8080", "ATHLETE_ID": "134815",
                "FRONTEND_URL": "https://me.example.org/run/",
                "CORS_ORIGINS": "https://a.example.org/, https://b.example.org:8443", "REFRESH_INTERVAL": "0",
                "RECONCILE_INTERVAL": "0",
                "BUDGET_RESERVE_QUARTER": "0", "BUDGET_RESERVE_DAY": "500",
                "TRUSTED_PROXIES": "10.0.0.0/8", "LOG_LEVEL": "WARN", "LOG_FORMAT": "JSON",
                "STRAVA_API_URL": "https://api-v3.strava.com/", "DATABASE_URL": "sqlite:////srv/p.db",
            ]) { $1 })
        #expect(configuration.mode == .production)
        #expect(configuration.port == 8080)
        #expect(configuration.strava?.clientID == "12345")
        #expect(configuration.strava?.clientSecret == Secret("s3cret"))
        #expect(configuration.athleteID == 134_815)
        #expect(configuration.frontendURL(port: 8080) == "https://me.example.org/run")
        #expect(configuration.serverURL(port: 8080) == "https://stats.example.org")
        #expect(
            configuration.allowedOrigins
                == ["https://me.example.org", "https://a.example.org", "https://b.example.org:8443"])
        #expect(configuration.refreshInterval == nil)
        #expect(configuration.reconcileInterval == nil)
        #expect(configuration.reserve == BudgetMachine.Reserve(quarter: 0, day: 500))
        #expect("\(configuration.logLevel)" == "warning")
        #expect(configuration.logFormat == .json)
        #expect(configuration.stravaAPI.description == "https://api-v3.strava.com")
        #expect(configuration.database == .sqlite(path: "/srv/p.db"))
        #expect(configuration.localURL(port: 8080) == "http://127.0.0.1:8080")
    }

    @Test func theServersOwnAddressFollowsFromTheRedirectURI() throws {
        let configuration = try loaded(["STRAVA_REDIRECT_URI": "https://example.org/run/strava/callback"])
        #expect(configuration.serverURL(port: 5001) == "https://example.org/run")
        #expect(configuration.frontendURL(port: 5001) == "https://example.org/run")
    }

    @Test func anIPv6HostIsWrittenInBrackets() throws {
        #expect(try loaded(["HOST": "::1"]).localURL(port: 1) == "http://[::1]:1")
        #expect(try loaded(["HOST": "::"]).localURL(port: 1) == "http://[::1]:1")
    }

    // MARK: What is malformed is refused in both modes

    @Test(
        "a malformed value is refused in both modes, by its name and with a cure",
        arguments: [
            ("ENVIRONMENT", "prod"), ("PORT", "http"), ("PORT", "65536"), ("PORT", "-1"), ("PORT", "+80"),
            ("HOST", "example.org"), ("DATABASE_URL", "mysql://h/d"), ("STRAVA_CLIENT_ID", "my-app"),
            ("STRAVA_REDIRECT_URI", "127.0.0.1/strava/callback"), ("STRAVA_API_URL", "www.strava.com"),
            ("STRAVA_OAUTH_URL", "https://"), ("ATHLETE_ID", "0"), ("ATHLETE_ID", "-5"), ("ATHLETE_ID", "me"),
            ("FRONTEND_URL", "example.org"), ("CORS_ORIGINS", "https://example.org/path"), ("CORS_ORIGINS", "*"),
            ("TRUSTED_PROXIES", "10.0.0.0/99"), ("REUSE_PORT", "maybe"), ("HTTP_MAX_CONNECTIONS", "0"),
            ("HTTP_IDLE_TIMEOUT", "30s"), ("TRUSTED_PROXIES", "proxy"), ("REFRESH_INTERVAL", "-1"),
            ("RECONCILE_INTERVAL", "604801"), ("RECONCILE_INTERVAL", "daily"),
            ("REFRESH_INTERVAL", "1h"), ("REFRESH_INTERVAL", "99999999999999999999"), ("LOG_LEVEL", "loud"),
            ("LOG_FORMAT", "xml"), ("BUDGET_RESERVE_QUARTER", "51"), ("BUDGET_RESERVE_QUARTER", "-1"),
            ("BUDGET_RESERVE_DAY", "501"), ("BUDGET_RESERVE_DAY", "a tenth"),
        ])
    func aMalformedValueIsRefused(name: String, value: String) {
        for mode in ["development", "production"] {
            var environment = production.merging(["ENVIRONMENT": mode]) { $1 }
            environment[name] = value
            #expect(problems(environment) == [name], "\(mode)")
        }
    }

    @Test func everyProblemIsListedAtOnceAndEachHasACure() throws {
        let environment = [
            "ENVIRONMENT": "production", "PORT": "x", "ATHLETE_ID": "y", "STRAVA_API_URL": "z",
            "ENCRYPTION_KEY": "short",
        ]
        guard case .failure(let failure) = Configuration.load(environment: environment) else {
            Issue.record("it was accepted")
            return
        }
        let subjects = [
            "PORT", "INTERNAL_API_KEY", "STATE_SECRET", "ENCRYPTION_KEY", "STRAVA_REDIRECT_URI", "STRAVA_CLIENT_ID",
            "STRAVA_API_URL", "ATHLETE_ID",
        ]
        #expect(Set(failure.problems.map(\.subject)) == Set(subjects))
        #expect(failure.problems.count == subjects.count)
        #expect(failure.problems.allSatisfy { $0.cure.hasSuffix(".") })
        for subject in subjects { #expect(failure.description.contains("  - \(subject) ")) }
    }

    @Test func noSecretIsEverPrinted() throws {
        let secret = "hunter2-hunter2"
        let environment = [
            "ENVIRONMENT": "production", "INTERNAL_API_KEY": secret, "STATE_SECRET": secret, "ENCRYPTION_KEY": secret,
            "STRAVA_CLIENT_SECRET": secret, "STRAVA_API_URL": "https://me:\(secret)@example.org",
            "DATABASE_URL": "postgres://u:\(secret)@h:x/d", "CORS_ORIGINS": "https://me:\(secret)@example.org",
        ]
        guard case .failure(let failure) = Configuration.load(environment: environment) else {
            Issue.record("it was accepted")
            return
        }
        #expect(!failure.description.contains("hunter2"))
        let configuration = try loaded(["STRAVA_CLIENT_ID": "1", "STRAVA_CLIENT_SECRET": secret])
        #expect(!"\(configuration)".contains("hunter2"))
        #expect(!String(reflecting: configuration).contains("hunter2"))
    }

    // MARK: What production asks for

    @Test func productionStartsWithEverythingInPlace() {
        #expect(problems(production) == [])
    }

    @Test(
        "production refuses a missing, short or unreplaced key",
        arguments: ["INTERNAL_API_KEY", "STATE_SECRET", "ENCRYPTION_KEY"],
        ["", "31-characters-are-one-too-few---", "<GENERATE_KEY>", "changeme-changeme-changeme-changeme"])
    func productionRefusesAWeakKey(name: String, value: String) {
        let value = value.hasPrefix("31") ? String(value.prefix(31)) : value
        #expect(problems(production.merging([name: value]) { $1 }) == [name])
    }

    @Test func aKeyOf32CharactersIsLongEnough() {
        #expect(problems(production.merging(["STATE_SECRET": String(repeating: "d", count: 32)]) { $1 }) == [])
    }

    @Test func productionRefusesEqualKeysAndNamesThePair() {
        let same = production.merging(["STATE_SECRET": keys["INTERNAL_API_KEY"] ?? ""]) { $1 }
        guard case .failure(let failure) = Configuration.load(environment: same) else {
            Issue.record("it was accepted")
            return
        }
        #expect(failure.problems.map(\.subject) == ["STATE_SECRET"])
        #expect(failure.problems.first?.fault.contains("INTERNAL_API_KEY") == true)
    }

    @Test func severalEncryptionKeysAreReadNewestFirst() throws {
        let keys = try loaded(["ENCRYPTION_KEY": "new-key, old-key,older-key,"]).keys
        #expect(keys.encryption == Secret("new-key"))
        #expect(keys.olderEncryption == [Secret("old-key"), Secret("older-key")])
        #expect(try loaded([:]).keys.olderEncryption == [])
    }

    @Test(
        "production looks at every encryption key of a list",
        arguments: [
            "NEW,31-characters-are-one-too-few--", "<GENERATE_KEY>,NEW", "NEW,NEW",
            "NEW,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ])
    func productionRefusesAWeakKeyOfAList(value: String) {
        let value = value.replacing("NEW", with: String(repeating: "n", count: 32))
        #expect(problems(production.merging(["ENCRYPTION_KEY": value]) { $1 }) == ["ENCRYPTION_KEY"])
    }

    @Test func productionTakesAListOfGoodKeys() throws {
        let list = String(repeating: "n", count: 32) + "," + String(repeating: "o", count: 32)
        #expect(problems(production.merging(["ENCRYPTION_KEY": list]) { $1 }) == [])
    }

    @Test func developmentIsContentWithWeakAndEqualKeys() {
        let weak = ["INTERNAL_API_KEY": "x", "STATE_SECRET": "x", "ENCRYPTION_KEY": "x"]
        #expect(problems(weak) == [])
    }

    @Test func productionRefusesToRunOnTheSandbox() {
        var environment = production
        environment["STRAVA_CLIENT_ID"] = nil
        environment["STRAVA_CLIENT_SECRET"] = nil
        #expect(problems(environment) == ["STRAVA_CLIENT_ID"])
        environment["STRAVA_CLIENT_ID"] = "<YOUR_ID>"
        environment["STRAVA_CLIENT_SECRET"] = "your_client_secret"
        #expect(problems(environment) == ["STRAVA_CLIENT_ID"])
    }

    @Test func aStravaIdWithoutItsSecretIsRefusedAndTheOtherWayRound() {
        #expect(problems(keys.merging(["STRAVA_CLIENT_ID": "1"]) { $1 }) == ["STRAVA_CLIENT_SECRET"])
        #expect(problems(keys.merging(["STRAVA_CLIENT_SECRET": "x"]) { $1 }) == ["STRAVA_CLIENT_ID"])
    }

    @Test func productionWantsARedirectURIThatIsHttpsOrLoopback() {
        func problems(redirect: String) -> [String] {
            self.problems(production.merging(["STRAVA_REDIRECT_URI": redirect]) { $1 })
        }
        #expect(problems(redirect: "") == ["STRAVA_REDIRECT_URI"])
        #expect(problems(redirect: "http://example.org/strava/callback") == ["STRAVA_REDIRECT_URI"])
        #expect(problems(redirect: "http://127.0.0.1:5001/strava/callback") == [])
        #expect(problems(redirect: "http://localhost:5001/strava/callback") == [])
    }

    @Test func productionHasNoOriginBuiltIn() throws {
        #expect(try loaded(production).allowedOrigins == [])
    }

    // MARK: The database

    @Test func theOriginalsPostgresVariablesCountWhenThePasswordIsSet() throws {
        let group = ["POSTGRES_PASSWORD": "p/w@", "POSTGRES_USER": "u", "POSTGRES_DB": "d"]
        let expected = PostgresAddress(host: "db", user: "u", password: Secret("p/w@"), database: "d")
        #expect(try loaded(group).database == .postgres(expected))
        #expect(try loaded(["POSTGRES_USER": "u", "POSTGRES_HOST": "h"]).database == .sqlite(path: "var/paceline.db"))
        #expect(
            try loaded(group.merging(["DATABASE_URL": "sqlite:///x.db"]) { $1 }).database == .sqlite(path: "x.db"))
    }

    @Test func aPostgresPasswordWithoutUserOrDatabaseIsRefused() {
        let environment = keys.merging(["POSTGRES_PASSWORD": "x", "POSTGRES_PORT": "0"]) { $1 }
        #expect(problems(environment) == ["POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PORT"])
    }

    @Test func productionRefusesTheOriginalsDefaultPassword() {
        let group = ["POSTGRES_PASSWORD": "changeme", "POSTGRES_USER": "u", "POSTGRES_DB": "d"]
        #expect(problems(production.merging(group) { $1 }) == ["POSTGRES_PASSWORD"])
        #expect(problems(production.merging(["DATABASE_URL": "postgres://u:changeme@h/d"]) { $1 }) == ["DATABASE_URL"])
        #expect(problems(keys.merging(group) { $1 }) == [])
    }

    // MARK: Warnings

    @Test(
        "a name that is nearly ours is asked about",
        arguments: [
            ("STRAVA_CLIENTID", "STRAVA_CLIENT_ID"), ("strava_client_id", "STRAVA_CLIENT_ID"),
            ("ATHELTE_ID", "ATHLETE_ID"), ("INTERNAL_API_KEYS", "INTERNAL_API_KEY"), ("CORS_ORIGIN", "CORS_ORIGINS"),
            ("REFRESH_INTERVALL", "REFRESH_INTERVAL"), ("TRUSTED_PROXY", "TRUSTED_PROXIES"),
        ])
    func aNameThatIsNearlyOursIsAskedAbout(name: String, meant: String) throws {
        let warnings = try loaded([name: "1"]).warnings
        if name == "TRUSTED_PROXY" {
            #expect(warnings == [], "three letters off is too far for a guess")
        } else {
            #expect(warnings.count == 1)
            #expect(warnings.first?.contains(meant) == true)
        }
    }

    @Test func commonNamesOfASystemAreNotTakenForMisspellings() throws {
        let names = [
            "HOME", "PATH", "HOSTNAME", "PWD", "LOGNAME", "SHLVL", "POSTGRES_INITDB_ARGS", "LANG", "TERM", "PORTS",
        ]
        #expect(try loaded(Dictionary(uniqueKeysWithValues: names.map { ($0, "x") })).warnings == [])
    }

    @Test func aPlaceholderInDevelopmentCountsAsUnsetAndIsMentioned() throws {
        let configuration = try loaded(["STRAVA_CLIENT_ID": "<YOUR_ID>", "STRAVA_CLIENT_SECRET": "<YOUR_SECRET>"])
        #expect(configuration.strava == nil)
        #expect(configuration.warnings.count == 2)
    }

    @Test func anIntervalThatEatsTheDaysBudgetIsMentioned() throws {
        #expect(try loaded(["REFRESH_INTERVAL": "5"]).warnings.count == 1)
        #expect(try loaded(["REFRESH_INTERVAL": "90"]).warnings.count == 0)
        #expect(try loaded(["RECONCILE_INTERVAL": "60"]).warnings.count == 1)
        #expect(try loaded(["RECONCILE_INTERVAL": "43200"]).warnings.count == 0)
    }

    @Test func anIntervalThatLeavesDeletionsTooLongIsMentioned() throws {
        #expect(try loaded(["RECONCILE_INTERVAL": "604800"]).warnings.count == 1)
    }
}
