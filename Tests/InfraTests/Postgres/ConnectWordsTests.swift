import Testing

@testable import Postgres

/// What libpq says of a connection that did not come to be, and what follows from it.
struct ConnectWordsTests {
    private static let prefix = "connection to server at \"db\" (10.0.0.5), port 5432 failed: "

    @Test func theCodeIsFoundAndWhatIsVerboseIsLeftOut() {
        let words = ConnectWords(
            verbose: Self.prefix + """
                FATAL:  28P01: password authentication failed for user "me"
                LOCATION:  auth_failed, auth.c:329

                """)
        #expect(words.sqlState == "28P01")
        #expect(words.plain == Self.prefix + "FATAL:  password authentication failed for user \"me\"")
    }

    @Test(
        "the server's language does not matter",
        arguments: ["FATAL", "FATALE", "KATASTROFALNY", "ВАЖНО", "致命错误", "FATAL ERROR"])
    func theServersLanguageDoesNotMatter(severity: String) {
        #expect(ConnectWords(verbose: Self.prefix + "\(severity):  3D000: x").sqlState == "3D000")
    }

    @Test func whatTheMessageQuotesIsNoCode() {
        let words = ConnectWords(verbose: Self.prefix + "FATAL:  57P03: role \"x:  28P01: y\" may not")
        #expect(words.sqlState == "57P03")
        #expect(words.plain.hasSuffix("FATAL:  role \"x:  28P01: y\" may not"))
    }

    @Test func whereItEndedCounts() {
        // With TLS and, as sslmode=prefer has it, once more without.
        let words = ConnectWords(
            verbose: Self.prefix + "FATAL:  28000: no entry, SSL on\n" + Self.prefix + "FATAL:  57P03: starting up")
        #expect(words.sqlState == "57P03")
        #expect(words.plain.split(separator: "\n").count == 2)
    }

    @Test func theDetailAndTheHintStay() {
        let words = ConnectWords(
            verbose: Self.prefix + """
                FATAL:  42501: permission denied for database "d"
                DETAIL:  User does not have CONNECT privilege.
                LOCATION:  CheckMyDatabase, postinit.c:377
                """)
        #expect(words.plain.hasSuffix("\nDETAIL:  User does not have CONNECT privilege."))
    }

    @Test(
        "libpq's own words, and a server without codes, have none",
        arguments: [
            "", "Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?",
            "FATAL:  no code at all", "FATAL:  SHORT", "FATAL:  abcde: lower case",
            "SSL error: certificate verify failed",
            "could not translate host name \"db\" to address: Name or service not known",
        ])
    func libpqsOwnWordsHaveNone(text: String) {
        #expect(ConnectWords(verbose: text).sqlState == nil)
        #expect(ConnectWords(verbose: text).refusal(needsPassword: false) == nil)
    }

    @Test func aPasswordThatLibpqLacksIsARefusal() {
        let words = ConnectWords(verbose: Self.prefix + "fe_sendauth: no password supplied")
        #expect(words.refusal(needsPassword: true) == .noPassword)
    }

    @Test(
        "what a person must correct is a refusal",
        arguments: [
            ("28P01", ConnectRefusal.password), ("28000", .user), ("3D000", .database), ("42501", .privilege),
            ("42704", .option), ("22023", .option),
        ])
    func whatAPersonMustCorrectIsARefusal(code: String, refusal: ConnectRefusal) {
        #expect(ConnectRefusal(sqlState: code) == refusal)
    }

    @Test(
        "what passes by itself, or is not known, is none",
        arguments: ["57P03", "57P01", "53300", "53200", "08006", "08P01", "55000", "XX000", "0A000", "", "28"])
    func whatPassesByItselfIsNone(code: String) {
        #expect(ConnectRefusal(sqlState: code) == nil)
    }
}
