import Actors
import ArgumentParser
import Crypto

/// `paceline rotate-keys`.
struct RotateKeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-keys",
        abstract: "Encrypt the stored tokens with the newest ENCRYPTION_KEY.",
        discussion: """
            To replace the key: write the new one before the old one, ENCRYPTION_KEY=new,old, and restart; run this; take the old one \
            away and restart. Servers may run meanwhile. Exit codes: 0 done, or nothing is stored; 74 the database does not \
            answer; 77 no key of ENCRYPTION_KEY fits the stored tokens, or the database refuses; 78 the configuration has problems.
            """)

    func run() async throws {
        let configuration = try CommandSupport.configuration()
        // Before the store is opened: what the library says is about the machine, not about the tokens.
        let cipher = try FernetCipher(configuration.keys)
        let outcome: KeyRotation.Outcome = try await CommandSupport.explainingFailures {
            let store = try await Engine.openStore(configuration.database)
            do {
                let outcome = try await KeyRotation.run(on: store, with: cipher)
                await store.close()
                return outcome
            } catch CipherFailure.wrongKey {
                await store.close()
                CommandSupport.complain(
                    "paceline: no key of ENCRYPTION_KEY fits the stored tokens, and nothing was changed. "
                        + "Write the key they were stored with behind the new one: ENCRYPTION_KEY=new,old\n")
                throw ExitCode(77)
            }
        }
        switch outcome {
        case .nothingStored: print("No tokens are stored yet; the first ones will be encrypted with the newest key.")
        case .rotated:
            print("The stored tokens are encrypted with the newest key.")
            if configuration.keys.olderEncryption.isEmpty { return }
            print("Take the old one out of ENCRYPTION_KEY now, and restart.")
        }
    }
}

extension FernetCipher {
    /// The cipher of the configured keys.
    init(_ keys: Configuration.Keys, clock: any WallClock = SystemClock()) throws(CipherFailure) {
        try self.init(encryptionKey: keys.encryption, older: keys.olderEncryption, clock: clock)
    }
}
