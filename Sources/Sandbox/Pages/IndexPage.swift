/// The front page of the sandbox's own port.
struct IndexPage {
    var strava: SandboxStrava

    var html: String {
        Page.frame("Paceline's sandbox", introduction + faults + switches + activities + usage)
    }

    private var introduction: String {
        let athletes = strava.athletes.values.sorted { $0.id < $1.id }
        let people = athletes.map { "\(Page.escape($0.name)) (\($0.activities.count) activities)" }
        return """
            <h1>Paceline's sandbox</h1>
            <p class="note"><strong>This is not Strava.</strong> It answers as Strava's API does, with invented athletes:
            \(people.joined(separator: " and ")).</p>
            <p>Point Paceline at it with <code>STRAVA_API_URL</code> = this address + <code>/api/v3</code>,
            <code>STRAVA_OAUTH_URL</code> = this address + <code>/oauth</code>, <code>STRAVA_CLIENT_ID</code> =
            <code>\(Page.escape(strava.settings.clientID))</code> and <code>STRAVA_CLIENT_SECRET</code> =
            <code>\(Page.escape(strava.settings.clientSecret))</code>.</p>

            """
    }

    private var faults: String {
        let names = Fault.menu.map { "<option>\($0.name)</option>" }.joined()
        let endpoints = ["activities", "token", "athlete", "stats", "authorize", "revoke", "deauthorize"]
            .map { "<option>\($0)</option>" }.joined()
        return """
            <h2>Make something go wrong</h2>
            <form method="post" action="/sandbox/faults" class="row">
            <label>fault <select name="fault">\(names)</select></label>
            <label>on <select name="endpoint">\(endpoints)</select></label>
            <label>times <input type="number" name="times" value="1" min="1" max="1000"></label>
            <button>Queue it</button>
            </form>
            <p>\(strava.faults.pending) replies are waiting to be spoilt.</p>

            """
    }

    private var switches: String {
        func box(_ name: String, _ text: String, _ isOn: Bool) -> String {
            #"<label><input type="checkbox" name="\#(name)"\#(isOn ? " checked" : "")> \#(text)</label>"#
        }
        return """
            <h2>Switches</h2>
            <form method="post" action="/sandbox/switches">
            \(box("inactive", "the application is inactive (403)", strava.settings.isAppInactive))
            \(box("rate_headers", "replies carry the rate headers", strava.settings.sendsRateHeaders))
            \(box("short_pages", "pages may be short", strava.settings.shortPages != nil))
            \(box("forget_faults", "forget all waiting faults", false))
            <button>Set</button>
            </form>

            """
    }

    private var activities: String {
        """
        <h2>Train</h2>
        <form method="post" action="/sandbox/activities"><button>Upload a run that began an hour ago</button></form>

        """
    }

    private var usage: String {
        let counts = strava.counts
        return """
            <h2>So far</h2>
            <p>\(counts.requests) requests (<a href="/sandbox/requests">the newest</a>), \(counts.codeExchanges) code
            exchanges, \(counts.refreshes) refreshes, \(counts.mintedTokens) access tokens minted. Used of the budget:
            <code>\(strava.rates.overall.header)</code> overall, <code>\(strava.rates.read.header)</code> reads, of
            <code>\(strava.settings.limits.overall.header)</code> and
            <code>\(strava.settings.limits.read.header)</code> (quarter of an hour, day).</p>
            """
    }
}
