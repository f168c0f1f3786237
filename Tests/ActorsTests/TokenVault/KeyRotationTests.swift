import Actors
import TestSupport
import Testing

@Suite struct KeyRotationTests {
    private let stored = StoredAuthorization(
        athleteID: 7, accessToken: "old:access", refreshToken: "old:refresh", expiresAt: UTCInstant(seconds: 9))

    @Test func bothTokensAreSealedAnewAndNothingElseChanges() async throws {
        let store = MemoryStore(authorization: stored)
        #expect(try await KeyRotation.run(on: store, with: Keyring()) == .rotated)
        var rotated = stored
        (rotated.accessToken, rotated.refreshToken) = ("new:access", "new:refresh")
        #expect(try await store.authorization() == rotated)
    }

    @Test func twiceIsAsGoodAsOnce() async throws {
        let store = MemoryStore(authorization: stored)
        _ = try await KeyRotation.run(on: store, with: Keyring())
        #expect(try await KeyRotation.run(on: store, with: Keyring()) == .rotated)
        #expect(try await store.authorization()?.refreshToken == "new:refresh")
    }

    @Test func withoutTokensThereIsNothingToDo() async throws {
        #expect(try await KeyRotation.run(on: MemoryStore(), with: Keyring()) == .nothingStored)
    }

    @Test func tokensThatNoKeyOpensAreLeftAlone() async throws {
        var foreign = stored
        foreign.refreshToken = "foreign:refresh"
        let store = MemoryStore(authorization: foreign)
        await #expect(throws: CipherFailure.wrongKey) { try await KeyRotation.run(on: store, with: Keyring()) }
        #expect(await store.savedAuthorizations == [])
    }

    /// A server refreshes the token while its row is being sealed anew: the newer refresh token is the only one that still works.
    @Test func whatAServerStoresMeanwhileIsNotOverwritten() async throws {
        let store = MemoryStore(authorization: stored)
        let gate = Gate()
        await store.holdSaves(gate)
        async let outcome = KeyRotation.run(on: store, with: Keyring())
        await gate.arrivals(1)
        await store.holdSaves(nil)
        var newer = stored
        (newer.accessToken, newer.refreshToken) = ("old:access-2", "old:refresh-2")
        try await store.save(newer)
        gate.open()
        #expect(try await outcome == .rotated)
        #expect(try await store.authorization()?.accessToken == "new:access-2")
        #expect(try await store.authorization()?.refreshToken == "new:refresh-2")
    }
}

/// Seals with the new key and opens with both.
private struct Keyring: TokenCipher {
    private let new = LabelCipher(key: "new")
    private let old = LabelCipher(key: "old")

    func encrypt(_ secret: Secret) throws(CipherFailure) -> String { try new.encrypt(secret) }

    func decrypt(_ ciphertext: String) throws(CipherFailure) -> Secret {
        try ciphertext.hasPrefix("new:") ? new.decrypt(ciphertext) : old.decrypt(ciphertext)
    }
}
