/// How far a refresh is, as a person wants to see it; pure.
struct SyncProgress: Sendable, Hashable {
    /// Pages that have come.
    var pages: Int
    /// Pages that are to come; nil when nobody can know.
    var pagesLeft: Int?
    /// Activities that are stored.
    var activities: Int
    /// Requests that Strava's tighter window still allows.
    var budgetLeft: Int
    /// Nil when nobody can know.
    var secondsLeft: Int?

    private static let width = 12

    /// One line for a file or a mail.
    var line: String { parts.joined(separator: ", ") }

    /// One line for a terminal; with a bar when the end can be foretold.
    var bar: String {
        guard let pagesLeft else { return parts.joined(separator: " | ") }
        let filled = Self.width * pages / max(1, pages + pagesLeft)
        let drawn = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
        return "[\(drawn)] " + parts.joined(separator: " | ")
    }

    private var parts: [String] {
        let counted = pagesLeft.map { "\(pages)/\(pages + $0) pages" } ?? "\(pages) page\(pages == 1 ? "" : "s")"
        let parts = [
            counted, "\(HumanUnits.grouped(activities)) activities", "budget \(HumanUnits.grouped(max(0, budgetLeft)))",
        ]
        return parts + (secondsLeft.map { [Self.duration($0)] } ?? [])
    }

    /// `0:07`, `12:40`, `3:15:00`.
    private static func duration(_ seconds: Int) -> String {
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        let clock = hours > 0 ? "\(hours):\(padded(minutes))" : "\(minutes)"
        return "\(clock):\(padded(seconds % 60)) to go"
    }
}
