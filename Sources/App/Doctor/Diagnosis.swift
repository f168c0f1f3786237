import Actors
import Curl

/// What follows from each fact; no I/O here.
enum Diagnosis {
    /// The clocks may differ by this much: Strava's windows and tokens are no finer.
    private static let toleratedSkew = Duration.seconds(60)

    static func configuration(_ configuration: Configuration) -> [Finding] {
        let strava = configuration.strava.map { "Strava application \($0.clientID)" } ?? "the built-in sandbox"
        let text = "\(configuration.mode.rawValue), \(configuration.database.summary), \(strava)"
        return [.good("configuration", text)] + configuration.warnings.map { .note("configuration", $0) }
    }

    static func database(_ failure: StoreFailure) -> Finding {
        let cure =
            switch failure.kind {
            case .unavailable: "Start the database or free it, and see that DATABASE_URL is right."
            case .denied: "The server runs. Correct what it complains of, then start Paceline again."
            case .corrupt: "Restore a backup, or let DATABASE_URL name another database."
            }
        return .problem("database", failure.message, cure: cure)
    }

    static func database(_ state: SyncState, activities: Int) -> Finding {
        guard state.athleteID != nil else { return .note("database", "empty: nothing was ever fetched") }
        let history = state.isComplete ? "the whole history" : "the first sync is not finished"
        return .good("database", "\(activities) activities, \(history)")
    }

    /// Whether the stored tokens can be read.
    ///
    /// - Parameter opened: what came of decrypting; nil when nothing is stored.
    static func key(_ opened: Result<Void, CipherFailure>?, connect: String) -> Finding {
        switch opened {
        case nil: .note("athlete", "none is connected", cure: "Open \(connect) in a browser.")
        case .success: .good("athlete", "connected, and ENCRYPTION_KEY fits the stored tokens")
        case .failure(.wrongKey):
            .problem(
                "athlete", "ENCRYPTION_KEY does not fit the stored tokens",
                cure: "Write the key they were stored with behind the new one: ENCRYPTION_KEY=new,old.")
        case .failure(.library(let words)):
            .problem("athlete", "the cryptographic library refuses: \(words)", cure: "Install OpenSSL 3 anew.")
        }
    }

    static func budget(_ ledger: BudgetLedger?, at now: UTCInstant) -> Finding {
        var machine = BudgetMachine(ledger: ledger, at: now)
        let status = machine.status(at: now)
        let (quarter, day) = (status.quarter, status.day)
        let text = "\(quarter.used) of \(quarter.limit) in this quarter of an hour, \(day.used) of \(day.limit) today"
        guard let full = [day, quarter].first(where: { $0.used >= $0.limit }) else { return .good("budget", text) }
        return .note(
            "budget", text, cure: "Nothing to do: it goes on by itself after \(full.resetsAt.iso8601).")
    }

    /// Strava's page for connecting, asked as a browser would.
    static func registration(_ failure: StravaFailure, callbackHost: String) -> Finding {
        let portal = "https://www.strava.com/settings/api"
        if failure.message.contains("redirect_uri") {
            return .problem(
                "strava", "it refuses the callback's address: \(failure.message)",
                cure: "At \(portal), set the Authorization Callback Domain to \(callbackHost).")
        }
        if failure.kind == .misconfigured {
            return .problem(
                "strava", "it does not know the application: \(failure.message)",
                cure: "Copy STRAVA_CLIENT_ID and STRAVA_CLIENT_SECRET from \(portal).")
        }
        return .problem(
            "strava", "it does not answer: \(failure.message)",
            cure:
                "See whether this machine reaches the internet, and whether https://status.strava.com reports an outage."
        )
    }

    /// - Parameter serverDate: Strava's `Date`, which has whole seconds.
    static func clock(_ serverDate: UTCInstant, at now: UTCInstant) -> Finding {
        let skew = now - serverDate
        let seconds = abs(skew.wholeMilliseconds) / 1000
        guard abs(skew.wholeMilliseconds) > toleratedSkew.wholeMilliseconds else {
            return .good("clock", "agrees with Strava's")
        }
        return .problem(
            "clock", "\(seconds) s \(skew > .zero ? "ahead of" : "behind") Strava's",
            cure: "Let the system set it: timedatectl set-ntp true.")
    }

    /// What came of asking the callback's public address.
    static func callback(_ answer: Result<CurlResponse, CurlFailure>, address: String, local: String) -> Finding {
        switch answer {
        case .success(let response):
            // Only Paceline says so of a callback without a state, whatever the proxy does to the header fields.
            let isOurs = response.status == 400 && response.body.contains("Invalid or expired state parameter".utf8)
            return isOurs
                ? .good("callback", "\(address) leads here")
                : .problem(
                    "callback", "something else answers at \(address), with status \(response.status)",
                    cure: "Let the proxy send that path to \(local)/strava/callback.")
        case .failure(let failure):
            let cure =
                switch failure.kind {
                case .tls: "Renew the certificate; see the proxy's log."
                case .connection: "See that the name leads to this machine and that the proxy runs."
                default: "See the proxy's log."
                }
            return .problem("callback", "\(address) cannot be reached from here: \(failure.message)", cure: cure)
        }
    }

    /// What the running server says of itself.
    static func server(_ status: ServerStatus, connect: String) -> Finding {
        let error = status.last_error.map { "\($0.message) (\($0.at))" } ?? "no reason is known"
        switch ConnectionState(rawValue: status.state) {
        case .needsAuthorization, .missingScope:
            return .problem("server", error, cure: "Open \(connect) and allow it again, with every box ticked.")
        case .appInactive:
            return .problem(
                "server", error,
                cure:
                    "Activate the application again at https://www.strava.com/settings/api; its owner needs a subscription."
            )
        case .failing: return .problem("server", error, cure: "It tries again by itself; its log has more.")
        case .waitingForBudget: return .note("server", "runs, and waits for Strava's next window")
        case .idle, .syncing, nil:
            guard let last = status.last_error else { return .good("server", "runs; its state is \(status.state)") }
            return .note("server", "runs; its last trouble was: \(last.message) (\(last.at))")
        }
    }

    static func noServer(_ failure: CurlFailure, at address: String) -> Finding {
        .note(
            "server", "none answers at \(address): \(failure.message)",
            cure: "Start it: paceline serve. Or see what Strava says: paceline refresh.")
    }

    static func foreignServer(at address: String, status: Int) -> Finding {
        .problem(
            "server", "something that is not Paceline answers at \(address), with status \(status)",
            cure: "Stop it, or set PORT to another one.")
    }
}

/// As much of `/strava/status` as a diagnosis needs.
struct ServerStatus: Decodable, Sendable {
    struct Problem: Decodable, Sendable {
        var code: String
        var message: String
        var at: String
    }

    var state: String
    var last_error: Problem?
}
