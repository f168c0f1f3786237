import COpenSSL

/// HMAC-SHA256 of RFC 2104.
///
/// - Parameters:
///   - key: of any length, also empty.
///   - message: of any length, also empty.
/// - Returns: 32 bytes; compare them with ``constantTimeEquals(_:_:)`` only.
package func hmacSHA256(key: some Collection<UInt8>, message: some Collection<UInt8>) -> [UInt8] {
    let key = Array(key)
    let message = Array(message)
    var code = [UInt8](repeating: 0, count: 32)
    let result = HMAC(EVP_sha256(), key, CInt(key.count), message, message.count, &code, nil)
    // As with SHA-256: no input can make it fail.
    precondition(result != nil, "libcrypto has no HMAC-SHA256")
    return code
}
