import COpenSSL

/// Whether two byte strings are equal, in a time that depends on their lengths only.
///
/// For keys, states and authentication codes: a comparison that stops at the first difference tells an attacker, answer by
/// answer, how far a guess was right. Different lengths are unequal; any bytes are allowed.
package func constantTimeEquals(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    let left = Array(left)
    let right = Array(right)
    guard left.count == right.count else { return false }
    return CRYPTO_memcmp(left, right, left.count) == 0
}
