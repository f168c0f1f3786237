/// Makes codes and tokens of 40 hexadecimal digits, the form that Strava's have.
///
/// A refresh token also says, under a check sum, whose it is and what it may: a sandbox that was started anew can then
/// recognise a token from before, and a mirror with its own memory need not connect again.
struct TokenMint: Sendable {
    private var random: SplitMix64
    /// Mixed into check sums; not a secret, the stand-in protects nothing.
    private static let salt: UInt64 = 0x5A4D_B0C5_7A4D_1135

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    /// A code or an access token.
    mutating func token() -> String {
        Self.hex(random.next()) + Self.hex(random.next()) + Self.hex(random.next()).prefix(8)
    }

    /// A refresh token: 16 digits of chance, 12 that name athlete and scopes, 12 of check sum.
    mutating func refreshToken(athleteID: Int64, scopes: Scopes) -> String {
        let chance = random.next()
        let claim = UInt64(truncatingIfNeeded: athleteID) << 8 | UInt64(scopes.rawValue)
        return Self.hex(chance) + Self.hex(claim, digits: 12) + Self.hex(Self.check(chance, claim), digits: 12)
    }

    /// Whose a refresh token of this mint is, read from the token itself; nil for any other text.
    static func claim(in refreshToken: String) -> (athleteID: Int64, scopes: Scopes)? {
        let digits = Array(refreshToken)
        guard digits.count == 40, let chance = UInt64(String(digits[0..<16]), radix: 16),
            let claim = UInt64(String(digits[16..<28]), radix: 16),
            hex(check(chance, claim), digits: 12) == String(digits[28..<40])
        else { return nil }
        return (Int64(claim >> 8), Scopes(rawValue: UInt8(truncatingIfNeeded: claim)))
    }

    private static func check(_ chance: UInt64, _ claim: UInt64) -> UInt64 {
        var mixer = SplitMix64(seed: chance ^ salt)
        var second = SplitMix64(seed: mixer.next() ^ claim)
        return second.next() & 0xFFFF_FFFF_FFFF
    }

    private static func hex(_ value: UInt64, digits: Int = 16) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
