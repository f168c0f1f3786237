/// How far a copy is; pure.
struct MigrationProgress: Sendable, Hashable {
    /// Rows that were written before the last step.
    var before: Int
    var written: Int
    var total: Int

    private static let width = 24

    /// Whether the last step reached a further tenth: as many lines as a file should get, however long the history.
    var reachesATenth: Bool { tenths(before) != tenths(written) }

    /// One line for a file or a mail.
    var line: String { "\(counted) rows" }

    /// One line for a terminal.
    var bar: String {
        let filled = Self.width * written / max(1, total)
        let drawn = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
        return "[\(drawn)] \(counted) rows"
    }

    private var counted: String { "\(HumanUnits.grouped(written))/\(HumanUnits.grouped(total))" }

    private func tenths(_ rows: Int) -> Int { 10 * rows / max(1, total) }
}

/// Shows a copy: a bar that is drawn over and over on a terminal, a line for each tenth otherwise.
struct MigrationMeter: Sendable {
    let isTerminal: Bool
    let write: @Sendable (String) -> Void

    func show(_ event: StoreMigration.Event) {
        switch event {
        case .wrote(let progress) where isTerminal: write("\(Self.clear)\(progress.bar)")
        case .wrote(let progress): if progress.reachesATenth { write("\(progress.line)\n") }
        case .readingBack: say("Reading both back.")
        case .sourceChanged: say("--from has changed meanwhile, so a server still writes to it. Copying what is new.")
        }
    }

    /// Nothing more comes: what is said next begins a line of its own, also where the bar stopped short.
    func end() {
        if isTerminal { write(Self.clear) }
    }

    private func say(_ sentence: String) { write("\(isTerminal ? Self.clear : "")\(sentence)\n") }

    /// To the start of the line, and all that is on it away (ECMA-48).
    private static let clear = "\r\u{1B}[2K"
}
