import COpenSSL

/// SHA-256 of FIPS 180-4.
package enum SHA256 {
    /// The hash of `bytes`.
    ///
    /// - Returns: 32 bytes.
    package static func hash(_ bytes: some Collection<UInt8>) -> [UInt8] {
        let message = Array(bytes)
        var digest = [UInt8](repeating: 0, count: 32)
        let status = EVP_Digest(message, message.count, &digest, nil, EVP_sha256(), nil)
        // With valid pointers it fails only when libcrypto has no SHA-256 at all: a broken installation, not an input.
        precondition(status == 1, "libcrypto has no SHA-256")
        return digest
    }
}
