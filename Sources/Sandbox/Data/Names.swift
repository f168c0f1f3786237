/// Names as people and their watches write them.
enum Names {
    /// Mostly the watch's default for the hour, now and then a phrase; some hold what a careless encoder gets wrong.
    static func usual(_ sport: String, second: Int, _ random: inout SplitMix64) -> String {
        if random.chance(22) { return random.pick(phrases) }
        let hour: String
        switch second / 3600 {
        case 0..<5: hour = "Night"
        case 5..<11: hour = "Morning"
        case 11..<14: hour = "Lunch"
        case 14..<18: hour = "Afternoon"
        default: hour = "Evening"
        }
        return "\(hour) \(words(sport))"
    }

    /// `MountainBikeRide` as `Mountain Bike Ride`.
    private static func words(_ sport: String) -> String {
        sport.reduce(into: "") { text, letter in
            if letter.isUppercase, let last = text.last, last.isLowercase { text.append(" ") }
            text.append(letter)
        }
    }

    static let races: [(name: String, metres: Double)] = [
        ("Lakeside Five", 5_000), ("Midnight Ten", 10_000), ("Ten Mile Classic", 16_093.4),
        ("Fjord Half", 21_097.5), ("Autumn Marathon", 42_195),
    ]

    private static let phrases = [
        "Rundt Sognsvann", "Kveldstur med hodelykt 🔦", "Intervals 6×800 \"ouch\"", "Nordmarka på kryss & tvers",
        "With Åse and Bjørn", "Easy, easy, easy", "Hill repeats <uphill both ways>", "Coffee ride ☕", "Legs like lead",
        "Back\\slash of the bike path", "Progression 3/4", "Rain. Again.", "おはよう", "Long one before breakfast",
    ]
}
