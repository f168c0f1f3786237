import ArgumentParser

/// Prints fresh keys.
struct KeygenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Print three fresh keys as lines for .env.",
        discussion: """
            Append them with: paceline keygen >> .env
            Or begin a server's .env with: (umask 077; paceline keygen --env > .env)

            A new ENCRYPTION_KEY alone cannot read tokens that were stored under the old one: to replace it, write \
            ENCRYPTION_KEY=new,old and run paceline rotate-keys.
            """)

    @Flag(name: .customLong("env"), help: "Print a whole .env for a server: what must be filled in, and every key.")
    var isWholeFile = false

    func run() {
        let lines = isWholeFile ? KeyGenerator.productionFile() : KeyGenerator.environmentLines()
        lines.forEach { print($0) }
    }
}
