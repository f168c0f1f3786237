package import Actors

/// The cipher between the vault and the tables, fitting the rows of the program that Paceline succeeds.
///
/// It seals with one key and opens with any of several, so that a key can be replaced while rows of the old one remain. Keys are derived
/// once, here, because 100,000 rounds take tens of milliseconds each; make one cipher per process.
package struct FernetCipher: TokenCipher {
    /// Fixed by the stored rows: other values would make every one of them unreadable, and a rollback impossible.
    private static let salt = "strava_wakatime_backend_salt_v1"
    private static let rounds = 100_000

    /// Newest first; the first one seals.
    private let keyring: [Fernet]
    private let newest: Fernet
    private let clock: any WallClock

    /// Derives the keys.
    ///
    /// - Parameters:
    ///   - encryptionKey: what new rows are sealed with: the first of `ENCRYPTION_KEY`, as UTF-8.
    ///   - older: keys that some rows may still be sealed with, in the order to try them.
    ///   - clock: where the time in each token comes from.
    package init(
        encryptionKey: Secret, older: [Secret] = [], clock: any WallClock = SystemClock()
    ) throws(CipherFailure) {
        newest = try Self.derive(encryptionKey)
        var keyring = [newest]
        for secret in older { keyring.append(try Self.derive(secret)) }
        self.keyring = keyring
        self.clock = clock
    }

    private static func derive(_ secret: Secret) throws(CipherFailure) -> Fernet {
        let key = pbkdf2SHA256(password: secret.exposed, salt: salt, rounds: rounds, count: 32)
        guard let key, let fernet = Fernet(key: key) else { throw .library(AES128CBC.libraryError()) }
        return fernet
    }

    package func encrypt(_ secret: Secret) throws(CipherFailure) -> String {
        try newest.seal(Array(secret.exposed.utf8), at: clock.now())
    }

    package func decrypt(_ ciphertext: String) throws(CipherFailure) -> Secret {
        // Python writes UTF-8 too; other bytes mean that somebody else used the same key for something else.
        guard let text = String(validating: try open(ciphertext), as: UTF8.self) else { throw .wrongKey }
        return Secret(text)
    }

    private func open(_ ciphertext: String) throws(CipherFailure) -> [UInt8] {
        for fernet in keyring {
            do throws(CipherFailure) { return try fernet.open(ciphertext) } catch {
                guard error == .wrongKey else { throw error }
            }
        }
        throw .wrongKey
    }
}
