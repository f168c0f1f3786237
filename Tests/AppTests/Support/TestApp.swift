import Actors
import Crypto
import HTTP
import HTTPTypes
import Logging
import Prometheus
import TestSupport

@testable import paceline

/// The whole front end without a socket: real actors, real routes, everything else in memory.
struct TestApp {
    static let athlete: Int64 = 42
    static let key = String(repeating: "k", count: 32)
    static let encryptionKey = String(repeating: "e", count: 32)
    static let code = "one-time-code"

    let clock: ManualClock
    let store: MemoryStore
    let strava: FakeStrava
    let logs = LogBook()
    let drain = DrainFlag()
    let engine: Engine
    let responder: any Responder

    /// - Parameters:
    ///   - activities: what is stored, and what Strava has.
    ///   - state: where the sync stands; by default, that of a history that was fetched a minute ago, if there is one.
    ///   - isConnected: whether the athlete's tokens are stored.
    ///   - pingFailure: how the store answers to a ping.
    init(
        _ activities: [Activity] = [], state: SyncState? = nil, isConnected: Bool = false, isSandbox: Bool = false,
        environment: [String: String] = [:], pingFailure: StoreFailure? = nil, clock: ManualClock = ManualClock(),
        logLevel: Logger.Level = .trace
    ) async throws {
        let cipher = try FernetCipher(encryptionKey: Secret(Self.encryptionKey), clock: clock)
        let now = clock.now()
        let authorization = StoredAuthorization(
            athleteID: Self.athlete, accessToken: try cipher.encrypt(Secret("access-secret")),
            refreshToken: try cipher.encrypt(Secret("refresh-secret")), expiresAt: now + .seconds(21_600))
        let fetched = SyncState(
            athleteID: Self.athlete, isComplete: true, lastSuccessAt: now - .seconds(60),
            validatedAt: now - .seconds(60))
        let store = MemoryStore(
            activities: activities, state: state ?? (activities.isEmpty ? SyncState() : fetched),
            authorization: isConnected ? authorization : nil)
        let strava = FakeStrava(activities, clock: clock)
        strava.grant(
            TokenGrant(
                accessToken: Secret("access-secret"), refreshToken: Secret("refresh-secret"),
                expiresAt: now + .seconds(21_600), athleteID: Self.athlete))
        let configuration = try Self.configuration(environment)
        let logger = logs.logger(logLevel)
        let engine = try await Engine(
            configuration, store: pingFailure.map { UnreachableStore(base: store, failure: $0) } ?? store,
            gateway: strava, clock: clock, random: NoJitter(), logger: logger)
        let place = Place(
            authorizeURL: { "https://strava.test/oauth/authorize?state=\($0)" }, isSandbox: isSandbox,
            localURL: configuration.localURL(port: 5001), serverURL: configuration.serverURL(port: 5001),
            frontendURL: configuration.frontendURL(port: 5001))
        responder = WebApplication.responder(
            configuration, engine, engine.scheduler(every: .seconds(3600), clock: clock), place, drain,
            metrics: MetricsReport(
                registry: PrometheusRegistry(MetricNames.all), engine: engine, loops: [], started: clock.now()),
            clock: clock, logger: logger)
        (self.clock, self.store, self.strava, self.engine) = (clock, store, strava, engine)
    }

    static func configuration(_ environment: [String: String] = [:]) throws -> Configuration {
        let standard = [
            "INTERNAL_API_KEY": key, "STATE_SECRET": String(repeating: "s", count: 32),
            "ENCRYPTION_KEY": encryptionKey, "STRAVA_CLIENT_ID": "12345", "STRAVA_CLIENT_SECRET": "client-secret",
        ]
        return try Configuration.load(environment: standard.merging(environment) { $1 }).get()
    }

    func get(_ target: String, _ fields: [String: String] = [:], peer: String = "127.0.0.1") async -> Response {
        await send(.get, target, fields, peer: peer)
    }

    func send(
        _ method: HTTPRequest.Method, _ target: String, _ fields: [String: String] = [:], peer: String = "127.0.0.1"
    ) async -> Response {
        await responder.respond(
            to: Request(method: method, target: target, fields: HTTPFields(named: fields), peerAddress: peer))
    }

    func refresh(_ query: String = "") async -> Response {
        await send(.post, "/strava/refresh-data\(query)", ["X-API-Key": Self.key])
    }

    /// Does `body` while vault and coordinator work.
    func whileRunning<Result>(_ body: () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [engine] in await engine.vault.run() }
            group.addTask { [engine] in await engine.coordinator.run() }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    /// A browser that has begun the OAuth flow: its state and its cookie.
    func begin() async throws -> (state: String, cookie: String) {
        let response = await get("/strava/authorize")
        guard let location = response.field("location"), let cookie = response.field("set-cookie") else {
            throw Unexpected(response: response.text)
        }
        return (
            String(location.split(separator: "state=")[1]), String(cookie.prefix { $0 != ";" })
        )
    }

    struct Unexpected: Error {
        var response: String
    }
}

/// A store whose database has gone away after the start.
private struct UnreachableStore: Store {
    let base: MemoryStore
    let failure: StoreFailure

    func migrate() async throws(StoreFailure) {}
    func authorization() async throws(StoreFailure) -> StoredAuthorization? { try await base.authorization() }
    func save(_ authorization: StoredAuthorization) async throws(StoreFailure) { throw failure }
    func save(
        _ authorization: StoredAuthorization, replacing expected: StoredAuthorization
    ) async throws(StoreFailure) -> Bool { throw failure }
    func activities() async throws(StoreFailure) -> [Activity] { try await base.activities() }
    func rejected() async throws(StoreFailure) -> [RejectedActivity] { try await base.rejected() }
    func deleted() async throws(StoreFailure) -> [Tombstone] { try await base.deleted() }
    func syncState() async throws(StoreFailure) -> SyncState { try await base.syncState() }
    func commit(_ batch: SyncBatch) async throws(StoreFailure) { throw failure }
    func erase(deletedBefore instant: UTCInstant) async throws(StoreFailure) -> Int { throw failure }
    func budget() async throws(StoreFailure) -> BudgetLedger? { nil }
    func save(_ budget: BudgetLedger) async throws(StoreFailure) { throw failure }
    func commit(_ batch: SyncBatch, after expected: SyncState) async throws(StoreFailure) -> Bool { throw failure }
    func save(
        _ budget: BudgetLedger, replacing expected: BudgetLedger?
    ) async throws(StoreFailure) -> Bool { throw failure }
    func lease(_ lease: Lease) async throws(StoreFailure) -> (record: LeaseRecord, at: UTCInstant) { throw failure }
    func save(
        _ record: LeaseRecord, as lease: Lease, replacing expected: LeaseRecord
    ) async throws(StoreFailure) -> Bool { throw failure }
    func ping() async throws(StoreFailure) { throw failure }
    func close() async {}
}
