/// A person sent by the application to let it in, with everything checked that can be checked.
struct AuthorizeRequest: Sendable {
    var redirectURI: String
    var scopes: Scopes
    var state: String
    /// Whether to ask although the athlete granted before.
    var isForced: Bool

    init(_ parameters: Parameters, settings: SandboxSettings) throws(Refusal) {
        guard parameters["client_id"] == settings.clientID else {
            throw .badRequest("Application", "client_id", "invalid")
        }
        guard let uri = parameters["redirect_uri"], Self.mayRedirect(to: uri, domain: settings.callbackDomain) else {
            throw .badRequest("Application", "redirect_uri", "invalid")
        }
        guard parameters["response_type"] == "code" else {
            throw .badRequest("Authorize", "response_type", "invalid")
        }
        guard let scopes = parameters["scope"].flatMap({ Scopes(parsing: $0) }) else {
            throw .badRequest("Authorize", "scope", "invalid")
        }
        guard let prompt = Optional(parameters["approval_prompt"] ?? "auto"), ["auto", "force"].contains(prompt) else {
            throw .badRequest("Authorize", "approval_prompt", "invalid")
        }
        redirectURI = uri
        self.scopes = scopes
        state = parameters["state"] ?? ""
        isForced = prompt == "force"
    }

    /// Where the browser goes after consent.
    func approved(code: String, scopes: Scopes) -> String {
        callback([("state", state), ("code", code), ("scope", scopes.text)])
    }

    /// Where the browser goes after Cancel.
    ///
    /// The empty `state=` appears at Strava too when none was sent.
    var denied: String { callback([("state", state), ("error", "access_denied")]) }

    private func callback(_ items: [(String, String)]) -> String {
        let query = items.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
        return redirectURI + (redirectURI.contains("?") ? "&" : "?") + query
    }

    /// Whether an address is http or https on this machine or inside the application's callback domain.
    static func mayRedirect(to uri: String, domain: String) -> Bool {
        guard uri.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !uri.contains("#"),
            let scheme = ["http://", "https://"].first(where: { uri.lowercased().hasPrefix($0) })
        else { return false }
        let authority = uri.dropFirst(scheme.count).prefix { !"/?\\".contains($0) }
        // A name before an at sign would make `http://localhost@elsewhere/` look like this machine.
        guard !authority.contains("@") else { return false }
        let host: String
        if authority.hasPrefix("[") {
            host = String(authority.prefix { $0 != "]" }) + "]"
        } else {
            host = authority.prefix { $0 != ":" }.lowercased()
        }
        return ["localhost", "127.0.0.1", "[::1]", domain].contains(host) || host.hasSuffix("." + domain)
    }
}
