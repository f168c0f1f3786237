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

    /// The lines of a server's `.env`, with fresh keys; what nobody else can know is left empty, and named at the start by whoever runs
    /// it.
    static func productionFile() -> [String] {
        [
            "# The settings of a server; .env.example explains every one. Keep this file to yourself: chmod 600 .env",
            "ENVIRONMENT=production",
            "",
            "# From https://www.strava.com/settings/api, where the Authorization Callback Domain is your.host alone.",
            "STRAVA_CLIENT_ID=",
            "STRAVA_CLIENT_SECRET=",
            "# https://your.host/strava/callback",
            "STRAVA_REDIRECT_URI=",
            "# The only athlete who may connect: the number in strava.com/athletes/NUMBER.",
            "ATHLETE_ID=",
            "# Your site, whose scripts may read the answers: https://example.org",
            "FRONTEND_URL=",
            "",
        ] + environmentLines() + [
            "",
            "# For PostgreSQL instead of SQLite, take the mark away.",
            "#POSTGRES_USER=paceline",
            "#POSTGRES_DB=paceline",
            "#POSTGRES_PASSWORD=\(newKey().exposed)",
        ]
    }

    /// Three fresh keys as lines for `.env`.
    static func environmentLines() -> [String] {
        DevelopmentKeys.names.map { "\($0)=\(newKey().exposed)" }
    }
}
