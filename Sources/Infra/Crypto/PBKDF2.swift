import COpenSSL

/// A key derived from a password: PBKDF2 of RFC 8018 with HMAC-SHA256.
///
/// - Returns: `count` bytes, or nil when libcrypto refuses the parameters (no rounds, no bytes).
func pbkdf2SHA256(password: String, salt: String, rounds: Int, count: Int) -> [UInt8]? {
    let password = password.utf8.map { CChar(bitPattern: $0) }
    let salt = Array(salt.utf8)
    var key = [UInt8](repeating: 0, count: count)
    let status = PKCS5_PBKDF2_HMAC(
        password, CInt(password.count), salt, CInt(salt.count), CInt(rounds), EVP_sha256(), CInt(count), &key)
    return status == 1 ? key : nil
}
