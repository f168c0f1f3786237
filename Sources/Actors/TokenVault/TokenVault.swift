import ServiceLifecycle

/// The one owner of the athlete's tokens: hands out a valid access token, and refreshes it at most once at a time.
///
/// A flight is the exchange **and** the durable write; only then is the new token served, because Strava may have killed the old
/// refresh token with its answer. Exchanges and connections pass one by one through `run()`, so the write of one can never
/// overtake the other's. A caller that is cancelled leaves alone; the flight goes on for everybody else. Of several processes on one
/// database, one exchanges at a time, and the others take what it has stored.
package actor TokenVault: Service {
    /// Trades a refresh token for new tokens.
    package typealias Refresh = @Sendable (Secret) async throws(MeteredStrava.Failure) -> TokenGrant

    private enum Command: Sendable {
        case fly(epoch: Int, AthleteToken)
        case connect(AthleteToken, waiter: Int)
    }

    /// How often a vault looks whether another process has ended its exchange.
    static let turnPoll = Duration.milliseconds(200)

    private let store: any Store
    private let turn: LeaseHolder
    private let cipher: any TokenCipher
    private let clock: any WallClock
    private let refresh: Refresh
    /// `ATHLETE_ID`: the only athlete who may connect; nil lets the first one in.
    private let onlyAthlete: Int64?

    private var flight = TokenFlight()
    private var owner: Int64?
    /// What an exchange brought and the store would not take: the next flight writes it down instead of exchanging again, because
    /// the refresh token of before may be dead.
    private var unwritten: AthleteToken?
    private var hasEnded = false
    private var waiters: [Int: Waiter] = [:]
    private var nextWaiter = 0
    private let commands: AsyncStream<Command>
    private let inbox: AsyncStream<Command>.Continuation

    /// - Parameter party: this process, for others on the same database.
    package init(
        store: any Store, cipher: any TokenCipher, clock: any WallClock, onlyAthlete: Int64? = nil,
        party: LeaseParty = .stranger(), refresh: @escaping Refresh
    ) {
        self.store = store
        turn = LeaseHolder(.token, as: party, in: store)
        self.cipher = cipher
        self.clock = clock
        self.onlyAthlete = onlyAthlete
        self.refresh = refresh
        // Unbounded, yet short: at most one flight and one entry per callback that waits for its answer.
        (commands, inbox) = AsyncStream.makeStream(of: Command.self, bufferingPolicy: .unbounded)
    }

    /// Reads the stored tokens, and encrypts them where the program of before did not; to be called before ``run()``.
    ///
    /// - Throws: `StoreFailure` when the store does not answer. A key that does not fit is no error here: reads go on without it.
    package func load() async throws(StoreFailure) {
        // Whoever connected here meanwhile has newer ones.
        guard let stored = try await store.authorization(), owner == nil else { return }
        owner = stored.athleteID
        do throws(CipherFailure) {
            flight.adopt(try decrypted(stored))
        } catch {
            return flight.foundSealed()
        }
        // One that cannot be written now is encrypted by the next start, or by the next exchange.
        if stored.isPlain { _ = try? await KeyRotation.run(on: store, with: cipher) }
    }

    /// Takes over the tokens that another process has stored, by a new connection or an exchange.
    ///
    /// - Returns: whether there were any that this one can read.
    package func storeChanged() async -> Bool {
        if owner == nil { return (try? await load()) != nil && flight.known != nil }
        let known = flight.known
        guard let stored = try? await store.authorization(), stored.athleteID == onlyAthlete ?? stored.athleteID,
            let token = try? decrypted(stored)
        else { return false }
        // What was exchanged here meanwhile, or could not be written, is newer.
        guard unwritten == nil, flight.known == known, flight.found(token) else { return false }
        owner = token.athleteID
        return true
    }

    /// Flies and connects until the service shuts down; what is under way then is finished first.
    package func run() async {
        for await command in commands.cancelOnGracefulShutdown() {
            // A task of its own, awaited at once, as a shield: a cancelled `run()` must not tear an exchange in half, because the
            // refresh token may be spent already and its successor would be lost.
            await Task(name: "token-exchange") { await self.perform(command) }.value
        }
        hasEnded = true
        inbox.finish()
        for id in waiters.keys { land(id, .failure(.shuttingDown)) }
    }

    /// An access token that is valid now.
    ///
    /// - Throws: ``VaultFailure``, or `CancellationError` when the caller is cancelled while waiting.
    package func token() async throws -> AthleteToken {
        while true {
            switch flight.request(at: clock.now()) {
            case .serve(let token): return token
            case .fail(let failure): throw failure
            case .start(let epoch, let token): try send(.fly(epoch: epoch, token))
            // A flight whose start was never read will not land.
            case .join: if hasEnded { throw VaultFailure.shuttingDown }
            }
            // Nothing lands when a new connection overtook the flight; then its token is there to be asked for.
            if let token = try await answer(to: newWaiter(for: .flight)) { return token }
        }
    }

    /// Notes that Strava answered 401 to this access token.
    package func rejected(_ accessToken: Secret) {
        flight.rejected(accessToken)
    }

    /// Stores the tokens of a code exchange, when the athlete is the owner or the first to come.
    ///
    /// - Parameter scope: the activity scope that was granted.
    /// - Throws: ``VaultFailure``: `wrongAthlete`, or `store` when they could not be written down. `CancellationError` when the
    ///   caller is cancelled; the tokens are stored all the same.
    package func connect(_ grant: TokenGrant, athleteID: Int64, scope: String? = nil) async throws {
        let token = AthleteToken(grant, athleteID: athleteID, scope: scope)
        let waiter = newWaiter(for: .connection)
        try send(.connect(token, waiter: waiter.id))
        _ = try await answer(to: waiter)
    }

    /// The connected athlete; nil when there is none, or the key does not fit.
    package var connectedAthlete: Int64? { flight.athleteID }

    /// When the access token expires; nil when there is none, or the key does not fit.
    package var expiresAt: UTCInstant? { flight.expiresAt }

    /// The activity scope that the athlete granted; nil when nobody knows.
    package var grantedScope: String? { flight.scope }

    /// The athlete whose tokens are stored, readable or not.
    package var storedAthlete: Int64? { owner }

    /// Whether tokens are stored, readable or not.
    package var hasOwner: Bool { owner != nil }

    /// Whether tokens are stored that the key does not open.
    package var isSealed: Bool { flight.isSealed }

    /// How many callers wait, for a flight or for their connection.
    package var waiting: Int { waiters.count }

    // MARK: Waiting

    private typealias Answers = AsyncThrowingStream<AthleteToken?, any Error>

    private struct Waiter {
        enum Cause {
            case flight
            case connection
        }

        var cause: Cause
        var answer: Answers.Continuation
    }

    /// Registers the caller; there is no `await` between its decision to wait and this.
    private func newWaiter(for cause: Waiter.Cause) -> (id: Int, answers: Answers) {
        let (answers, answer) = Answers.makeStream(bufferingPolicy: .bufferingNewest(1))
        nextWaiter += 1
        waiters[nextWaiter] = Waiter(cause: cause, answer: answer)
        return (nextWaiter, answers)
    }

    private func answer(to waiter: (id: Int, answers: Answers)) async throws -> AthleteToken? {
        defer { waiters[waiter.id] = nil }
        for try await token in waiter.answers { return token }
        throw CancellationError()
    }

    private func send(_ command: Command) throws(VaultFailure) {
        if case .terminated = inbox.yield(command) { throw .shuttingDown }
    }

    private func land(_ waiter: Int, _ result: Result<AthleteToken?, VaultFailure>) {
        guard let answer = waiters[waiter]?.answer else { return }
        switch result {
        case .success(let token):
            answer.yield(token)
            answer.finish()
        case .failure(let failure): answer.finish(throwing: failure)
        }
    }

    // MARK: Commands

    private func perform(_ command: Command) async {
        switch command {
        case .fly(let epoch, let token): await fly(epoch, token)
        case .connect(let token, let waiter): await adopt(token, for: waiter)
        }
    }

    private func fly(_ epoch: Int, _ old: AthleteToken) async {
        // A connection came first: its tokens are newer than what this flight was started for.
        guard flight.isCurrent(epoch) else { return landEveryone(.ignore) }
        let result = await exchange(old)
        landEveryone(flight.landed(result, epoch: epoch, at: clock.now()))
    }

    private func exchange(_ old: AthleteToken) async -> Result<AthleteToken, VaultFailure> {
        do {
            if let newer = try await newerWhenItIsOurTurn(than: old) { return .success(newer) }
        } catch let failure as VaultFailure {
            return .failure(failure)
        } catch let failure as StoreFailure {
            return .failure(.store(failure))
        } catch {
            return .failure(.shuttingDown)
        }
        let result = await exchangeAlone(old)
        // When the store is away, the lease ends by itself.
        try? await turn.giveBack()
        return result
    }

    /// Waits until no other process exchanges, and has the lease then; unless one has stored newer tokens meanwhile.
    private func newerWhenItIsOurTurn(than old: AthleteToken) async throws -> AthleteToken? {
        while true {
            if unwritten == nil, let newer = await stored(insteadOf: old) { return newer }
            switch try await turn.take(.interactive) {
            case .begun, .kept:
                // Once more: whoever had it may have stored them between the look and this.
                guard unwritten == nil, let newer = await stored(insteadOf: old) else { return nil }
                try? await turn.giveBack()
                return newer
            case .taken(let wait), .resting(_, let wait):
                guard !Task.isShuttingDownGracefully else { throw VaultFailure.shuttingDown }
                try await clock.sleep(until: clock.now() + min(wait, Self.turnPoll))
            }
        }
    }

    private func exchangeAlone(_ old: AthleteToken) async -> Result<AthleteToken, VaultFailure> {
        do {
            let token: AthleteToken
            if let unwritten {
                token = unwritten
            } else {
                token = AthleteToken(try await refresh(old.refreshToken), athleteID: old.athleteID, scope: old.scope)
            }
            guard token != old else { return .success(token) }
            unwritten = token
            let stored = try await write(token, insteadOf: old)
            unwritten = nil
            return .success(stored)
        } catch let failure as VaultFailure {
            return .failure(failure)
        } catch let failure as MeteredStrava.Failure {
            let failure = VaultFailure(failure)
            // Refused, perhaps, because a process that knows no turns exchanged the same refresh token a moment before.
            if failure == .needsAuthorization, let newer = await stored(insteadOf: old) { return .success(newer) }
            return .failure(failure)
        } catch {
            return .failure(.strava(StravaFailure(.unavailable, "\(error)")))
        }
    }

    /// What another process has written since: `paceline refresh` may run beside a server, and with its exchange the refresh
    /// token that is remembered here has died.
    private func stored(insteadOf old: AthleteToken) async -> AthleteToken? {
        guard let stored = try? await store.authorization() else { return nil }
        return news(in: stored, of: old)
    }

    private func news(in stored: StoredAuthorization, of old: AthleteToken) -> AthleteToken? {
        guard stored.athleteID == old.athleteID, let token = try? decrypted(stored),
            token.refreshToken != old.refreshToken || token.accessToken != old.accessToken
        else { return nil }
        return token
    }

    private func decrypted(_ stored: StoredAuthorization) throws(CipherFailure) -> AthleteToken {
        AthleteToken(
            athleteID: stored.athleteID, accessToken: try cipher.open(stored.accessToken),
            refreshToken: try cipher.open(stored.refreshToken), expiresAt: stored.expiresAt, scope: stored.scope)
    }

    private func adopt(_ token: AthleteToken, for waiter: Int) async {
        guard token.athleteID == onlyAthlete ?? owner ?? token.athleteID else {
            return land(waiter, .failure(.wrongAthlete))
        }
        do throws(VaultFailure) {
            try await write(token)
            owner = token.athleteID
            unwritten = nil
            flight.adopt(token)
            land(waiter, .success(token))
        } catch {
            land(waiter, .failure(error))
        }
    }

    private func write(_ token: AthleteToken) async throws(VaultFailure) {
        let row = try encrypted(token)
        do throws(StoreFailure) {
            try await store.save(row)
        } catch {
            throw .store(error)
        }
    }

    /// Writes what an exchange brought, unless the athlete has connected again through another process meanwhile.
    ///
    /// - Returns: what is stored.
    private func write(_ token: AthleteToken, insteadOf old: AthleteToken) async throws(VaultFailure) -> AthleteToken {
        let row = try encrypted(token)
        do throws(StoreFailure) {
            while let found = try await store.authorization() {
                if let newer = news(in: found, of: old) { return newer }
                if try await store.save(row, replacing: found) { return token }
            }
            try await store.save(row)
            return token
        } catch {
            throw .store(error)
        }
    }

    private func encrypted(_ token: AthleteToken) throws(VaultFailure) -> StoredAuthorization {
        do throws(CipherFailure) {
            return StoredAuthorization(
                athleteID: token.athleteID, accessToken: try cipher.encrypt(token.accessToken),
                refreshToken: try cipher.encrypt(token.refreshToken), expiresAt: token.expiresAt, scope: token.scope)
        } catch {
            throw .store(StoreFailure(.corrupt, "the tokens could not be encrypted: \(error)"))
        }
    }

    private func landEveryone(_ landing: TokenFlight.Landing) {
        let result: Result<AthleteToken?, VaultFailure> =
            switch landing {
            case .serve(let token): .success(token)
            case .fail(let failure): .failure(failure)
            case .ignore: .success(nil)
            }
        for (id, waiter) in waiters where waiter.cause == .flight { land(id, result) }
    }
}

extension VaultFailure {
    init(_ failure: MeteredStrava.Failure) {
        switch failure {
        case .budget(let until): self = .budget(until: until)
        case .store(let store): self = .store(store)
        case .cancelled: self = .shuttingDown
        case .strava(let strava) where strava.kind == .refreshTokenDead: self = .needsAuthorization
        case .strava(let strava): self = .strava(strava)
        }
    }
}
