/// The wall between tokens and tables: what the vault hands to the store has passed through here.
package protocol TokenCipher: Sendable {
    /// Encrypts a token.
    func encrypt(_ secret: Secret) throws(CipherFailure) -> String

    /// Decrypts what ``encrypt(_:)`` made.
    ///
    /// - Throws: ``CipherFailure/wrongKey`` when the text was made with another key, or is no ciphertext at all.
    func decrypt(_ ciphertext: String) throws(CipherFailure) -> Secret
}

/// Why a token could not be encrypted or decrypted.
package enum CipherFailure: Error, Sendable, Hashable {
    /// The ciphertext does not fit the key.
    case wrongKey
    /// The cryptographic library refused; its words.
    case library(String)
}
