import Testing

@testable import paceline

@Suite("A .env file")
struct DotEnvTests {
    private func values(_ text: String, environment: [String: String] = [:]) -> [String: String] {
        let file = DotEnv(parsing: text, environment: environment)
        #expect(file.problems == [])
        return file.values
    }

    @Test(
        "values are read as python-dotenv and Compose read them",
        arguments: [
            ("A=1", "1"),
            ("A = 1 ", "1"),
            ("  export A=1", "1"),
            ("export\tA=1", "1"),
            ("A=", ""),
            ("A= ", ""),
            ("A=two words", "two words"),
            ("A=1 # a comment", "1"),
            ("A=1\t#a comment", "1"),
            ("A= # only a comment", ""),
            ("A=a#b", "a#b"),
            ("A=#b", "#b"),
            ("A=a=b==", "a=b=="),
            ("A='one # two'", "one # two"),
            ("A=\"one # two\"  # three", "one # two"),
            (#"A="a\nb\t\"c\" \\ \x""#, "a\nb\t\"c\" \\ \\x"),
            (#"A='it\'s \n'"#, #"it's \n"#),
            ("A=\"first\nsecond\"", "first\nsecond"),
            ("A='${B}'", "${B}"),
            ("A=it's", "it's"),
            ("\u{FEFF}A=1", "1"),
            ("A=1\nA=2", "2"),
            ("A=é", "é"),
        ])
    func valuesAreReadAsOthersReadThem(line: String, expected: String) {
        #expect(values(line)["A"] == expected)
    }

    @Test func commentsBlankLinesAndBareNamesSetNothing() {
        #expect(values("# A=1\n\n   \n  # B=2\nC\nexport D\nE # note\n") == [:])
    }

    @Test func aFileFromWindowsReadsTheSame() {
        #expect(values("A=1\r\n# note\r\n\r\nB=\"2\"\r\nC=3 # x\r\n") == ["A": "1", "B": "2", "C": "3"])
    }

    @Test func aValueMayReferToTheEnvironmentFirstAndToEarlierLinesAfterIt() {
        let text = "USER_NAME=file\nHOST_NAME=db\nURL=pg://${USER_NAME}@\"x\"${HOST_NAME}:$PORT/${DB:-mirror}${GONE}"
        #expect(values(text, environment: ["USER_NAME": "env"])["URL"] == "pg://env@\"x\"db:$PORT/mirror")
    }

    @Test func aPriceIsNoReference() {
        #expect(values("A=5$\nB=${open\nC=$")["A"] == "5$")
        #expect(values("B=${open")["B"] == "${open")
    }

    @Test func aLineThatIsNoAssignmentIsToldByItsNumber() {
        let file = DotEnv(parsing: "A=1\r\n=2\r\nhello world\nB='x' y\nC=3")
        #expect(file.problems.map(\.line) == [2, 3, 4])
        #expect(file.values == ["A": "1", "C": "3"])
    }

    @Test func aQuoteThatIsNeverClosedIsToldAndTheLinesAfterItAreRead() {
        let file = DotEnv(parsing: "A=1\nSECRET=\"hunter2\nB=2\n")
        #expect(file.problems.map(\.line) == [2])
        #expect(file.values == ["A": "1", "B": "2"])
        #expect(file.problems.allSatisfy { !$0.reason.contains("hunter2") })
    }

    @Test func linesAreCountedThroughQuotedLineBreaks() {
        #expect(DotEnv(parsing: "A=\"1\n2\n3\"\n?\n").problems.map(\.line) == [4])
    }
}
