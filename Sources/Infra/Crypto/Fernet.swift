package import Actors

/// Fernet: authenticated encryption of short texts, readable by Python's `cryptography` and made by it.
///
/// A token is the padded base64url of: the byte 0x80, the time in seconds as 8 big-endian bytes, a 16-byte IV, AES-128-CBC with
/// PKCS#7 padding, and HMAC-SHA256 of all that stands before it (github.com/fernet/spec). Age is not checked: these tokens are
/// kept for years.
package struct Fernet: Sendable {
    private static let version: UInt8 = 0x80
    /// Version, time and IV.
    private static let headSize = 1 + 8 + 16
    private static let codeSize = 32

    private let signingKey: [UInt8]
    private let encryptionKey: [UInt8]

    /// Takes the two halves of a Fernet key.
    ///
    /// - Parameter key: 32 bytes: 16 to sign, then 16 to encrypt. Nil comes back for any other length.
    package init?(key: [UInt8]) {
        guard key.count == 32 else { return nil }
        signingKey = Array(key[..<16])
        encryptionKey = Array(key[16...])
    }

    /// Encrypts and signs.
    ///
    /// - Parameters:
    ///   - plaintext: any bytes, also none.
    ///   - now: written into the token, where everybody can read it.
    ///   - iv: 16 bytes that must never repeat under one key; random unless a test fixes them.
    package func seal(
        _ plaintext: [UInt8], at now: UTCInstant, iv: [UInt8] = SecureRandom.bytes(16)
    ) throws(CipherFailure) -> String {
        guard let ciphertext = AES128CBC.encrypt(plaintext, key: encryptionKey, iv: iv) else {
            throw .library(AES128CBC.libraryError())
        }
        let time = UInt64(bitPattern: now.seconds)
        var token = [Self.version]
        for shift in stride(from: 56, through: 0, by: -8) { token.append(UInt8(truncatingIfNeeded: time >> shift)) }
        token += iv
        token += ciphertext
        token += hmacSHA256(key: signingKey, message: token)
        return Base64URL.encode(token, padded: true)
    }

    /// Checks and decrypts.
    ///
    /// - Throws: ``CipherFailure/wrongKey`` for whatever this key did not seal, malformed texts included: to tell the two apart
    ///   would help nobody but an attacker.
    package func open(_ text: String) throws(CipherFailure) -> [UInt8] {
        guard text.utf8.count % 4 == 0, let token = Base64URL.decode(text), token.first == Self.version,
            token.count >= Self.headSize + AES128CBC.blockSize + Self.codeSize,
            (token.count - Self.headSize - Self.codeSize) % AES128CBC.blockSize == 0
        else { throw .wrongKey }
        let signed = token.dropLast(Self.codeSize)
        guard constantTimeEquals(hmacSHA256(key: signingKey, message: signed), token.suffix(Self.codeSize)) else {
            throw .wrongKey
        }
        let iv = Array(token[9..<Self.headSize])
        guard let plaintext = AES128CBC.decrypt(Array(signed[Self.headSize...]), key: encryptionKey, iv: iv) else {
            _ = AES128CBC.libraryError()
            throw .wrongKey
        }
        return plaintext
    }
}

extension Fernet: CustomStringConvertible, CustomReflectable {
    package var description: String { "Fernet(<redacted>)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
