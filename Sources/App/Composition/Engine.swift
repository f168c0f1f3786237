import Actors
import Crypto
import Logging
import Postgres
import SQLite
import Sandbox
import ServiceLifecycle

/// The actors, connected: all of Paceline but its HTTP front end.
///
/// `serve` and `refresh` both run one.
struct Engine: Sendable {
    let store: any Store
    let vault: TokenVault
    let limiter: RateLimiter
    let strava: MeteredStrava
    let coordinator: SyncCoordinator
    let cache: StatsCache<AnswerKey, Representation>
    /// Everything that happens to the sync, for those who subscribe.
    let broadcaster: Broadcaster<SyncEvent>
    let log: SyncLog
    let eraser: Eraser

    /// Opens the store, loads what is in it and connects the actors; nothing runs yet.
    ///
    /// - Throws: `StartupProblem` when settings and data do not fit together, `StoreFailure` when the store cannot be opened.
    init(
        _ configuration: Configuration, gateway: any StravaGateway, clock: any WallClock, logger: Logger
    ) async throws {
        let store = try await Self.openStore(configuration.database)
        do {
            try await self.init(configuration, store: store, gateway: gateway, clock: clock, logger: logger)
        } catch {
            await store.close()
            throw error
        }
    }

    /// The same on a store that is open already.
    ///
    /// - Parameter random: where the seconds come from that are waited after a window of Strava's has begun.
    init(
        _ configuration: Configuration, store: any Store, gateway: any StravaGateway, clock: any WallClock,
        random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(), logger: Logger
    ) async throws {
        self.store = store
        let party = LeaseParty.thisProcess()
        limiter = RateLimiter(
            ledger: try await store.budget(), reserve: configuration.reserve, clock: clock, random: random,
            stored: { () throws(StoreFailure) in try await store.budget() },
            save: { ledger, expected throws(StoreFailure) in try await store.save(ledger, replacing: expected) })
        let strava = MeteredStrava(gateway: gateway, limiter: limiter)
        self.strava = strava
        vault = TokenVault(
            store: store, cipher: try FernetCipher(configuration.keys, clock: clock),
            clock: clock, onlyAthlete: configuration.athleteID, party: party
        ) { refreshToken throws(MeteredStrava.Failure) in try await strava.refresh(refreshToken) }
        let cache = StatsCache<AnswerKey, Representation>(clock: clock, render: StatsRenderer.render)
        self.cache = cache
        let broadcaster = Broadcaster<SyncEvent>()
        self.broadcaster = broadcaster
        log = SyncLog(events: await broadcaster.subscribe(buffer: 256), logger: logger)
        coordinator = SyncCoordinator(
            store: store, vault: vault, strava: strava, clock: clock, party: party,
            rereadInterval: configuration.reconcileInterval
        ) { event in
            switch event {
            case .published(let snapshot): await cache.publish(snapshot)
            case .confirmed(let fetchedAt): await cache.confirm(at: fetchedAt)
            default: break
            }
            await broadcaster.publish(event)
        }
        eraser = Eraser(store: store, clock: clock)
        try await vault.load()
        try Self.checkOwner(await vault.storedAthlete, configuration)
        try await coordinator.load()
    }

    /// The services of the engine, those first that others need until they have stopped.
    var services: [any Service] { [log, limiter, vault, eraser, coordinator] }

    /// The schedule of this engine's refreshes; zero turns it off.
    func scheduler(every interval: Duration, clock: any WallClock) -> Scheduler {
        let coordinator = coordinator
        return Scheduler(
            interval: interval, clock: clock, lastSuccess: { await coordinator.status().newestAt },
            refresh: { await coordinator.request(.newest, .scheduled) })
    }

    /// Opens the configured store and brings its tables up to date.
    static func openStore(_ database: DatabaseURL) async throws -> any Store {
        switch database {
        case .sqlite(let path):
            let store = SQLiteStore(path: path)
            try await store.migrate()
            return store
        case .postgres(let address):
            let store = try PostgresStore(PostgresSettings(address))
            do throws(StoreFailure) {
                try await store.migrate()
            } catch {
                await store.close()
                throw error
            }
            return store
        }
    }

    /// Keeps histories apart: an athlete's own from another's, and anybody's from the sandbox's invented one.
    static func checkOwner(_ owner: Int64?, _ configuration: Configuration) throws(StartupProblem) {
        guard let owner else { return }
        if let only = configuration.athleteID, only != owner {
            throw StartupProblem(
                description: """
                    ATHLETE_ID is \(only), but the database holds the history of athlete \(owner). \
                    Correct ATHLETE_ID, or set DATABASE_URL to another database.
                    """)
        }
        let isInvented = [SandboxAthlete.standardID, SandboxAthlete.otherID].contains(owner)
        if configuration.strava == nil, !isInvented {
            throw StartupProblem(
                description: """
                    The database holds a real athlete's history, but STRAVA_CLIENT_ID is not set, so the built-in sandbox \
                    would stand in for Strava. Set STRAVA_CLIENT_ID and STRAVA_CLIENT_SECRET, or set DATABASE_URL to \
                    another database.
                    """)
        }
        if configuration.strava != nil, isInvented, !configuration.stravaAPI.isLoopback {
            throw StartupProblem(
                description: """
                    The database holds the sandbox's invented athlete. To start with your own, set DATABASE_URL to another \
                    database, such as sqlite:///var/strava.db, or delete var/paceline.db.
                    """)
        }
    }
}

extension PostgresSettings {
    /// The same in the driver's terms.
    init(_ address: PostgresAddress) {
        self.init(
            host: address.host, port: address.port, user: address.user, password: address.password,
            database: address.database, parameters: address.parameters)
    }
}
