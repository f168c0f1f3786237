/// Seals the stored tokens anew, with the cipher's newest key.
///
/// It may run beside servers: what one of them stores meanwhile is newer than what was read, so it is read again and never overwritten.
package enum KeyRotation {
    package enum Outcome: Sendable, Hashable {
        /// No athlete has ever connected.
        case nothingStored
        case rotated
    }

    /// - Throws: `CipherFailure.wrongKey` when none of the cipher's keys opens the tokens; nothing is written then. `StoreFailure`.
    package static func run(on store: any Store, with cipher: any TokenCipher) async throws -> Outcome {
        while let stored = try await store.authorization() {
            var sealed = stored
            sealed.accessToken = try cipher.encrypt(try cipher.open(stored.accessToken))
            sealed.refreshToken = try cipher.encrypt(try cipher.open(stored.refreshToken))
            if try await store.save(sealed, replacing: stored) { return .rotated }
        }
        return .nothingStored
    }
}
