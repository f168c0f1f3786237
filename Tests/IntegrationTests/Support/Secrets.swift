import TestSupport

@testable import Sandbox

/// Everything that must never be seen in a log or an answer.
enum Secrets {
    /// The sandbox's codes and tokens are drawn from one seeded generator, and each begins with sixteen digits of a draw.
    private static let issued: [String] = {
        var random = SplitMix64(seed: SandboxSettings().tokenSeed)
        return (0..<300).map { _ in
            let digits = String(random.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
    }()

    private static let configured = [
        Stage.apiKey, Stage.stateSecret, Stage.encryptionKey, Sandbox.clientSecret,
    ]

    /// One of each kind, and the last that is issued.
    static var examples: [String] { configured + [issued[0], issued[299]] }

    /// Which of them a text gives away.
    static func found(in text: String) -> [String] {
        (issued + configured).filter { text.contains($0) }
    }
}
