import Actors

/// The variables that hold secrets, or decide whom they are sent to.
extension ConfigurationReader {
    /// Reads the three keys and compares them with one another.
    mutating func keys(_ mode: Configuration.Mode) -> Configuration.Keys {
        let (newest, older) = encryptionKeys(mode)
        let keys = Configuration.Keys(
            internalAPI: key("INTERNAL_API_KEY", mode), state: key("STATE_SECRET", mode), encryption: newest,
            olderEncryption: older)
        guard mode == .production else { return keys }
        let named =
            [("INTERNAL_API_KEY", keys.internalAPI), ("STATE_SECRET", keys.state), ("ENCRYPTION_KEY", keys.encryption)]
            + older.map { ("ENCRYPTION_KEY", $0) }
        for (index, left) in named.enumerated() where !left.1.exposed.isEmpty {
            for right in named[(index + 1)...] where left.1 == right.1 {
                note(
                    right.0, "equals \(left.0), so whoever learns one has both",
                    cure: "Give each a value of its own: paceline keygen prints three.")
            }
        }
        return keys
    }

    private mutating func key(_ name: String, _ mode: Configuration.Mode) -> Secret {
        guard let value = text(name) else {
            note(name, "is missing", cure: Self.cure(name))
            return Secret("")
        }
        return checked(value, name, mode)
    }

    /// The keys of the stored tokens: several while one replaces another, newest first, with commas between them.
    private mutating func encryptionKeys(_ mode: Configuration.Mode) -> (newest: Secret, older: [Secret]) {
        let name = "ENCRYPTION_KEY"
        let values = list(name)
        guard let first = values.first else { return (key(name, mode), []) }
        let isListed = values.count > 1
        return (
            checked(first, name, mode, isListed: isListed),
            values.dropFirst().map { checked($0, name, mode, isListed: isListed) }
        )
    }

    private static func cure(_ name: String) -> String { "Run paceline keygen and put its line for \(name) into .env." }

    private mutating func checked(
        _ value: String, _ name: String, _ mode: Configuration.Mode, isListed: Bool = false
    ) -> Secret {
        let cure = Self.cure(name)
        guard mode == .production else { return Secret(value) }
        if Placeholder.matches(value) {
            note(name, isListed ? "lists a placeholder" : "is still a placeholder", cure: cure)
        } else if value.unicodeScalars.count < 32 {
            note(name, "\(isListed ? "lists a key with" : "has") fewer than 32 characters", cure: cure)
        }
        return Secret(value)
    }

    /// Reads the application's id and secret, which come together or not at all.
    mutating func stravaApp(_ mode: Configuration.Mode) -> Configuration.StravaApp? {
        let portal = "Copy it from https://www.strava.com/settings/api."
        let id = stravaText("STRAVA_CLIENT_ID", mode)
        let secret = stravaText("STRAVA_CLIENT_SECRET", mode)
        if mode == .production, text("STRAVA_REDIRECT_URI") == nil {
            note(
                "STRAVA_REDIRECT_URI", "is missing",
                cure: "Write the public address of this server's callback: https://your.host/strava/callback.")
        }
        if let id, Int64(id).map({ $0 <= 0 }) ?? true {
            note("STRAVA_CLIENT_ID", "is \(shown(id)), and Strava's ids are numbers", cure: portal)
        }
        switch (id, secret) {
        case (let id?, let secret?): return Configuration.StravaApp(clientID: id, clientSecret: Secret(secret))
        case (nil, nil):
            if mode == .production {
                note(
                    "STRAVA_CLIENT_ID", "and STRAVA_CLIENT_SECRET are missing, and the sandbox is for development only",
                    cure: "Copy both from https://www.strava.com/settings/api.")
            }
        case (nil, _): note("STRAVA_CLIENT_ID", "is missing, though STRAVA_CLIENT_SECRET is set", cure: portal)
        case (_, nil): note("STRAVA_CLIENT_SECRET", "is missing, though STRAVA_CLIENT_ID is set", cure: portal)
        }
        return nil
    }

    /// A placeholder is as good as nothing: in development the sandbox steps in, in production the start is refused.
    private mutating func stravaText(_ name: String, _ mode: Configuration.Mode) -> String? {
        guard let value = text(name), Placeholder.matches(value) else { return text(name) }
        warn("\(name) is still a placeholder and counts as unset.")
        return nil
    }

    /// Reads one of Strava's base addresses.
    mutating func stravaBase(_ name: String, default fallback: WebURL) -> WebURL {
        let base = url(name, cure: "Leave it out for Strava itself, \(fallback).")
        if let base, !base.isSecure, !base.isLoopback {
            warn("\(name) is not https, so tokens will cross the network in the clear.")
        }
        return base ?? fallback
    }

    /// Reads `DATABASE_URL`, or the `POSTGRES_*` group, or neither.
    mutating func database(_ mode: Configuration.Mode) -> DatabaseURL {
        guard let text = text("DATABASE_URL") else { return postgresGroup(mode) ?? Configuration.databaseDefault }
        do throws(DatabaseURL.Malformed) {
            let database = try DatabaseURL(parsing: text)
            if mode == .production, case .postgres(let address) = database {
                refusePlaceholder(in: address.password, "DATABASE_URL")
            }
            return database
        } catch {
            note(
                "DATABASE_URL", error.reason,
                cure: "Write sqlite:///var/paceline.db or postgresql://user:password@host:5432/database.")
            return Configuration.databaseDefault
        }
    }

    /// The original's own five variables; the password decides whether they count.
    private mutating func postgresGroup(_ mode: Configuration.Mode) -> DatabaseURL? {
        guard let password = text("POSTGRES_PASSWORD") else { return nil }
        for name in ["POSTGRES_USER", "POSTGRES_DB"] where text(name) == nil {
            note(
                name, "is missing, though POSTGRES_PASSWORD is set",
                cure: "Set it, or remove POSTGRES_PASSWORD to keep data in SQLite.")
        }
        if mode == .production { refusePlaceholder(in: Secret(password), "POSTGRES_PASSWORD") }
        let port = number("POSTGRES_PORT", in: 1...65_535, default: 5432, cure: "Write a port from 1 to 65535.")
        return .postgres(
            PostgresAddress(
                host: text("POSTGRES_HOST") ?? "db", port: Int(port), user: text("POSTGRES_USER"),
                password: Secret(password), database: text("POSTGRES_DB")))
    }

    private mutating func refusePlaceholder(in password: Secret?, _ name: String) {
        guard let password, Placeholder.matches(password.exposed) else { return }
        note(name, "has a placeholder for a password", cure: "Write the database's real password.")
    }
}

/// Texts that stand in an example until somebody replaces them.
enum Placeholder {
    private static let beginnings = [
        "changeme", "change-me", "change_me", "your-", "your_", "replace-me", "replace_me", "placeholder",
        "generate_key",
    ]

    /// Whether a value is such a text, as `<GENERATE_KEY>` and `changeme` are.
    static func matches(_ value: String) -> Bool {
        let value = value.lowercased()
        return value.hasPrefix("<") && value.hasSuffix(">") || beginnings.contains { value.hasPrefix($0) }
    }
}
