import ArgumentParser

/// Prints fresh keys.
struct KeygenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Print three fresh keys as lines for .env.",
        discussion: """
            Append them with: paceline keygen >> .env

            A new ENCRYPTION_KEY cannot read tokens that were stored under the old one; the athlete must then connect again.
            """)

    func run() {
        KeyGenerator.environmentLines().forEach { print($0) }
    }
}
