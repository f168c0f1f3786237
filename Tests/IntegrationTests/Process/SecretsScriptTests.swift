import FoundationEssentials
import TestSupport
import Testing

/// The check that `script/test` ends with must know the secrets that these tests use, and be able to fail.
@Suite struct SecretsScriptTests {
    private func check(_ text: String) async throws -> Subprocess.Outcome {
        let folder = try TemporaryFolder()
        let log = "\(folder.path)/log"
        #expect(FileManager.default.createFile(atPath: log, contents: Data(text.utf8)))
        let outcome = try await Tool.run("python3", ["script/secrets", log])
        return withExtendedLifetime(folder) { outcome }
    }

    @Test func whatHoldsNoneIsGood() async throws {
        let outcome = try await check("✔ Test noSecretIsEverPrinted() passed\ntoken <redacted>\n")
        #expect(outcome.status == .exited(0))
        #expect(outcome.errors.isEmpty)
    }

    @Test func everySecretOfTheTestsIsFoundAndNotShown() async throws {
        for secret in Secrets.examples {
            let outcome = try await check("a line\nhere it is: >\(secret)<\n")
            #expect(outcome.status == .exited(1))
            #expect(outcome.errors.contains("log:2 holds a secret"))
            #expect(Secrets.found(in: outcome.output + outcome.errors) == [])
        }
    }

    @Test func aLogThatIsNotThereIsNoGoodLog() async throws {
        let outcome = try await Tool.run("python3", ["script/secrets", "/nowhere/log"])
        #expect(outcome.status != .exited(0))
    }
}
