import Actors
import Logging
import Reactor

extension Configuration {
    /// Checks everything and either gives the whole configuration or every problem at once.
    ///
    /// All three keys must be there in both modes: in development ``DevelopmentKeys`` puts them in first.
    ///
    /// - Parameter environment: Names and values; an empty value counts as unset.
    static func load(environment: [String: String]) -> Result<Configuration, ConfigurationProblems> {
        var reader = ConfigurationReader(environment: environment)
        let mode = reader.word("ENVIRONMENT", default: Mode.development, cure: "Write development or production.")
        let port = reader.port()
        let configuration = Configuration(
            mode: mode,
            host: reader.host(),
            port: port,
            database: reader.database(mode),
            keys: reader.keys(mode),
            strava: reader.stravaApp(mode),
            stravaAPI: reader.stravaBase("STRAVA_API_URL", default: .stravaAPI),
            stravaOAuth: reader.stravaBase("STRAVA_OAUTH_URL", default: .stravaOAuth),
            athleteID: reader.athleteID(),
            trustedProxies: reader.trustedProxies(),
            bounds: reader.bounds(),
            sharesPort: reader.flag("REUSE_PORT"),
            refreshInterval: reader.refreshInterval(),
            reconcileInterval: reader.reconcileInterval(),
            reserve: reader.reserve(),
            logLevel: reader.logLevel(),
            logFormat: reader.word("LOG_FORMAT", default: LogFormat.text, cure: "Write text or json."),
            warnings: [],
            addresses: reader.addresses(mode))
        return reader.result(configuration, environment: environment)
    }

    static let databaseDefault = DatabaseURL.sqlite(path: "var/paceline.db")
}

extension ConfigurationReader {
    fileprivate mutating func port() -> Int {
        Int(
            number(
                "PORT", in: 0...65_535, default: 5001,
                cure: "Write a port from 1 to 65535 (or 0 to let the system choose)."))
    }

    fileprivate mutating func host() -> String {
        guard let host = text("HOST") else { return "127.0.0.1" }
        if host == "localhost" { return "127.0.0.1" }
        if IPAddress(host.trimmingBrackets) == nil {
            note(
                "HOST", "is \(shown(host)), which is not a numeric address",
                cure: "Write 127.0.0.1 for this machine alone, or 0.0.0.0 for every network it is on.")
        }
        return host.trimmingBrackets
    }

    fileprivate mutating func athleteID() -> Int64? {
        guard text("ATHLETE_ID") != nil else { return nil }
        return number(
            "ATHLETE_ID", in: 1...Int64.max, default: 1,
            cure: "Write the number at the end of your profile's address, strava.com/athletes/NUMBER.")
    }

    fileprivate mutating func refreshInterval() -> Duration? {
        let seconds = number(
            "REFRESH_INTERVAL", in: 0...31_536_000, default: 3600,
            cure: "Write seconds, such as 3600, or 0 to turn scheduled refreshes off.")
        if (1..<90).contains(seconds) {
            warn("REFRESH_INTERVAL is \(seconds) s: so many refreshes can use up the whole day's budget at Strava.")
        }
        return seconds == 0 ? nil : .seconds(seconds)
    }

    fileprivate mutating func reconcileInterval() -> Duration? {
        let seconds = number(
            "RECONCILE_INTERVAL", in: 0...604_800, default: 86_400,
            cure: "Write seconds, such as 86400 for once a day, at most 604800 for once a week, or 0 to turn it off.")
        if seconds > 86_400 {
            warn("RECONCILE_INTERVAL is \(seconds) s: edits and deletions can take longer than two days to arrive.")
        } else if (1..<3600).contains(seconds) {
            warn("RECONCILE_INTERVAL is \(seconds) s: reading the whole list so often can use up the budget at Strava.")
        }
        return seconds == 0 ? nil : .seconds(seconds)
    }

    /// At most half of what Strava gives a new app, so that the first fetch always gets on.
    fileprivate mutating func reserve() -> BudgetMachine.Reserve {
        BudgetMachine.Reserve(
            quarter: Int(
                number(
                    "BUDGET_RESERVE_QUARTER", in: 0...50, default: 10,
                    cure: "Write how many of a quarter of an hour's requests background work leaves: 0 to 50.")),
            day: Int(
                number(
                    "BUDGET_RESERVE_DAY", in: 0...500, default: 50,
                    cure: "Write how many of a day's requests background work leaves: 0 to 500.")))
    }

    fileprivate mutating func logLevel() -> Logger.Level {
        switch text("LOG_LEVEL")?.lowercased() {
        // The original's logger has these two names.
        case "warn": .warning
        case "fatal": .critical
        default:
            word(
                "LOG_LEVEL", default: Logger.Level.info,
                cure: "Write trace, debug, info, notice, warning, error or critical.")
        }
    }

    fileprivate mutating func trustedProxies() -> [AddressBlock] {
        let items = list("TRUSTED_PROXIES")
        for item in items where AddressBlock(item) == nil {
            note(
                "TRUSTED_PROXIES", "holds \(shown(item)), which is neither an address nor a CIDR block",
                cure: "Write numeric addresses or blocks between commas, such as 127.0.0.1,10.0.0.0/8.")
        }
        return items.isEmpty ? AddressBlock.loopback : items.compactMap(AddressBlock.init)
    }

    fileprivate mutating func addresses(_ mode: Configuration.Mode) -> Configuration.Addresses {
        Configuration.Addresses(
            redirect: redirect(mode),
            frontend: url(
                "FRONTEND_URL", cure: "Write where your site lives, such as https://example.org, or leave it out."),
            origins: origins())
    }

    private mutating func redirect(_ mode: Configuration.Mode) -> WebURL? {
        let cure = "Write the public address of this server's callback: https://your.host/strava/callback."
        guard let redirect = url("STRAVA_REDIRECT_URI", cure: cure) else { return nil }
        if mode == .production, !redirect.isSecure, !redirect.isLoopback {
            note(
                "STRAVA_REDIRECT_URI", "is not https, so the one-time code would cross the network in the clear",
                cure: cure)
        }
        if !redirect.path.hasSuffix(Configuration.callbackPath) {
            warn(
                "STRAVA_REDIRECT_URI does not end in \(Configuration.callbackPath), which is where this server listens for it."
            )
        }
        return redirect
    }

    private mutating func origins() -> [WebURL] {
        list("CORS_ORIGINS").compactMap { item in
            let origin = try? WebURL(parsing: item)
            if let origin, origin.path.isEmpty { return origin }
            note(
                "CORS_ORIGINS", "holds \(shown(item)), which is not an origin",
                cure:
                    "Write scheme and host without a path, between commas, such as https://example.org,https://www.example.org."
            )
            return nil
        }
    }

    /// Adds the warnings and decides.
    fileprivate mutating func result(
        _ configuration: Configuration, environment: [String: String]
    ) -> Result<Configuration, ConfigurationProblems> {
        Misspelling.warnings(in: environment.keys).forEach { warn($0) }
        guard problems.isEmpty else {
            return .failure(ConfigurationProblems(problems: problems, warnings: warnings))
        }
        var configuration = configuration
        configuration.warnings = warnings
        return .success(configuration)
    }
}
