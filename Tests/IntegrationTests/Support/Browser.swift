import TestSupport

/// A person's browser, as far as OAuth needs one: it keeps cookies, and shows redirects instead of following them.
actor Browser {
    /// What the person does on the consent page.
    struct Consent: Sendable {
        var decision = "approve"
        var unticked: Set<String> = []
        /// Who signs in; nil leaves whoever is.
        var athlete: Int64?
    }

    private var cookies: [String: String] = [:]

    /// Opens an address, or sends a form to it.
    func open(_ address: String, form: [(String, String)]? = nil) async throws -> TestResponse {
        let rest = address.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" }
        guard let port = Int(authority.split(separator: ":").last ?? "") else {
            throw SetupFailure("no address with a port: \(address)")
        }
        let target = rest.dropFirst(authority.count)
        var headers: [String: String] = [:]
        if !cookies.isEmpty {
            headers["Cookie"] = cookies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                .joined(separator: "; ")
        }
        let body = (form ?? []).map { "\($0.0)=\(Self.encode($0.1))" }.joined(separator: "&")
        if form != nil { headers["Content-Type"] = "application/x-www-form-urlencoded" }
        let answer = try await TestClient(port: port).exchange(
            form == nil ? "GET" : "POST", target.isEmpty ? "/" : String(target), headers: headers, body: body)
        if let cookie = answer["set-cookie"]?.split(separator: ";").first?.split(separator: "=", maxSplits: 1) {
            cookies[String(cookie[0])] = cookie.count > 1 ? String(cookie[1]) : ""
        }
        return answer
    }

    /// From the button on Paceline's page to the address that the consent page sends the browser back to.
    func callback(from server: Paceline, _ consent: Consent = Consent()) async throws -> String {
        let asked = try await open(server.address + "/strava/authorize")
        guard asked.status == 307, let address = asked["location"] else {
            throw SetupFailure("/strava/authorize answered \(asked.status) \(asked.text)")
        }
        let page = try await open(address)
        // Who granted before is sent on without a page.
        if page.status / 100 == 3, let callback = page["location"] { return callback }
        let origin = address.prefix { $0 != "?" }.split(separator: "/oauth").first.map(String.init) ?? ""
        let answer = try await open(origin + (try Self.action(page.text)), form: Self.form(page.text, consent))
        guard let callback = answer["location"] else {
            throw SetupFailure("the consent page answered \(answer.status) \(answer.text)")
        }
        return callback
    }

    /// The whole round trip; the answer of the callback.
    func connect(to server: Paceline, _ consent: Consent = Consent()) async throws -> TestResponse {
        try await open(try await callback(from: server, consent))
    }

    // MARK: Reading the page

    private static func action(_ page: String) throws -> String {
        guard let match = page.firstMatch(of: /<form[^>]*action="([^"]*)"/) else {
            throw SetupFailure("no form on the consent page: \(page)")
        }
        return match.1.split(separator: "&amp;", omittingEmptySubsequences: false).joined(separator: "&")
    }

    private static func form(_ page: String, _ consent: Consent) -> [(String, String)] {
        var fields: [(String, String)] = []
        for input in page.matches(of: /<input[^>]*>/) {
            let text = input.0
            guard let name = text.firstMatch(of: /name="([^"]*)"/)?.1,
                let value = text.firstMatch(of: /value="([^"]*)"/)?.1, !text.contains("disabled")
            else { continue }
            if text.contains(#"type="radio""#) {
                let isChosen = consent.athlete.map { String($0) == value } ?? text.contains("checked")
                if isChosen { fields.append((String(name), String(value))) }
            } else if text.contains("checked"), !consent.unticked.contains(String(value)) {
                fields.append((String(name), String(value)))
            }
        }
        return fields + [("decision", consent.decision)]
    }

    private static func encode(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            return isPlain
                ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
