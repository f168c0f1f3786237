import Actors

/// Makes keys for `.env`.
enum KeyGenerator {
    /// 256 random bits as 64 hexadecimal digits.
    ///
    /// The system's generator is getrandom(2), which is fit for keys; hexadecimal needs no quotes in any file.
    static func newKey() -> Secret {
        var generator = SystemRandomNumberGenerator()
        let words = (0..<4).map { _ in generator.next() }
        return Secret(
            words.map { word in
                String(repeating: "0", count: 16 - String(word, radix: 16).count) + String(word, radix: 16)
            }.joined())
    }

    /// Three fresh keys as lines for `.env`.
    static func environmentLines() -> [String] {
        DevelopmentKeys.names.map { "\($0)=\(newKey().exposed)" }
    }
}
