import Locking
import ServiceLifecycleTestKit
import TestSupport
import Testing

@testable import Actors

/// Vaults of several processes on one database, whose token has expired.
@Suite("TokenVault, processes that share a database", .timeLimit(.minutes(15)))
struct OneExchangeTests {
    private let clock: ManualClock
    private let strava: FakeStrava
    private let store: MemoryStore

    init() {
        clock = ManualClock()
        strava = FakeStrava(clock: clock)
        store = MemoryStore(
            authorization: StoredAuthorization(
                athleteID: 7, accessToken: "key:old-access", refreshToken: "key:old-refresh",
                expiresAt: clock.now() + .seconds(10)),
            clock: clock)
    }

    private func vault() -> TokenVault {
        TokenVault(
            store: store, cipher: LabelCipher(), clock: clock,
            refresh: { [strava] secret throws(MeteredStrava.Failure) in
                do throws(StravaFailure) { return try await strava.refresh(secret).value } catch {
                    throw .strava(error)
                }
            })
    }

    private func open(_ vaults: [TokenVault], _ body: @escaping @Sendable () async throws -> Void) async throws {
        for vault in vaults { try await vault.load() }
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup { group in
                for vault in vaults { group.addTask { await vault.run() } }
                try await body()
                trigger.triggerGracefulShutdown()
            }
        }
    }

    /// Moves the clock while nobody exchanges, until all have their token.
    private func tokens(_ vaults: [TokenVault]) async throws -> Set<String> {
        try await withThrowingTaskGroup(of: String?.self) { group in
            for vault in vaults { group.addTask { try await vault.token().accessToken.exposed } }
            let isOver = Lock(false)
            group.addTask {
                while !isOver.withLock({ $0 }) {
                    if await store.leases[.token]?.hold == nil, let next = clock.deadlines.first {
                        clock.advance(to: max(next, clock.now()))
                    }
                    await Task.yield()
                }
                return nil
            }
            var found: Set<String> = []
            var left = vaults.count
            for try await token in group {
                guard let token else { continue }
                found.insert(token)
                left -= 1
                if left == 0 { isOver.withLock { $0 = true } }
            }
            return found
        }
    }

    @Test func fiveProcessesWhoseTokenHasExpiredExchangeItOnce() async throws {
        let vaults = (0..<5).map { _ in vault() }
        let gate = Gate()
        strava.holdTokens(gate)
        try await open(vaults) {
            let tokens = Task { try await self.tokens(vaults) }
            await gate.arrivals(1)
            // The four others wait for it.
            while clock.deadlines.count < 4 { await Task.yield() }
            gate.open()
            let found = try await tokens.value
            #expect(found == ["access-1"])
        }
        #expect(strava.refreshTokensSent == [Secret("old-refresh")])
        #expect(await store.leases[.token]?.hold == nil)
    }

    @Test func aProcessThatDiedInMidExchangeHoldsUpTheOthersForAsLongAsItsLease() async throws {
        #expect(try await LeaseHolder(.token, in: store).take(.interactive) == .begun)
        let vault = vault()
        let begun = clock.now()
        try await open([vault]) {
            let token = Task { try await vault.token() }
            while clock.now() - begun < LeaseRecord.term {
                await clock.untilSomeoneSleeps(until: clock.now() + TokenVault.turnPoll)
                #expect(strava.tokenCalls == 0)
                clock.advance(by: TokenVault.turnPoll)
            }
            let found = try await token.value
            #expect(found.accessToken == Secret("access-1"))
        }
    }

    @Test func aConnectionThatWasMadeElsewhereDuringAnExchangeStays() async throws {
        let connected = StoredAuthorization(
            athleteID: 7, accessToken: "key:access-new", refreshToken: "key:refresh-new",
            expiresAt: clock.now() + .seconds(21_600))
        let vault = vault()
        let gate = Gate()
        strava.holdTokens(gate)
        try await open([vault]) {
            let token = Task { try await vault.token() }
            await gate.arrivals(1)
            try await store.save(connected)
            gate.open()
            let found = try await token.value
            #expect(found.accessToken == Secret("access-new"))
        }
        #expect(await store.authorization_ == connected)
    }

    @Test func aVaultThatIsStoppedDoesNotWaitForTheOthers() async throws {
        #expect(try await LeaseHolder(.token, in: store).take(.interactive) == .begun)
        let vault = vault()
        try await vault.load()
        await testGracefulShutdown { trigger in
            await withTaskGroup { group in
                group.addTask { await vault.run() }
                let token = Task { try await vault.token() }
                await clock.untilSomeoneSleeps()
                trigger.triggerGracefulShutdown()
                clock.advance(by: TokenVault.turnPoll)
                let ending = await token.result
                #expect(throws: VaultFailure.shuttingDown) { try ending.get() }
            }
        }
    }
}
