import COpenSSL

/// Bytes that nobody can predict, from libcrypto's generator, which the kernel seeds.
package enum SecureRandom {
    /// `count` random bytes.
    package static func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let status = RAND_bytes(&bytes, CInt(count))
        // To go on without randomness would be to hand out guessable keys.
        precondition(status == 1, "libcrypto's random generator could not be seeded")
        return bytes
    }

    /// A random text for URLs, headers and cookies: base64url without padding, as Python's `secrets.token_urlsafe` makes it.
    ///
    /// - Parameter count: bytes of randomness; the text is a third longer.
    package static func urlSafeToken(bytes count: Int) -> String {
        Base64URL.encode(bytes(count), padded: false)
    }
}
