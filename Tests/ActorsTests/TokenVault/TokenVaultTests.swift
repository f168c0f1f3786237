import ServiceLifecycleTestKit
import TestSupport
import Testing

@testable import Actors

/// A vault with all that is around it.
private struct Bank {
    let clock = ManualClock()
    let strava: FakeStrava
    let store: MemoryStore
    let vault: TokenVault

    /// - Parameter left: seconds that the stored token is still good for; nil when nothing is stored.
    init(left: Int?, key: String = "key", onlyAthlete: Int64? = nil) {
        let stored = left.map { [clock] left in
            StoredAuthorization(
                athleteID: 7, accessToken: "key:old-access", refreshToken: "key:old-refresh",
                expiresAt: clock.now() + .seconds(left))
        }
        let strava = FakeStrava(clock: clock)
        self.strava = strava
        store = MemoryStore(authorization: stored)
        let limiter = RateLimiter(
            ledger: nil, clock: clock, random: NoJitter(), stored: { nil }, save: { _, _ in true })
        let metered = MeteredStrava(gateway: strava, limiter: limiter)
        vault = TokenVault(
            store: store, cipher: LabelCipher(key: key), clock: clock, onlyAthlete: onlyAthlete,
            refresh: { secret throws(MeteredStrava.Failure) in try await metered.refresh(secret) })
    }

    /// Runs the vault around `body`, then shuts it down.
    func open(_ body: @Sendable (GracefulShutdownTestTrigger) async throws -> Void) async throws {
        try await vault.load()
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup { group in
                group.addTask { await vault.run() }
                try await body(trigger)
                trigger.triggerGracefulShutdown()
            }
        }
    }

    /// What another process with the same key would have stored.
    func stored(_ name: String) -> StoredAuthorization {
        StoredAuthorization(
            athleteID: 7, accessToken: "key:access-\(name)", refreshToken: "key:refresh-\(name)",
            expiresAt: clock.now() + .seconds(21_600))
    }

    func grant(_ name: String) -> TokenGrant {
        TokenGrant(
            accessToken: Secret("access-\(name)"), refreshToken: Secret("refresh-\(name)"),
            expiresAt: clock.now() + .seconds(21_600))
    }
}

@Suite("TokenVault", .timeLimit(.minutes(15)))
struct TokenVaultTests {
    @Test func aHundredCallersAreOneExchange() async throws {
        let bank = Bank(left: 10)
        let gate = Gate()
        bank.strava.holdTokens(gate)
        try await bank.open { _ in
            let tokens = try await withThrowingTaskGroup(of: AthleteToken.self) { group in
                for _ in 0..<100 { group.addTask { try await bank.vault.token() } }
                await gate.arrivals(1)
                gate.open()
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(tokens.count == 100)
            #expect(Set(tokens.map(\.accessToken.exposed)) == ["access-1"])
        }
        #expect(bank.strava.refreshTokensSent == [Secret("old-refresh")])
        #expect(await bank.store.savedAuthorizations.map(\.refreshToken) == ["key:refresh-1"])
    }

    @Test func tokensThatWereNeverEncryptedAreTakenAndEncryptedAtTheStart() async throws {
        let bank = Bank(left: nil)
        let plain = StoredAuthorization(
            athleteID: 7, accessToken: String(repeating: "0a", count: 20),
            refreshToken: String(repeating: "9f", count: 20), expiresAt: bank.clock.now() + .seconds(20_000))
        try await bank.store.save(plain)
        try await bank.open { _ in
            let token = try await bank.vault.token()
            #expect(token.accessToken.exposed == plain.accessToken)
        }
        let stored = try await bank.store.authorization()
        #expect(stored?.accessToken == "key:" + plain.accessToken)
        #expect(stored?.refreshToken == "key:" + plain.refreshToken)
        #expect(stored?.expiresAt == plain.expiresAt)
    }

    @Test func tokensThatAnotherProcessStoredAreLearnedOf() async throws {
        let bank = Bank(left: nil)
        try await bank.open { _ in
            try await bank.store.save(bank.stored("other"))
            try await bank.vault.load()
            let token = try await bank.vault.token()
            #expect(token.accessToken.exposed == "access-other")
        }
        #expect(bank.strava.refreshTokensSent == [])
    }

    @Test func lookingAgainPutsNothingInThePlaceOfTokensThatAreHere() async throws {
        let bank = Bank(left: 20_000)
        try await bank.open { _ in
            try await bank.store.save(bank.stored("other"))
            try await bank.vault.load()
            let token = try await bank.vault.token()
            #expect(token.accessToken.exposed == "old-access")
        }
    }

    @Test(arguments: ["gAAAAABn", String(repeating: "0A", count: 20), String(repeating: "0a", count: 21), ""])
    func whatIsNeitherCiphertextNorAPlainTokenIsNotSent(text: String) async throws {
        let bank = Bank(left: nil)
        let odd = StoredAuthorization(
            athleteID: 7, accessToken: text, refreshToken: text, expiresAt: bank.clock.now() + .seconds(20_000))
        try await bank.store.save(odd)
        try await bank.open { _ in
            await #expect(throws: VaultFailure.wrongKey) { try await bank.vault.token() }
        }
        #expect(try await bank.store.authorization() == odd)
    }

    @Test func nobodyGetsATokenThatIsNotWrittenDown() async throws {
        let bank = Bank(left: 10)
        let gate = Gate()
        await bank.store.holdSaves(gate)
        try await bank.open { _ in
            try await confirmation("served", expectedCount: 1) { served in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        let token = try await bank.vault.token()
                        #expect(await bank.store.savedAuthorizations.count == 1)
                        #expect(token.accessToken == Secret("access-1"))
                        served()
                    }
                    await gate.arrivals(1)
                    #expect(await bank.store.savedAuthorizations.isEmpty)
                    gate.open()
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func aCancelledCallerLeavesAloneAndTheFlightLandsForTheOthers() async throws {
        let bank = Bank(left: 10)
        let gate = Gate()
        bank.strava.holdTokens(gate)
        try await bank.open { _ in
            // Both are awaited below.
            let leaver = Task { try await bank.vault.token() }
            await gate.arrivals(1)
            let stayer = Task { try await bank.vault.token() }
            leaver.cancel()
            await #expect(throws: CancellationError.self) { try await leaver.value }
            gate.open()
            let token = try await stayer.value
            #expect(token.accessToken == Secret("access-1"))
        }
        #expect(bank.strava.tokenCalls == 1)
    }

    @Test func aTokenThatTheStoreRefusesIsNotServedAndNotLost() async throws {
        let bank = Bank(left: 10)
        let away = StoreFailure(.unavailable, "locked")
        await bank.store.failSaves(away)
        try await bank.open { _ in
            bank.clock.advance(by: .seconds(10))
            await #expect(throws: VaultFailure.store(away)) { try await bank.vault.token() }
            await #expect(throws: VaultFailure.store(away)) { try await bank.vault.token() }
            bank.clock.advance(by: .seconds(5))
            // Strava may have killed old-refresh already: it must not be sent again.
            let token = try await bank.vault.token()
            #expect(token.accessToken == Secret("access-1"))
        }
        #expect(bank.strava.refreshTokensSent == [Secret("old-refresh")])
        #expect(await bank.store.savedAuthorizations.map(\.refreshToken) == ["key:refresh-1"])
    }

    @Test func tokensThatAnotherProcessExchangedAreTakenFromTheStore() async throws {
        let bank = Bank(left: 10)
        try await bank.open { _ in
            try await bank.store.save(bank.stored("theirs"))
            #expect(try await bank.vault.token().accessToken == Secret("access-theirs"))
        }
        // The refresh token that this process remembers is dead: sending it would look like a withdrawn consent.
        #expect(bank.strava.refreshTokensSent.isEmpty)
    }

    @Test func aRefusalBecauseAnotherProcessWasFasterIsNoWithdrawnConsent() async throws {
        let bank = Bank(left: 10)
        let gate = Gate()
        bank.strava.holdTokens(gate)
        bank.strava.failTokens(StravaFailure(.refreshTokenDead, "400"))
        try await bank.open { _ in
            async let token = bank.vault.token()
            await gate.arrivals(1)
            try await bank.store.save(bank.stored("theirs"))
            gate.open()
            #expect(try await token.accessToken == Secret("access-theirs"))
        }
    }

    @Test func anUnchangedTokenIsNotWrittenAgain() async throws {
        let bank = Bank(left: 3600)
        bank.strava.grant(
            TokenGrant(
                accessToken: Secret("old-access"), refreshToken: Secret("old-refresh"),
                expiresAt: bank.clock.now() + .seconds(3600)))
        try await bank.open { _ in
            for _ in 0..<5 {
                let token = try await bank.vault.token()
                #expect(token.accessToken == Secret("old-access"))
            }
        }
        #expect(bank.strava.tokenCalls == 1)
        #expect(await bank.store.savedAuthorizations.isEmpty)
    }

    @Test func aConnectionDuringAFlightIsWrittenLastAndServedFromThenOn() async throws {
        let bank = Bank(left: 10)
        let gate = Gate()
        bank.strava.holdTokens(gate)
        try await bank.open { _ in
            let waiter = Task { try await bank.vault.token() }
            await gate.arrivals(1)
            let connection = Task { try await bank.vault.connect(bank.grant("new"), athleteID: 7) }
            gate.open()
            _ = try await waiter.value
            try await connection.value
            let token = try await bank.vault.token()
            #expect(token.accessToken == Secret("access-new"))
        }
        #expect(await bank.store.savedAuthorizations.map(\.accessToken) == ["key:access-1", "key:access-new"])
    }

    @Test func aFlightBehindAConnectionIsVoidAndSendsNothing() async throws {
        let bank = Bank(left: 10)
        let gate = Gate()
        await bank.store.holdSaves(gate)
        try await bank.open { _ in
            let connection = Task { try await bank.vault.connect(bank.grant("new"), athleteID: 7) }
            await gate.arrivals(1)
            let waiter = Task { try await bank.vault.token() }
            while await bank.vault.waiting < 2 { await Task.yield() }
            gate.open()
            try await connection.value
            let token = try await waiter.value
            #expect(token.accessToken == Secret("access-new"))
        }
        #expect(bank.strava.tokenCalls == 0)
        #expect(await bank.store.savedAuthorizations.count == 1)
    }

    @Test func anotherAthleteThanTheOwnerIsRefused() async throws {
        let bank = Bank(left: 20_000)
        try await bank.open { _ in
            await #expect(throws: VaultFailure.wrongAthlete) {
                try await bank.vault.connect(bank.grant("x"), athleteID: 8)
            }
            let token = try await bank.vault.token()
            #expect(token.athleteID == 7)
        }
        #expect(await bank.store.savedAuthorizations.isEmpty)
    }

    @Test func anotherAthleteThanTheConfiguredOneIsRefused() async throws {
        let bank = Bank(left: nil, onlyAthlete: 9)
        try await bank.open { _ in
            await #expect(throws: VaultFailure.wrongAthlete) {
                try await bank.vault.connect(bank.grant("x"), athleteID: 8)
            }
            #expect(await !bank.vault.hasOwner)
            try await bank.vault.connect(bank.grant("y"), athleteID: 9)
            #expect(await bank.vault.connectedAthlete == 9)
        }
    }

    @Test func oneOfTwoStrangersWhoRaceForAnOwnerlessDeploymentWins() async throws {
        let bank = Bank(left: nil)
        let gate = Gate()
        await bank.store.holdSaves(gate)
        try await bank.open { _ in
            await #expect(throws: VaultFailure.notConnected) { try await bank.vault.token() }
            let first = Task { try await bank.vault.connect(bank.grant("1"), athleteID: 1) }
            await gate.arrivals(1)
            let second = Task { try await bank.vault.connect(bank.grant("2"), athleteID: 2) }
            while await bank.vault.waiting < 2 { await Task.yield() }
            gate.open()
            try await first.value
            await #expect(throws: VaultFailure.wrongAthlete) { try await second.value }
            #expect(await bank.vault.connectedAthlete == 1)
        }
        #expect(await bank.store.savedAuthorizations.map(\.athleteID) == [1])
    }

    @Test func aConnectionThatCannotBeWrittenMakesNobodyTheOwner() async throws {
        let bank = Bank(left: nil)
        await bank.store.failSaves(StoreFailure(.unavailable, "full"))
        try await bank.open { _ in
            await #expect(throws: VaultFailure.self) { try await bank.vault.connect(bank.grant("1"), athleteID: 1) }
            #expect(await !bank.vault.hasOwner)
            try await bank.vault.connect(bank.grant("2"), athleteID: 2)
            #expect(await bank.vault.connectedAthlete == 2)
        }
    }

    @Test func withTheWrongKeyNothingIsSentAndNothingOverwritten() async throws {
        let bank = Bank(left: 10, key: "other")
        try await bank.open { _ in
            #expect(await bank.vault.hasOwner)
            #expect(await bank.vault.connectedAthlete == nil)
            await #expect(throws: VaultFailure.wrongKey) { try await bank.vault.token() }
            await #expect(throws: VaultFailure.wrongAthlete) {
                try await bank.vault.connect(bank.grant("x"), athleteID: 8)
            }
        }
        #expect(bank.strava.tokenCalls == 0)
        #expect(await bank.store.savedAuthorizations.isEmpty)
    }

    @Test func aDeadRefreshTokenNeedsTheAthleteAndAnOutageDoesNot() async throws {
        let bank = Bank(left: -10)
        bank.strava.failTokens(StravaFailure(.unavailable, "503"), StravaFailure(.refreshTokenDead, "400"))
        try await bank.open { _ in
            await #expect(throws: VaultFailure.strava(StravaFailure(.unavailable, "503"))) {
                try await bank.vault.token()
            }
            bank.clock.advance(by: .seconds(5))
            await #expect(throws: VaultFailure.needsAuthorization) { try await bank.vault.token() }
            #expect(await bank.vault.hasOwner)
            try await bank.vault.connect(bank.grant("new"), athleteID: 7)
            let token = try await bank.vault.token()
            #expect(token.accessToken == Secret("access-new"))
        }
    }

    @Test func shutdownFinishesTheFlightAndEndsThoseWhoWait() async throws {
        let bank = Bank(left: 10)
        let gate = Gate()
        bank.strava.holdTokens(gate)
        let outcome = Task {
            try await bank.open { trigger in
                // The flight is under way; this connection will find nobody to write it down, or be written.
                let waiter = Task { try await bank.vault.token() }
                await gate.arrivals(1)
                trigger.triggerGracefulShutdown()
                gate.open()
                _ = try await waiter.value
            }
        }
        try await outcome.value
        #expect(await bank.store.savedAuthorizations.count == 1)
    }

    @Test func aVaultThatHasEndedLetsNobodyWait() async throws {
        let bank = Bank(left: 10)
        try await bank.open { _ in }
        for _ in 0..<2 {
            await #expect(throws: VaultFailure.shuttingDown) { try await bank.vault.token() }
        }
        await #expect(throws: VaultFailure.shuttingDown) {
            try await bank.vault.connect(bank.grant("new"), athleteID: 7)
        }
    }

    @Test func noFailureSpellsASecret() {
        let token = AthleteToken(
            athleteID: 1, accessToken: Secret("hush"), refreshToken: Secret("hush"), expiresAt: UTCInstant(seconds: 0))
        let grant = TokenGrant(
            accessToken: Secret("hush"), refreshToken: Secret("hush"), expiresAt: UTCInstant(seconds: 0))
        let things: [Any] = [
            Secret("hush"), token, grant, [token], Optional(grant) as Any, TokenFlight.RequestAction.serve(token),
            TokenFlight.Landing.serve(token), StravaReply(grant),
        ]
        for thing in things {
            var dumped = ""
            dump(thing, to: &dumped)
            #expect(!"\(thing) \(String(reflecting: thing)) \(dumped)".contains("hush"))
        }
    }
}
