package import Actors

/// The cipher between the vault and the tables, fitting the rows of the program that Paceline succeeds.
///
/// The key is derived once, here, because its 100,000 rounds take tens of milliseconds; make one cipher per process.
package struct FernetCipher: TokenCipher {
    /// Fixed by the stored rows: other values would make every one of them unreadable, and a rollback impossible.
    private static let salt = "strava_wakatime_backend_salt_v1"
    private static let rounds = 100_000

    private let fernet: Fernet
    private let clock: any WallClock

    /// Derives the key.
    ///
    /// - Parameters:
    ///   - encryptionKey: the configured `ENCRYPTION_KEY`, as UTF-8.
    ///   - clock: where the time in each token comes from.
    package init(encryptionKey: Secret, clock: any WallClock = SystemClock()) throws(CipherFailure) {
        let key = pbkdf2SHA256(password: encryptionKey.exposed, salt: Self.salt, rounds: Self.rounds, count: 32)
        guard let key, let fernet = Fernet(key: key) else { throw .library(AES128CBC.libraryError()) }
        self.fernet = fernet
        self.clock = clock
    }

    package func encrypt(_ secret: Secret) throws(CipherFailure) -> String {
        try fernet.seal(Array(secret.exposed.utf8), at: clock.now())
    }

    package func decrypt(_ ciphertext: String) throws(CipherFailure) -> Secret {
        // Python writes UTF-8 too; other bytes mean that somebody else used the same key for something else.
        guard let text = String(validating: try fernet.open(ciphertext), as: UTF8.self) else { throw .wrongKey }
        return Secret(text)
    }
}
