import Crypto
import HTTP
import HTTPTypes

/// The cookie that ties an OAuth round trip to one browser.
enum BrowserCookie {
    static let name = "paceline_oauth"
    private static let tokenBytes = 16

    /// The browser's token, if it sent a well-formed one.
    static func token(in request: Request) -> String? {
        guard let field = request.header(.cookie) else { return nil }
        for pair in field.split(separator: ";") {
            let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0] == name else { continue }
            let token = String(parts[1])
            if Base64URL.decode(token)?.count == tokenBytes { return token }
        }
        return nil
    }

    /// A token for a browser that has none.
    static func makeToken() -> String { SecureRandom.urlSafeToken(bytes: tokenBytes) }

    /// Keeps the token for as long as a state lives.
    ///
    /// `Lax` lets it come along when Strava sends the browser back.
    ///
    /// - Parameters:
    ///   - token: the browser's token.
    ///   - basePath: the path below which browsers find this server; empty, or `/pace` behind a proxy that serves it there.
    ///   - isSecure: whether the browser may send it over TLS only.
    static func field(_ token: String, basePath: String, isSecure: Bool) -> String {
        "\(name)=\(token); Path=\(basePath)/strava; Max-Age=\(StateSigner.lifetime.components.seconds); HttpOnly; SameSite=Lax"
            + (isSecure ? "; Secure" : "")
    }
}
