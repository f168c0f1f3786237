package import Actors
package import Curl

extension StravaFailure {
    /// What an answer other than success means.
    ///
    /// Statuses and faults as recorded from Strava; words are compared without regard to case.
    ///
    /// - Parameters:
    ///   - response: any answer that carries no value.
    ///   - secrets: what the request had in it, to be cut out of Strava's words should they repeat it.
    package init(_ response: CurlResponse, hiding secrets: [Secret] = []) {
        let fault = Fault(response.body)
        let words = fault?.summary ?? Self.words(response)
        self.init(
            Self.kind(response.status, fault), Self.line("\(response.status) \(words)", hiding: secrets),
            usage: response.usage, serverDate: response.serverDate)
    }

    /// A success that carries no value after all.
    init(_ response: CurlResponse, lacking what: String) {
        self.init(
            .unavailable, "\(response.status), but \(what)", usage: response.usage, serverDate: response.serverDate)
    }

    /// No answer at all.
    init(_ failure: CurlFailure, hiding secrets: [Secret]) {
        // What cannot be sent will not become sendable: a URL in the settings, or a token that is none.
        let kind: Kind = failure.kind == .invalidRequest ? .misconfigured : .unavailable
        self.init(kind, Self.line(failure.message, hiding: secrets), wasSent: failure.wasSent)
    }

    private static func words(_ response: CurlResponse) -> String {
        if (300..<400).contains(response.status) { return "a redirect, which is not followed: is the URL right?" }
        return response.body.isEmpty ? "an empty body" : "a body that is not JSON"
    }

    private static func kind(_ status: Int, _ fault: Fault?) -> Kind {
        let errors = fault?.errors ?? []
        switch status {
        // Before all else: the fault of a spent window names `Application`, which elsewhere means bad credentials.
        case 429: return .limited
        case 401:
            if errors.contains(where: { $0.field.lowercased().hasSuffix("permission") }) { return .scopeMissing }
            return errors.contains { $0.names("Application") } ? .misconfigured : .unauthorized
        case 403:
            if errors.contains(where: { $0.names("Application", "rate limit") }) { return .limited }
            if errors.contains(where: { $0.names("Application", "Status", "Inactive") }) { return .inactive }
        case 400:
            if errors.contains(where: { $0.names("RefreshToken") }) { return .refreshTokenDead }
            if errors.contains(where: { $0.names("AuthorizationCode") }) { return .codeRefused }
            if errors.contains(where: isSetting) { return .misconfigured }
        case 408: return .unavailable
        default: break
        }
        // A refusal that is not JSON did not come from the API but from something before it: a CDN, a firewall, a proxy.
        return (400..<500).contains(status) && fault != nil ? .rejected : .unavailable
    }

    /// `Application/after/future` is about the request, not about the app.
    private static func isSetting(_ error: Fault.Entry) -> Bool {
        ["", "client_id", "client_secret", "redirect_uri"].contains { error.names("Application", $0) }
    }

    /// One line of at most 300 characters without secrets.
    private static func line(_ text: String, hiding secrets: [Secret]) -> String {
        var text = text
        // Cut out before the line is cut off, which could leave half of one.
        for secret in secrets where !secret.exposed.isEmpty {
            text = text.replacing(secret.exposed, with: "<redacted>")
        }
        return String(
            text.map { $0.isNewline || $0.asciiValue.map { $0 < 0x20 || $0 == 0x7f } ?? false ? " " : $0 }.prefix(300))
    }
}
