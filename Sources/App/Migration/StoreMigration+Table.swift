extension StoreMigration.Ending {
    /// Counts and checksums of both sides, two lines for each kind of row, for people and for `diff`.
    var table: String {
        zip(from.parts, to.parts).map { from, to in
            Self.line(from.name, "from", from) + Self.line("", "to", to)
        }.joined()
    }

    private static func line(_ name: String, _ side: String, _ part: ContentSums.Part) -> String {
        let count = String(part.count)
        let room = String(repeating: " ", count: max(0, 9 - count.count))
        return "\(padded(name, 12))\(padded(side, 5))\(room)\(count)  \(part.sum)\n"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
