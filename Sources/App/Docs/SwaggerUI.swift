import FoundationEssentials

/// The page at `/docs`: Swagger UI, its files served from here and from nowhere else.
///
/// The files are not part of Paceline: `script/setup` fetches them into `var/swagger-ui`. Without them the page says so.
struct SwaggerUI: Sendable {
    /// Swagger UI sets `style` attributes and draws its icons from `data:` addresses; scripts stay limited to this server.
    static let contentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    static let defaultFolder = "var/swagger-ui"

    /// The only names that are ever served, so no request can reach another file.
    private static let files = [
        "swagger-ui-bundle.js": StaticAsset.javaScript, "swagger-ui.css": StaticAsset.css,
    ]

    /// What is served under `/docs/`, by name.
    let assets: [String: StaticAsset]
    /// What `/docs` and `/strava/docs` answer.
    let page: StaticAsset

    /// Reads the files once; what is not there is not served.
    init(folder: String = Self.defaultFolder) {
        var assets: [String: StaticAsset] = [:]
        for (name, contentType) in Self.files {
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)"), !data.isEmpty else { continue }
            assets[name] = StaticAsset(contentType: contentType, bytes: Array(data))
        }
        let isComplete = assets.count == Self.files.count
        assets["start.js"] = StaticAsset(contentType: StaticAsset.javaScript, text: Self.start)
        self.assets = assets
        page = StaticAsset(
            contentType: StaticAsset.html, text: (isComplete ? Self.swaggerPage : Self.missingPage(folder)).text)
    }

    private static let swaggerPage = document(
        style: "/docs/swagger-ui.css",
        """
        <div id="swagger-ui"></div>
        <noscript><p>This page needs JavaScript. The description itself is at <a href="/openapi.json">/openapi.json</a>.</p></noscript>
        <script src="/docs/swagger-ui-bundle.js"></script>
        <script src="/docs/start.js"></script>
        """)

    private static func missingPage(_ folder: String) -> HTML {
        document(
            style: "/assets/home.css",
            """
            <header><h1>Paceline API</h1></header>
            <main><section>
            <h2>Swagger UI is not installed</h2>
            <p>Its files are missing from <code>\(folder)</code>. Run <code>script/setup</code> where PyPI can be reached, then \
            start Paceline again.</p>
            <p>The API works without them. Its description is at <a href="/openapi.json">/openapi.json</a>, which any OpenAPI \
            program can read, and <a href="/">the first page</a> has links to try.</p>
            </section></main>
            """)
    }

    private static func document(style: String, _ body: HTML) -> HTML {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Paceline API</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
        <link rel="stylesheet" href="\(style)">
        </head>
        <body>
        \(body)
        </body>
        </html>

        """
    }

    /// A file of its own because the page's policy allows no inline script.
    private static let start = """
        "use strict";
        window.ui = SwaggerUIBundle({
          url: "/openapi.json",
          dom_id: "#swagger-ui",
          deepLinking: true,
          validatorUrl: null,
        });

        """
}
