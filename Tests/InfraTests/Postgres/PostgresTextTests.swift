import Testing

@testable import Postgres

@Suite struct PostgresTextTests {
    @Test func everyElementIsQuotedAndOnlyNilIsNull() {
        #expect(PostgresText.array([]) == "{}")
        #expect(PostgresText.array(["a", nil, "", "NULL"]) == #"{"a",NULL,"","NULL"}"#)
        #expect(PostgresText.array([#"say "hi" \ {1,2}"#]) == #"{"say \"hi\" \\ {1,2}"}"#)
    }

    @Test func theKeywordsNameEveryAddressAndNoEmptyHost() {
        let settings = PostgresSettings(
            host: "db", port: 6432, user: "u", database: "d",
            parameters: [
                "sslmode": "require", "connect_timeout": "3", "keepalives_idle": "7", "client_encoding": "latin1",
            ])
        #expect(settings.connectTimeout == .seconds(3))
        let keywords = Dictionary(
            uniqueKeysWithValues: settings.keywords(addresses: [
                HostAddress(host: "db", address: "10.0.0.1"), HostAddress(host: "other", address: "::1"),
            ]).map { ($0.name, $0.value) })
        #expect(keywords["host"] == "db,other")
        #expect(keywords["hostaddr"] == "10.0.0.1,::1")
        #expect(keywords["port"] == "6432")
        #expect(keywords["sslmode"] == "require")
        #expect(keywords["keepalives_idle"] == "7", "what the URL says wins")
        #expect(keywords["client_encoding"] == "UTF8", "but for what Paceline relies on")
        #expect(keywords["connect_timeout"] == nil)
        #expect(keywords["password"] == nil)
        #expect(PostgresSettings(host: "").keywords(addresses: []).allSatisfy { !$0.name.hasPrefix("host") })
    }

    @Test(arguments: [
        ("", []), ("/run/postgresql", []), ("@abstract", []), ("a,/run", []), ("a,", []), ("a,b", ["a", "b"]),
        ("db", ["db"]),
    ])
    func onlyNamesAreLookedUp(host: String, names: [String]) {
        #expect(PostgresSettings(host: host).namesToResolve == names)
    }
}
