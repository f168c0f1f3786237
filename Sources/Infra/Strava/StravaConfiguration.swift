package import Actors

/// Which Strava, and who asks.
package struct StravaConfiguration: Sendable {
    /// Where data lives: `https://www.strava.com/api/v3`, another host without `/api/v3` from 2027 on, or the sandbox.
    package var apiURL: String
    /// Where `authorize` and `token` live: `https://www.strava.com/oauth`, which stays when the data moves.
    package var oauthURL: String
    package var clientID: String
    package var clientSecret: Secret
    /// Where Strava sends the athlete back to.
    package var redirectURI: String

    /// A slash at the end of either URL is dropped.
    package init(apiURL: String, oauthURL: String, clientID: String, clientSecret: Secret, redirectURI: String) {
        self.apiURL = Self.trimmed(apiURL)
        self.oauthURL = Self.trimmed(oauthURL)
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.redirectURI = redirectURI
    }

    private static func trimmed(_ url: String) -> String {
        var url = url[...]
        while url.last == "/" { url.removeLast() }
        return String(url)
    }
}
