import Actors
import Crypto

/// Makes and checks the `state` of an OAuth round trip: signed, short-lived, and tied to one browser.
///
/// A state is base64url of nonce (16 bytes), expiry (8 bytes, seconds, big-endian) and the first 128 bits of an HMAC-SHA256 over
/// both and the browser's cookie. So a state that was stolen or planted is worthless in any other browser.
struct StateSigner: Sendable {
    /// Why a state is not accepted.
    ///
    /// The person hears one sentence for all; the log tells them apart.
    enum Refusal: Error, Equatable {
        case malformed, forged, expired, used
    }

    /// A state that passed, as the ledger of used ones knows it.
    struct Verified: Hashable {
        var nonce: [UInt8]
        var expiresAt: UTCInstant
    }

    static let lifetime = Duration.seconds(600)

    private let key: [UInt8]

    init(secret: Secret) {
        key = Array(secret.exposed.utf8)
    }

    /// A fresh state for the browser that holds `browser` in its cookie.
    func issue(for browser: String, at now: UTCInstant) -> String {
        let payload = SecureRandom.bytes(16) + Self.bytes(of: (now + Self.lifetime).seconds)
        return Base64URL.encode(payload + mac(payload, browser), padded: false)
    }

    /// Checks a state that came back with the cookie `browser`.
    func verify(_ state: String, from browser: String, at now: UTCInstant) throws(Refusal) -> Verified {
        guard let bytes = Base64URL.decode(state), bytes.count == 40 else { throw .malformed }
        let payload = Array(bytes[..<24])
        guard constantTimeEquals(bytes[24...], mac(payload, browser)) else { throw .forged }
        let expiry = UTCInstant(seconds: payload[16...].reduce(0) { $0 << 8 | Int64($1) })
        guard now < expiry else { throw .expired }
        return Verified(nonce: Array(payload[..<16]), expiresAt: expiry)
    }

    private func mac(_ payload: [UInt8], _ browser: String) -> [UInt8] {
        // The label keeps signatures for other purposes under the same secret apart.
        Array(hmacSHA256(key: key, message: Array("paceline oauth state".utf8) + payload + browser.utf8).prefix(16))
    }

    private static func bytes(of number: Int64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }
}
