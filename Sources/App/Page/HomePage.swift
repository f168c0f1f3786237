/// The page at `/`: what this is, how the connection stands, the year so far.
///
/// Everything is in the HTML, so it reads without JavaScript; `home.js` only keeps it fresh. All addresses are relative, so the
/// page also works below a path of another site.
enum HomePage {
    /// Nothing inline, nothing from elsewhere.
    static let contentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    /// How many of the latest activities are shown, by the page and by the script that keeps it fresh.
    static let recentCount = 8

    /// What is served under `/assets/`, by name.
    static let assets: [String: StaticAsset] = [
        "home.css": StaticAsset(contentType: StaticAsset.css, text: css),
        "home.js": StaticAsset(contentType: StaticAsset.javaScript, text: javaScript),
        "icon.svg": StaticAsset(contentType: StaticAsset.svg, text: icon),
    ]

    /// The whole page as UTF-8.
    static func render(_ model: Model) -> [UInt8] { Array(page(model).text.utf8) }

    private static func page(_ model: Model) -> HTML {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="description" content="Paceline mirrors one athlete's Strava history and serves its statistics.">
        <title>Paceline</title>
        <link rel="icon" href="assets/icon.svg" type="image/svg+xml">
        <link rel="stylesheet" href="assets/home.css">
        <script src="assets/home.js" defer></script>
        </head>
        <body data-sandbox="\(model.isSandbox ? "yes" : "no")">
        <header>
        <h1><img src="assets/icon.svg" alt="" width="36" height="36"> Paceline</h1>
        <p>Your Strava history, mirrored on your own server, with statistics for your own site.</p>
        </header>
        <main>
        \(message(model.message))
        \(connection(model))
        \(figures(model))
        \(recent(model))
        </main>
        \(footer(model))
        </body>
        </html>

        """
    }

    private static func message(_ message: Message?) -> HTML {
        guard let message else { return "" }
        let kind = message == .success ? "good" : "bad"
        return #"<p class="message \#(kind)" role="status">\#(message.sentence)</p>"#
    }

    private static func connection(_ model: Model) -> HTML {
        """
        <section aria-labelledby="connection">
        <h2 id="connection">Connection</h2>
        <p id="state" role="status"\(model.connected ? "" : " hidden")>\(model.state.sentence)</p>
        <div id="progress" hidden><progress aria-label="Fetching activities"></progress> <span id="progress-text"></span></div>
        <p id="failure" class="quiet" hidden></p>
        <div id="connect"\(model.connected && !model.state.wantsConnection ? " hidden" : "")>
        <p id="invitation"\(model.connected ? " hidden" : "")>No athlete is connected yet. Strava will ask you what Paceline may read; \
        it never writes anything there.</p>
        <p><a class="button" href="strava/authorize">Connect with Strava</a></p>
        </div>
        <dl class="facts" id="mirror"\(model.activities > 0 ? "" : " hidden")>
        <div><dt>Activities</dt><dd id="activities">\(HumanUnits.grouped(model.activities))</dd></div>
        <div><dt>From</dt><dd id="oldest">\(model.oldest ?? "–")</dd></div>
        <div><dt>To</dt><dd id="newest">\(model.newest ?? "–")</dd></div>
        </dl>
        <p id="times" class="quiet" hidden></p>
        \(sandboxNotice(model))
        </section>
        """
    }

    private static func sandboxNotice(_ model: Model) -> HTML {
        guard model.isSandbox else { return "" }
        return """
            <p class="notice"><strong>This is the sandbox.</strong> The athlete and the activities are invented, and nothing leaves this \
            machine. To connect the real Strava, set <code>STRAVA_CLIENT_ID</code> and <code>STRAVA_CLIENT_SECRET</code> from \
            <a href="https://www.strava.com/settings/api">strava.com/settings/api</a> in <code>.env</code> and start again.</p>
            """
    }

    private static func figures(_ model: Model) -> HTML {
        let year = model.yearToDate
        return """
            <section aria-labelledby="year-heading" id="year"\(year == nil ? " hidden" : "")>
            <h2 id="year-heading">The year so far</h2>
            <div class="cards">
            \(card("Running", "run", year?.run ?? Sums()))
            \(card("Riding", "ride", year?.ride ?? Sums()))
            </div>
            </section>
            """
    }

    private static func card(_ title: String, _ id: String, _ sums: Sums) -> HTML {
        """
        <div class="card">
        <h3>\(title)</h3>
        <p class="figure" id="\(id)-distance">\(HumanUnits.kilometres(sums.distance))</p>
        <dl>
        <div><dt>Activities</dt><dd id="\(id)-count">\(HumanUnits.grouped(sums.count))</dd></div>
        <div><dt>Moving time</dt><dd id="\(id)-time">\(HumanUnits.duration(sums.movingTime))</dd></div>
        <div><dt>Climb</dt><dd id="\(id)-climb">\(HumanUnits.metres(sums.elevationGain))</dd></div>
        </dl>
        </div>
        """
    }

    private static func recent(_ model: Model) -> HTML {
        """
        <section aria-labelledby="recent-heading" id="recent"\(model.recent.isEmpty ? " hidden" : "")>
        <h2 id="recent-heading">Latest activities</h2>
        <div class="table"><table>
        <thead><tr><th scope="col">Day</th><th scope="col">Activity</th><th scope="col" class="sport">Sport</th>\
        <th scope="col" class="number">Distance</th><th scope="col" class="number">Moving time</th></tr></thead>
        <tbody id="rows">\(HTML(model.recent.map { row($0, isSandbox: model.isSandbox) }))</tbody>
        </table></div>
        </section>
        """
    }

    private static func row(_ activity: Recent, isSandbox: Bool) -> HTML {
        let name: HTML = "\(activity.name.isEmpty ? "Untitled" : activity.name)"
        let title: HTML =
            isSandbox
            ? name
            : #"<a href="https://www.strava.com/activities/\#(String(activity.id))" title="View on Strava">\#(name)</a>"#
        return """
            <tr><td>\(activity.day)</td><td>\(title)</td><td class="sport">\(activity.type)</td>\
            <td class="number">\(HumanUnits.kilometres(activity.distance))</td>\
            <td class="number">\(HumanUnits.duration(activity.movingTime))</td></tr>
            """
    }

    private static func footer(_ model: Model) -> HTML {
        """
        <footer>
        <nav aria-label="More"><ul>
        <li><a href="docs">API documentation</a></li>
        <li><a href="openapi.json">OpenAPI</a></li>
        <li><a href="strava/status">Status</a></li>
        <li><a href="strava/stats/ytd">Year to date as JSON</a></li>
        <li><a href="strava/activities?limit=10">Activities as JSON</a></li>
        </ul></nav>
        \(model.isSandbox ? "" : "<p>Powered by Strava</p>" as HTML)
        </footer>
        """
    }
}
